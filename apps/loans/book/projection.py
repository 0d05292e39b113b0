"""From facts to figures: folds a loan's events and keeps the result in its projection."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from apps.loans.book.facts import agreed, amended_application, charge_off, engine_events, standing
from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState, Status
from apps.loans.book.models import PositionCoverage as Coverage
from apps.loans.book.positions import Folded, positions_told
from apps.loans.book.queries.bookings import EARNING, STATE, Lines, facts_of, lines_written
from apps.loans.book.workflow import ENGINE_EVENTS, EVENTS
from apps.loans.domain import fold as engine
from apps.loans.domain.snapshot import Installment, LoanSnapshot
from apps.loans.domain.terms_parser import parse_agreed_terms
from apps.mfis.core.clock import business_date
from apps.mfis.core.prepared import Query, run_together

CENT = Decimal("0.01")
NO_RECEIPTS = ("write_off", "disbursement", "take_on")
PARTS = ("principal", "interest", "fees", "penalties")


class InstallmentLine(NamedTuple):
    """An installment as the projection holds it: its number, and the columns of `INSTALLMENT` in their order."""

    n: int
    due_date: date
    days: int
    principal: Decimal
    interest: Decimal
    fees: Decimal
    penalties: Decimal
    balance: Decimal
    paid: Decimal
    outstanding: Decimal
    brought_interest: Decimal
    brought_fees: Decimal
    brought_penalties: Decimal


@dataclass(frozen=True, slots=True)
class Projected:
    """A loan's state with the fold it was made from, the facts that were folded, and the rest of its projection."""

    state: LoanState
    folded: LoanSnapshot
    events: list[LoanEvent]
    installments: list[InstallmentLine]
    earning: dict[str, Any] | None  # the columns of its `AccrualState`; None before the pay-out


def fold_loan(loan: Loan, *, as_of: date | None = None, events: list[LoanEvent] | None = None) -> LoanSnapshot:
    """The loan's state on `as_of` (value date); by default with everything booked.

    What a loan owes may change with time alone (penalties, recalculated interest, overpaid money that pays what falls
    due): it is folded to today.
    """
    facts = list(loan.events.in_booking_order()) if events is None else events
    terms = parse_agreed_terms(agreed(loan, facts)["terms"])
    return engine.fold(terms, engine_events(facts), as_of or _today(facts))


def _today(facts: list[LoanEvent]) -> date:
    return max([business_date(), *(e.value_date for e in facts if e.type in ENGINE_EVENTS)])


def project(loan: Loan, *, on: date | None = None) -> Projected:
    """Folds the loan and writes its state and installments. Call it in the transaction of the event."""
    found = facts_of([loan.pk])[loan.pk]
    made = make_projection(loan, found.events, on=on)
    run_together(projections_written([made], {loan.pk: found.coverage})[0])
    return made


def make_projection(loan: Loan, events: list[LoanEvent], *, on: date | None = None) -> Projected:
    """What the projection of the loan is by these events, in booking order; nothing is written.

    Raises:
        InvalidTerms: the events cannot have happened.
    """
    folded = fold_loan(loan, events=events, as_of=on)
    values, rows = projected(loan, events, folded)
    state = LoanState(loan=loan, **{name: _as_stored(value) for name, value in values.items()})
    state._state.adding = False  # of a row that is there, or will be once it is written
    earning = accrual_columns(loan, events, folded, business_date()) if folded.disbursed_on else None
    return Projected(state, folded, list(events), rows, earning)


def _as_stored(value: Any) -> Any:
    """Amounts with the decimals of their columns, as whoever reads them finds them."""
    return value.quantize(CENT) if isinstance(value, Decimal) else value


def projections_written(
    made: Collection[Projected], known: Mapping[UUID, Coverage | None]
) -> tuple[tuple[Query, list[Any]], dict[UUID, Coverage]]:
    """What brings what is stored of these loans, each once, to what was made of them: the one place that says it.

    `known` is how far the positions of these loans go, as far as it was looked up; how far they go then is returned.
    """
    folded = [Folded(one.state.loan, one.events, one.folded.as_of) for one in made]
    positions, reached = positions_told(folded, known)
    return lines_written(lines_of(made), positions), reached


def lines_of(made: Collection[Projected]) -> Lines:
    """The rows of each table that the projection of these loans has."""
    lines = Lines([], [], [])
    for one in made:
        key = one.state.pk
        lines.installments.extend((key, *row) for row in one.installments)
        amended = None if one.state.amended is None else json.dumps(one.state.amended, cls=DjangoJSONEncoder)
        lines.states.append((key, *(getattr(one.state, name) if name != "amended" else amended for name in STATE)))
        if one.earning is not None:
            lines.earnings.append((key, *(one.earning[name] for name in EARNING)))
    return lines


def projected(
    loan: Loan, events: list[LoanEvent], folded: LoanSnapshot
) -> tuple[dict[str, Any], list[InstallmentLine]]:
    """What the projection of `loan` must hold: the state's columns, and the installments.

    Before the disbursement nothing is owed: an application's schedule is quoted when it is asked for.
    """
    is_disbursed = folded.disbursed_on is not None
    next_due = folded.next_due if is_disbursed else None
    owed = {part: folded.outstanding(part) if is_disbursed else Decimal(0) for part in PARTS}
    values = {
        "status": _status(events, folded),
        "reviewer_id": _reviewer(events),
        "disbursed_on": folded.disbursed_on,
        "taken_on": folded.taken_on,
        "closed_on": folded.closed_on,
        "principal_outstanding": owed["principal"],
        "interest_outstanding": owed["interest"],
        "charges_outstanding": owed["fees"] + owed["penalties"],
        "folded_on": folded.as_of if is_disbursed and _moves(loan, folded) else None,
        "restructured": any(event.type == EventType.RESTRUCTURED for event in standing(events)),
        "proposal": _proposal(events),
        "total_paid": folded.total_paid,
        "overpaid": folded.overpaid,
        "oldest_due_date": next_due.due_date if next_due else None,
        "next_due_amount": next_due.outstanding if next_due else Decimal(0),
        "events_folded": len(events),
        "amended": amended_application(events),
    }
    rows = folded.installments if is_disbursed else []
    return values, [_line(row) for row in rows]


def _moves(loan: Loan, folded: LoanSnapshot) -> bool:
    """True when what is owed changes from day to day without an event."""
    return loan.terms.moves_with_time or (folded.overpaid > 0 and folded.total_outstanding > 0)


def accrual_columns(loan: Loan, events: list[LoanEvent], folded: LoanSnapshot, today: date) -> dict[str, Any]:
    """The columns of the loan's `AccrualState`, placed on the day before `today`.

    What another system had earned before the loan was taken on is left out. A loan that is charged off has earned what
    was paid, and goes on earning only what is.
    """
    charged_off = charge_off(events)
    of = folded.paid if charged_off else folded.due
    placed = today - timedelta(days=1)
    past = [row for row in folded.installments if row.due_date <= placed]

    def brought(component: str) -> Decimal:
        return sum((row.brought_of(component) for row in folded.installments), Decimal(0))

    to_come = [row for row in folded.installments if row.due_date > placed]
    running = [row for row in to_come if row.due_date == to_come[0].due_date]
    return {
        "product_id": loan.product_id,
        "start": min(row.start for row in running) if running else placed,
        "due": running[0].due_date if running else None,
        "interest": earns(running, "interest"),
        "earned": earns(past, "interest"),
        "fees": earns(past, "fees"),
        "penalties": earns(past, "penalties"),
        "closed_on": charged_off.value_date if charged_off else folded.closed_on,
        "total_interest": of("interest") - brought("interest"),
        "total_fees": of("fees") - brought("fees"),
        "total_penalties": of("penalties") - brought("penalties"),
    }


def earns(rows: Collection[Installment], component: str) -> Decimal:
    """What these installments earn here, of what falls due on them."""
    return sum((row.due[component] - row.brought_of(component) for row in rows), Decimal(0))


def _status(events: list[LoanEvent], folded: LoanSnapshot) -> str:
    if folded.disbursed_on:
        return Status.CHARGED_OFF if folded.status == Status.ACTIVE and charge_off(events) else folded.status
    if any(event.type == EventType.TAKEN_ON for event in events):
        return Status.TAKEN_BACK
    reached = (EVENTS[EventType(event.type)].status for event in reversed(standing(events)))
    return next((status for status in reached if status), Status.SUBMITTED)


def paid_since(events: list[LoanEvent], folded: LoanSnapshot, event: LoanEvent) -> Decimal:
    """The principal paid after `event`, by value date, then booking order."""
    before = len(engine_events(events[: next(n for n, e in enumerate(events) if e.pk == event.pk)]))
    later = (t for t in folded.transactions if not t.undone and t.split and t.type not in NO_RECEIPTS)
    return sum((t.split["principal"] for t in later if (t.date, t.seq) > (event.value_date, before)), Decimal(0))


def _reviewer(events: list[LoanEvent]) -> UUID | None:
    """Who reviews the application: whoever took it up, or to whom it was given since."""
    reviewer = None
    for event in events:
        if event.type == EventType.REVIEW_STARTED:
            reviewer = reviewer or event.actor_id
        elif event.type == EventType.ASSIGNED:
            reviewer = UUID(event.payload["officer"])
    return reviewer


def _proposal(events: list[LoanEvent]) -> str:
    """What waits for a second person: the type of the last proposal nobody has decided on."""
    given_up = {event.pk for event in events if event.type == EventType.WRITTEN_OFF}
    for event in reversed(events):
        rule = EVENTS[EventType(event.type)]
        if event.reverses_id in given_up:
            return ""  # the proposal to undo the write-off was agreed to
        if rule.proposes or rule.decides:
            return event.type if rule.proposes else ""
    return ""


def _line(row: Installment) -> InstallmentLine:
    due = row.due
    parts = (due["principal"], due["interest"], due["fees"], due["penalties"])
    brought = (row.brought_of("interest"), row.brought_of("fees"), row.brought_of("penalties"))
    return InstallmentLine(
        row.n, row.due_date, row.days, *parts, row.balance, row.total_paid, row.outstanding, *brought
    )
