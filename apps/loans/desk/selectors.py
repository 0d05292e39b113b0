"""Everything a loan's page shows, in a fixed number of queries however long its history is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from apps.loans.applications.models import Document
from apps.loans.book.cost import agreed_cost
from apps.loans.book.models import Allocation, EventType, Loan, LoanEvent, Status
from apps.loans.book.projection import fold_loan
from apps.loans.book.selectors.agreement import agreement_wanted
from apps.loans.book.selectors.allocations import splits_of
from apps.loans.book.selectors.disbursement import drawn
from apps.loans.book.selectors.proposals import proposal_label, waiting_proposal
from apps.loans.book.workflow import (
    BEFORE_DISBURSEMENT,
    CORRECTABLE,
    REVERSIBLE,
    TRANSITIONS,
    Step,
    Transition,
    hands_in,
    steps,
)
from apps.loans.collections.models import Promise
from apps.loans.collections.selectors import promises_of
from apps.loans.desk.taken_on import told_elsewhere
from apps.loans.domain.cost import cost_json
from apps.loans.products.cost_words import staff_facts
from apps.loans.security.models import Collateral, Guarantor
from apps.mfis.core.lifecycle import is_closed, takes_new_business
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One fact as a person reads it."""

    event: LoanEvent
    label: str
    undone: bool
    can_reverse: bool
    can_correct: bool
    paid: list[Allocation]

    @property
    def promised_on(self) -> date | None:
        """The day by which a promise is to be kept."""
        day = self.event.payload.get("promised_on")
        return date.fromisoformat(day) if day else None

    @property
    def brought(self) -> list[tuple[str, str]]:
        """What another system told of the loan when it was taken on, in the order in which people read it."""
        return told_elsewhere(self.event)

    @property
    def when(self) -> datetime:
        return self.event.recorded_at


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """An installment as it is stored: what falls due by component, and what was paid on it."""

    n: int
    due_date: date
    due: dict[str, Decimal]
    total_due: Decimal
    total_paid: Decimal
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class Waits:
    """What about a loan waits for somebody: a proposal, the borrower's agreement, promises by what became of them."""

    proposal: LoanEvent | None
    proposal_label: str
    agreement_wanted: bool
    promises: list[Promise]


@dataclass(frozen=True, slots=True)
class LoanPage:
    """The loan as of a day."""

    as_of: date
    disbursed_on: date | None
    total_due: Decimal
    total_paid: Decimal
    total_outstanding: Decimal
    overpaid: Decimal
    overdue: Decimal
    repaid_before: Decimal  # principal, where the loan was taken on from another system
    cost: list[tuple[str, str]]
    steps: list[Step]
    actions: list[Transition]
    timeline: list[TimelineEntry]
    events: int
    guarantors: list[Guarantor]
    collaterals: list[Collateral]
    documents: list[Document]
    officer: str
    checked: list[str]
    status_label: str
    status_class: str
    restructured: bool
    schedule: list[ScheduleRow]
    waits: Waits

    @property
    def may_decide(self) -> bool:
        return any(action.name == "decide_proposal" for action in self.actions)


LATEST = 30  # events on the page; all of them are one click away

# What says how far an application came, and who had a hand in what waits for a second person.
TELLING = frozenset({EventType.REVIEW_STARTED}).union(*(transition.makers for transition in TRANSITIONS.values()))


def loan_page(loan: Loan, viewer: Account, on: date, *, whole: bool = False) -> LoanPage:
    """The page of `loan` for `viewer`: only the actions that state and duties allow.

    A loan whose dues only events change is read from its projection, so that a long history costs no more than a
    short one; one that moves with time, or is not paid out yet, is folded to the day. `whole` tells all events.
    """
    stored = loan.state.disbursed_on is not None and not loan.terms.moves_with_time
    schedule = _stored(loan) if stored else _folded(loan, on)
    status = Status(loan.state.status)
    overdue = [row for row in schedule if row.due_date < on and row.outstanding > 0]
    late = (on - overdue[0].due_date).days if overdue and status == Status.ACTIVE else 0
    telling = list(loan.events.filter(type__in=TELLING).in_booking_order())
    moved = LoanEvent.objects.filter(
        loan=loan, type__in=[*REVERSIBLE, EventType.RESTRUCTURED], reversed_by__isnull=True
    ).exists()
    return LoanPage(
        as_of=on,
        disbursed_on=loan.state.disbursed_on,
        total_due=sum((row.total_due for row in schedule), ZERO),
        total_paid=loan.state.total_paid,
        total_outstanding=sum((row.outstanding for row in schedule), ZERO),
        overpaid=loan.state.overpaid,
        overdue=sum((row.outstanding for row in overdue), ZERO) if late else ZERO,
        repaid_before=_repaid_before(loan),
        cost=loan_cost(loan),
        steps=steps(status, telling),
        actions=allowed_actions(loan, viewer, telling, moved=moved),
        timeline=_timeline(loan, viewer, whole=whole),
        events=loan.state.events_folded,
        guarantors=list(loan.guarantors.filter(is_active=True)),
        collaterals=list(loan.collaterals.filter(is_active=True)),
        documents=list(loan.documents.filter(is_active=True)),
        officer=_officer(telling),
        checked=next((e.payload.get("checked", []) for e in reversed(telling) if e.type == EventType.REVIEWED), []),
        status_label=f"{late} day{'' if late == 1 else 's'} late" if late else str(status.label),
        status_class="arrears" if late else status.value,
        restructured=loan.state.restructured,
        schedule=schedule,
        waits=_waits(loan, on),
    )


def _repaid_before(loan: Loan) -> Decimal:
    """The principal that was repaid in another system before the loan was taken on from it."""
    if not loan.external_number:
        return ZERO
    taken = loan.events.of_type(EventType.TAKEN_ON).values_list("amount", flat=True).first()
    return loan.principal - (taken or loan.principal)


def _waits(loan: Loan, on: date) -> Waits:
    proposal = waiting_proposal(loan)
    return Waits(
        proposal=proposal,
        proposal_label=proposal_label(proposal) if proposal else "",
        agreement_wanted=loan.state.status in BEFORE_DISBURSEMENT and agreement_wanted(loan),
        promises=promises_of(loan, on) if loan.state.disbursed_on else [],
    )


def loan_cost(loan: Loan) -> list[tuple[str, str]]:
    """What the loan costs by the schedule that was agreed, in words."""
    cost = agreed_cost(loan, loan.state.disbursed_on)
    return staff_facts(cost_json(cost, loan.terms.currency), loan.currency)


def _officer(telling: list[LoanEvent]) -> str:
    """Who reviews the application, by name."""
    found = ""
    for event in telling:
        if event.type == EventType.REVIEW_STARTED:
            found = found or event.actor_name
        elif event.type == EventType.ASSIGNED:
            found = str(event.payload["name"])
    return found


def _stored(loan: Loan) -> list[ScheduleRow]:
    return [
        ScheduleRow(
            row.n,
            row.due_date,
            {"principal": row.principal, "interest": row.interest, "fees": row.fees, "penalties": row.penalties},
            row.paid + row.outstanding,
            row.paid,
            row.outstanding,
        )
        for row in loan.installments.order_by("n")
    ]


def _folded(loan: Loan, on: date) -> list[ScheduleRow]:
    events = list(loan.events.in_booking_order())
    folded = fold_loan(loan, as_of=max([on, *(e.value_date for e in events)]), events=events)
    return [ScheduleRow(r.n, r.due_date, r.due, r.total_due, r.total_paid, r.outstanding) for r in folded.installments]


def allowed_actions(loan: Loan, viewer: Account, telling: list[LoanEvent], *, moved: bool) -> list[Transition]:
    """The buttons: whoever made the application or reviewed it gets no Approve.

    `telling` are the events that say who had a hand in it; `moved` says that money came since the pay-out.
    """
    found = []
    for transition in TRANSITIONS.values():
        if not transition.has_button or loan.state.status not in transition.sources:
            continue
        if transition.second_person and viewer.pk in hands_in(transition, loan, loan.state.proposal, telling):
            continue
        if viewer.may(transition.duty) and _fits(transition.name, loan, moved=moved):
            found.append(transition)
    return found


def _fits(name: str, loan: Loan, *, moved: bool) -> bool:
    """Whether the loan's own facts allow what its state does: nothing is shown that would be refused."""
    waiting = loan.state.proposal
    if is_closed() or (name == "disburse" and not takes_new_business()):
        return False
    if name == "disburse_tranche":
        return takes_new_business() and loan.product.tranches_max > 1 and drawn(loan) < loan.principal
    if name.startswith("propose_"):
        return not waiting
    if name == "decide_proposal":
        return bool(waiting)
    if name == "undo_disbursement":
        return not moved and loan.state.taken_on is None
    return True


def _undone_from(status: str) -> frozenset[str]:
    """The types of events that may be reversed while a loan stands at `status`."""
    steps_back = [TRANSITIONS[name] for name in ("reverse", "reverse_recovery")]
    return frozenset().union(*(step.undoes for step in steps_back if status in step.sources))


def _timeline(loan: Loan, viewer: Account, *, whole: bool) -> list[TimelineEntry]:
    """The latest events, or all of them, newest first."""
    events = list(loan.events.latest_first()[: None if whole else LATEST])
    undone = set(LoanEvent.objects.filter(loan=loan, reverses__in=events).values_list("reverses_id", flat=True))
    fixed = undone | {event.pk for event in events if event.payload.get("taken_over")}
    splits = splits_of(loan.pk, [event.pk for event in events])
    may_reverse = viewer.may(Action.REVERSE_REPAYMENT) and not is_closed()
    reversible = _undone_from(loan.state.status) if may_reverse else frozenset()
    return [
        TimelineEntry(
            event=event,
            label=str(EventType(event.type).label),
            undone=event.pk in undone,
            can_reverse=event.type in reversible and event.pk not in fixed,
            can_correct=event.type in reversible.intersection(CORRECTABLE) and event.pk not in fixed,
            paid=splits.get(event.pk, []),
        )
        for event in events
    ]
