"""Everything a loan's page shows, in a fixed number of queries however long its history is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.domain.rates import apr, eir
from apps.loans.domain.state import LoanState as Folded
from apps.loans.domain.state import Transaction
from apps.loans.models import Loan, LoanEvent
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.loans.projection import ENGINE_EVENTS, fold_loan
from apps.loans.transitions import REVERSIBLE, STEPS, TRANSITIONS, Transition
from apps.users.models import Account
from apps.users.roles import Action

ENDED = {Status.REJECTED: "Rejected", Status.WITHDRAWN: "Withdrawn", Status.WRITTEN_OFF: "Written off"}


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    state: str  # done | now | ended | todo


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One fact as a person reads it."""

    event: LoanEvent
    label: str
    undone: bool
    split: Transaction | None
    can_reverse: bool
    can_correct: bool

    @property
    def when(self) -> datetime:
        return self.event.recorded_at


@dataclass(frozen=True, slots=True)
class LoanPage:
    """The loan as of a day."""

    folded: Folded
    steps: list[Step]
    actions: list[Transition]
    timeline: list[TimelineEntry]
    apr: Decimal | None
    eir: Decimal | None
    net: Decimal
    status_label: str
    status_class: str
    schedule: list[Any]


def loan_page(loan: Loan, viewer: Account, on: date) -> LoanPage:
    """The page of `loan` for `viewer`: only the actions that state and duties allow."""
    events = list(loan.events.order_by("recorded_at", "id"))
    last = max([on, *(e.value_date for e in events)])
    folded = fold_loan(loan, as_of=last, events=events)
    terms = loan.terms
    status = Status(loan.state.status)
    late = folded.arrears.days_past_due if status == Status.ACTIVE else 0
    return LoanPage(
        folded=folded,
        steps=steps(status, events),
        actions=allowed_actions(loan, viewer, events),
        timeline=_timeline(loan, viewer, events, folded),
        apr=apr(terms, folded),
        eir=eir(terms, folded),
        net=loan.principal - folded.fees_at_disbursement,
        status_label=f"{late} day{'' if late == 1 else 's'} late" if late else str(status.label),
        status_class="arrears" if late else status.value,
        schedule=folded.installments,
    )


def allowed_actions(loan: Loan, viewer: Account, events: list[LoanEvent]) -> list[Transition]:
    """The buttons: whoever made the application or reviewed it gets no Approve."""
    status = Status(loan.state.status)
    touched = {e.actor_id for e in events if e.type in
               (EventType.SUBMITTED, EventType.REVIEW_STARTED, EventType.REVIEWED)}  # fmt: skip
    found = []
    for transition in TRANSITIONS.values():
        if transition.name in ("reverse", "withdraw") or status not in transition.sources:
            continue
        if transition.name == "approve" and viewer.pk in touched:
            continue
        if not _fits(transition.name, loan, viewer, events):
            continue
        if viewer.may(transition.action):
            found.append(transition)
    return found


def _fits(name: str, loan: Loan, viewer: Account, events: list[LoanEvent]) -> bool:
    """Whether the loan's own facts allow what its state does: nothing is shown that would be refused."""
    waiting = loan.state.proposal
    if name in ("propose_restructuring", "propose_write_off"):
        return not waiting
    if name == "decide_proposal":
        maker = next((e.actor_id for e in reversed(events) if e.type == waiting), None)
        return bool(waiting) and maker != viewer.pk
    if name == "undo_disbursement":
        undone = {e.reverses_id for e in events if e.type == EventType.REVERSAL}
        return not any(e.type in (*REVERSIBLE, EventType.RESTRUCTURED) and e.pk not in undone for e in events)
    return True


def steps(status: Status, events: list[LoanEvent]) -> list[Step]:
    """The step bar: what is behind, where the loan stands, and where it ended if it did."""
    if status in ENDED:
        reached = 1 if any(e.type == EventType.REVIEW_STARTED for e in events) else 0
        reached = 3 if status == Status.WRITTEN_OFF else reached
        behind = [Step(label, "done") for label, _ in STEPS[: reached + 1]]
        return [*behind, Step(ENDED[status], "ended")]
    at = next(n for n, (_, states) in enumerate(STEPS) if status in states)
    marks = ["done"] * at + ["done" if status == Status.CLOSED else "now"] + ["todo"] * (len(STEPS) - at - 1)
    return [Step(label, mark) for (label, _), mark in zip(STEPS, marks, strict=True)]


def _timeline(loan: Loan, viewer: Account, events: list[LoanEvent], folded: Folded) -> list[TimelineEntry]:
    undone: set[UUID | None] = {e.reverses_id for e in events if e.type == EventType.REVERSAL}
    splits = {t.seq: t for t in reversed(folded.transactions)}
    may_reverse = viewer.may(Action.REVERSE_REPAYMENT)
    seq, found = 0, []
    for event in events:
        seq += event.type in ENGINE_EVENTS
        found.append(
            TimelineEntry(
                event=event,
                label=str(EventType(event.type).label),
                undone=event.pk in undone,
                split=splits.get(seq) if event.type in ENGINE_EVENTS else None,
                can_reverse=event.type in REVERSIBLE and may_reverse and event.pk not in undone,
                can_correct=event.type == EventType.REPAYMENT and may_reverse and event.pk not in undone,
            )
        )
    return found[::-1]
