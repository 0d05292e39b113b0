"""What every booking on a loan has in common: the loan locked, the step checked, the day settled, the fact written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState, Transfer
from apps.loans.book.workflow import ENGINE_EVENTS, TRANSITIONS
from apps.loans.recording.facts import Facts, read_facts
from apps.loans.recording.services import check_transition, check_value_date, lock_loan, new_event
from apps.loans.recording.writing import Writing
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, WrongState

CENT = Decimal("0.01")

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Booked:
    """A fact that a command wrote: its key, the number people read ("" where it has none), and its amount.

    `waits` says why nothing is booked yet: a second person has to agree first.
    """

    id: UUID
    number: str
    amount: Decimal | None
    waits: str = ""

    @classmethod
    def of(cls, event: LoanEvent) -> Booked:
        amount = None if event.amount is None else event.amount.quantize(CENT)
        return cls(event.pk, event.number, amount, why_it_waits(event))


def why_it_waits(event: LoanEvent) -> str:
    """Why a second person has to agree to what a step wrote; "" where it is booked."""
    return str(event.payload["why"]) if event.type == EventType.STEP_PROPOSED else ""


@dataclass(frozen=True, slots=True)
class Booking:
    """A loan that is locked until the transaction ends, and what one actor is about to write about it."""

    loan: Loan
    state: LoanState
    actor: Actor
    reason: str
    idempotency_key: str
    facts: Facts
    writing: Writing
    at_once: bool = True  # what is appended is written at once; else by whoever writes many together
    asked_by: dict[str, str] = field(default_factory=dict)  # whoever proposed what a second person agreed to

    def together(self) -> Booking:
        """The same, of which several facts are written by one `writing.write`.

        A fact that is written holds the head of the chain, and whoever holds that waits for no other loan, transfer or
        number: somebody who has it may be waiting for the head.
        """
        return replace(self, at_once=False)

    def on(self, loan_id: UUID) -> Booking:
        """The booking of another loan, or of this one as it stands by now, whose facts are written with these."""
        if loan_id == self.loan.pk:
            state = self.facts.projected.state if self.facts.projected else self.state
            return replace(self, state=state)
        loan, state = lock_loan(loan_id)
        return replace(self, loan=loan, state=state, facts=read_facts([loan])[loan_id])

    def check(self, transition: str) -> None:
        """Refuses a step that `check_transition` refuses."""
        check_transition(transition, self.loan, self.state, self.actor, reason=self.reason)

    def require_state(self, transition: str) -> None:
        """Refuses a step of which only the loan's state is asked, by now: its duty was asked when it was proposed."""
        if self.state.status not in TRANSITIONS[transition].sources:
            label = TRANSITIONS[transition].label.lower()
            raise WrongState(f"This loan is {self.state.get_status_display().lower()} by now: {label} is not possible.")

    def day(self, value_date: date | None, *, not_before: date | None = None) -> date:
        """The day the fact counts from, by default today.

        Raises:
            InvalidInput: in the future, or before `not_before`, which is by default the pay-out, or the application;
                or before the loan was taken on from another system.
        """
        day = value_date or business_date()
        check_goes_on(self.state, day)
        check_value_date(day, not_before=not_before or self.state.disbursed_on or self.loan.submitted_on)
        return day

    def append(
        self,
        event_type: EventType,
        value_date: date,
        *,
        stated: Transfer | None = None,
        series: str = "",
        **values: Any,
    ) -> LoanEvent:
        """Adds the fact, with all that `append_event` does.

        `stated` is the transfer that it draws on first; `series` the kind of number that it gets.
        """
        if self.asked_by:
            values["payload"] = {**values.get("payload", {}), **self.asked_by}
        said = {"reason": self.reason, "idempotency_key": self.idempotency_key, **values}
        event = new_event(loan=self.loan, event_type=event_type, actor=self.actor, value_date=value_date, **said)
        self.writing.add(self.facts, event, stated, series=series)
        if self.at_once:
            self.writing.write()
        return event


def lock_booking(
    loan_id: UUID, actor: Actor, *, reason: str = "", idempotency_key: str = "", events_seen: int | None = None
) -> Booking:
    """Locks the loan for a booking whose step is checked once its state is known.

    `events_seen` is how many events the loan had when a page asked for the booking; None where none did.

    Raises:
        NotFound: no such loan. ChangedMeanwhile: something was booked since.
    """
    loan, state = lock_loan(loan_id)
    facts = read_facts([loan])[loan_id]
    check_seen(facts, events_seen)
    return Booking(loan, state, actor, reason.strip()[:LONGEST_REASON], idempotency_key, facts, Writing(actor))


def begin(
    transition: str,
    loan_id: UUID,
    actor: Actor,
    *,
    reason: str = "",
    idempotency_key: str = "",
    events_seen: int | None = None,
) -> Booking:
    """Locks the loan and checks that `actor` may take this step now.

    Raises:
        NotFound: no such loan. NotAllowed, WrongState, InvalidInput, NotHome: what `check_transition` refuses.
        ChangedMeanwhile: see `lock_booking`.
    """
    booking = lock_booking(loan_id, actor, reason=reason, idempotency_key=idempotency_key, events_seen=events_seen)
    booking.check(transition)
    return booking


def check_goes_on(state: LoanState, day: date, *, field: str = "value_date") -> None:
    """Refuses a day before the loan was taken on: the figures that it came with say what happened until then.

    Raises:
        InvalidInput: naming the day.
    """
    if state.taken_on and day < state.taken_on:
        raise InvalidInput(
            f"{day:%-d %b %Y} is before {state.taken_on:%-d %b %Y}, when this loan was taken on from another system; "
            "what happened before that day is in the figures that it came with.",
            field=field,
        )


class ChangedMeanwhile(WrongState):
    """Something was booked on the loan after the page that asks for this was shown."""

    code = "changed_meanwhile"

    def __init__(self, message: str, *, events: int) -> None:
        super().__init__(message)
        self.carry = {"events_seen": events}


def check_seen(facts: Facts, events_seen: int | None) -> None:
    """Refuses where money or terms were booked on the loan since it had `events_seen` events; None is anything.

    Raises:
        ChangedMeanwhile: saying what.
    """
    if events_seen is None or len(facts.events) <= events_seen:
        return
    since = [e for e in facts.events[events_seen:] if e.type in ENGINE_EVENTS]
    if since:
        said = "; ".join(map(_said, since))
        raise ChangedMeanwhile(
            f"Meanwhile was booked: {said}. Look again, and send this once more if it is still right.",
            events=len(facts.events),
        )


def _said(event: LoanEvent) -> str:
    amount = f", {event.amount:,.2f}" if event.amount else ""
    what = " ".join(filter(None, [event.get_type_display(), event.number]))
    return f"{what}{amount} of {event.value_date:%-d %b %Y} by {event.actor_name or 'the system'}"


def require_nothing_waits(state: LoanState) -> None:
    """Refuses a second proposal while one waits.

    Raises:
        WrongState: naming what waits.
    """
    if state.proposal:
        raise WrongState(f"“{EventType(state.proposal).label}” still waits for a decision on this loan.")
