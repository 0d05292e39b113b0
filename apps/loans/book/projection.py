"""From facts to figures: folds a loan's events and keeps the result in its projection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.book.facts import agreed, amended_application, charge_off, engine_events, standing
from apps.loans.book.models import AccrualState, EventType, Installment, Loan, LoanEvent, LoanState, Status
from apps.loans.book.positions import Folded, keep_positions
from apps.loans.book.workflow import ENGINE_EVENTS, EVENTS
from apps.loans.domain import fold as engine
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.domain.terms_parser import parse_agreed_terms
from apps.mfis.core.clock import business_date

PARTS = ("principal", "interest", "fees", "penalties")


@dataclass(frozen=True, slots=True)
class Projected:
    """A loan's stored state with the fold it was made from, and the facts that were folded."""

    state: LoanState
    folded: LoanSnapshot
    events: list[LoanEvent]


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
    events = list(LoanEvent.objects.filter(loan=loan).in_booking_order())
    folded = fold_loan(loan, events=events, as_of=on)
    values, rows = projected(loan, events, folded)
    state, _ = LoanState.objects.update_or_create(loan=loan, defaults=values)
    _write_installments(loan, rows)
    if folded.disbursed_on:
        AccrualState.objects.update_or_create(
            loan=loan, defaults=accrual_columns(loan, events, folded, business_date())
        )
    else:
        AccrualState.objects.filter(loan=loan).delete()
    keep_positions([Folded(loan, events, folded.as_of)])
    return Projected(state, folded, events)


def projected(loan: Loan, events: list[LoanEvent], folded: LoanSnapshot) -> tuple[dict[str, Any], list[Installment]]:
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
    return values, [_installment(loan, row) for row in rows]


def _moves(loan: Loan, folded: LoanSnapshot) -> bool:
    """True when what is owed changes from day to day without an event."""
    return loan.terms.moves_with_time or (folded.overpaid > 0 and folded.total_outstanding > 0)


def accrual_columns(loan: Loan, events: list[LoanEvent], folded: LoanSnapshot, today: date) -> dict[str, Any]:
    """The columns of the loan's `AccrualState`, placed on the day before `today`.

    A loan that is charged off has earned what was paid, and goes on earning only what is.
    """
    charged_off = charge_off(events)
    of = folded.paid if charged_off else folded.due
    placed = today - timedelta(days=1)
    past = [row for row in folded.installments if row.due_date <= placed]
    to_come = [row for row in folded.installments if row.due_date > placed]
    running = [row for row in to_come if row.due_date == to_come[0].due_date]
    return {
        "product_id": loan.product_id,
        "start": min(row.start for row in running) if running else placed,
        "due": running[0].due_date if running else None,
        "interest": sum((row.due["interest"] for row in running), Decimal(0)),
        "earned": sum((row.due["interest"] for row in past), Decimal(0)),
        "fees": sum((row.due["fees"] for row in past), Decimal(0)),
        "penalties": sum((row.due["penalties"] for row in past), Decimal(0)),
        "closed_on": charged_off.value_date if charged_off else folded.closed_on,
        "total_interest": of("interest"),
        "total_fees": of("fees"),
        "total_penalties": of("penalties"),
    }


def _status(events: list[LoanEvent], folded: LoanSnapshot) -> str:
    if folded.disbursed_on:
        return Status.CHARGED_OFF if folded.status == Status.ACTIVE and charge_off(events) else folded.status
    reached = (EVENTS[EventType(event.type)].status for event in reversed(standing(events)))
    return next((status for status in reached if status), Status.SUBMITTED)


def paid_since(events: list[LoanEvent], folded: LoanSnapshot, event: LoanEvent) -> Decimal:
    """The principal paid after `event`, by value date, then booking order."""
    before = len(engine_events(events[: next(n for n, e in enumerate(events) if e.pk == event.pk)]))
    later = (t for t in folded.transactions if not t.undone and t.split and t.type not in ("write_off", "disbursement"))
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


def _installment(loan: Loan, row: Any) -> Installment:
    return Installment(
        loan=loan,
        n=row.n,
        due_date=row.due_date,
        days=row.days,
        principal=row.due["principal"],
        interest=row.due["interest"],
        fees=row.due["fees"],
        penalties=row.due["penalties"],
        balance=row.balance,
        paid=row.total_paid,
        outstanding=row.outstanding,
    )


COLUMNS = ("due_date", "days", "principal", "interest", "fees", "penalties", "balance", "paid", "outstanding")


def same_installment(a: Installment, b: Installment) -> bool:
    return all(getattr(a, c) == getattr(b, c) for c in COLUMNS)


def _write_installments(loan: Loan, rows: list[Installment]) -> None:
    """Brings the stored schedule to `rows`, touching only what differs: a receipt changes one row or two."""
    stored = {i.n: i for i in Installment.objects.filter(loan=loan)}
    fresh = [row for row in rows if row.n not in stored]
    changed = []
    for row in rows:
        kept = stored.get(row.n)
        if kept and not same_installment(kept, row):
            row.pk = kept.pk
            changed.append(row)
    Installment.objects.bulk_create(fresh)
    Installment.objects.bulk_update(changed, COLUMNS)
    surplus = set(stored) - {row.n for row in rows}
    if surplus:
        Installment.objects.filter(loan=loan, n__in=surplus).delete()
