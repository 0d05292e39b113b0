"""Appending a fact to a loan and bringing its projection up to it: what every loan service does in the end."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID, uuid5

from django.conf import settings

from apps.loans.book.models import COLLECTS, Arrival, EventType, Loan, LoanEvent, LoanState
from apps.loans.book.projection import project
from apps.loans.book.workflow import EVENTS, TRANSITIONS, Transition, hands_in
from apps.loans.domain.violations import InvalidTerms
from apps.loans.recording.facts import read_facts
from apps.loans.recording.queries import lock_states
from apps.loans.recording.writing import Writing
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence
from apps.mfis.nodes.home import require_home

REASON_LENGTH = 500  # as much as the record holds


def lock_loan(loan_id: UUID) -> tuple[Loan, LoanState]:
    """The loan, with its state locked until the transaction ends.

    Raises:
        NotFound: no such loan in this schema.
    """
    locked = lock_loans([loan_id])
    if loan_id not in locked:
        raise NotFound("There is no such loan.")
    return locked[loan_id]


def lock_loans(loan_ids: Collection[UUID]) -> dict[UUID, tuple[Loan, LoanState]]:
    """Each of these loans that there is, with its state: locked in the order of their keys until the transaction ends.

    Whoever locks several takes them by one call, or in that order.
    """
    locked = {state.pk: (state.loan, state) for state in lock_states(loan_ids)}
    if settings.CLUSTER:
        arrived = Arrival.objects.filter(loan_id__in=loan_ids, error="").values_list("loan_id", flat=True)
        for loan_id in {*arrived} & locked.keys():
            # What arrived from other nodes counts before anything is decided; where something before it is still on its
            # way, the loan keeps the state it had.
            with suppress(InvalidTerms):
                loan, _ = locked[loan_id]
                locked[loan_id] = loan, project(loan).state
    return locked


def lock_own_loan(loan_id: UUID, actor: Actor) -> tuple[Loan, LoanState]:
    """The same of a borrower's own loan.

    Raises:
        NotFound: no such loan, or another borrower's.
    """
    loan, state = lock_loan(loan_id)
    if not loan.is_of(actor.id):
        raise NotFound("There is no such loan.")
    return loan, state


def check_transition(name: str, loan: Loan, state: LoanState, actor: Actor, *, reason: str = "") -> Transition:
    """The transition, if `actor` may make it now.

    Raises:
        NotAllowed: their duties do not include it, or a second person has to do it. WrongState: the loan is not where
            it starts. InvalidInput: it needs a reason. NotHome: it is decided at another node.
    """
    return check_step(TRANSITIONS[name], loan, state, actor, reason=reason)


def check_step(transition: Transition, loan: Loan, state: LoanState, actor: Actor, *, reason: str = "") -> Transition:
    """The same for a transition of any table about loans."""
    transition.check(
        actor,
        state=state.status,
        standing=f"This loan is {state.get_status_display().lower()}",
        hands=_hands_in(transition, loan, state) if transition.second_person else (),
        reason=reason,
    )
    if not transition.anywhere:
        require_home()
    return transition


def _hands_in(transition: Transition, loan: Loan, state: LoanState) -> set[UUID | None]:
    entered = loan.events.filter(type__in=transition.makers).in_booking_order()
    return hands_in(transition, loan, state.proposal, entered)


def check_value_date(day: date, *, not_before: date, field: str = "value_date") -> None:
    """Refuses a date in the future or before `not_before`.

    Raises:
        InvalidInput: naming the limits.
    """
    today = business_date()
    if day > today:
        text = f"{day:%-d %b %Y} is in the future; today is {today:%-d %b %Y}."
        raise InvalidInput(Sentence(text, "day_in_future", day=day.isoformat(), today=today.isoformat()), field=field)
    if day < not_before:
        text = f"{day:%-d %b %Y} is before {not_before:%-d %b %Y}, when this began."
        values = {"day": day.isoformat(), "first": not_before.isoformat()}
        raise InvalidInput(Sentence(text, "day_too_early", **values), field=field)


class EventValues(TypedDict, total=False):
    """What an event may say beyond its type, its day and who acts."""

    id: UUID
    amount: Decimal | None
    channel: str
    reference: str
    reason: str
    reverses: LoanEvent
    idempotency_key: str
    number: str
    payload: dict[str, Any]


def append_event(
    *, loan: Loan, event_type: EventType, actor: Actor, value_date: date, **values: Unpack[EventValues]
) -> LoanEvent:
    """Writes the fact, folds the loan, writes its projection, posts the difference, and tells histories and borrower.

    A reason is kept without the blanks around it, and as far as the record holds it.

    Raises:
        WrongState: this happened before and may happen only once. InvalidInput: the loan's state does not allow it,
            at the field that is at fault.
    """
    writing = Writing(actor)
    event = new_event(loan=loan, event_type=event_type, actor=actor, value_date=value_date, **values)
    writing.add(read_facts([loan])[loan.pk], event)
    writing.write()
    return event


def new_event(
    *, loan: Loan, event_type: EventType, actor: Actor, value_date: date, **values: Unpack[EventValues]
) -> LoanEvent:
    """The fact, not written yet; see `append_event`. What is received or given back belongs to the actor's branch."""
    event = LoanEvent(
        loan=loan, type=event_type, value_date=value_date, actor_id=actor.id, actor_name=actor.name, **values
    )
    event.reason = event.reason.strip()[:REASON_LENGTH]
    if actor.branch_id and event_type in COLLECTS:
        event.payload = {**event.payload, "branch": str(actor.branch_id)}
    event.id = _event_id(event)
    return event


def first_event(
    *, loan: Loan, event_type: EventType, actor: Actor, value_date: date, **values: Unpack[EventValues]
) -> LoanEvent:
    """The fact by which a loan begins that is not written yet either: nothing of it is looked up."""
    return LoanEvent(
        id=uuid5(loan.pk, event_type),
        loan=loan,
        type=event_type,
        value_date=value_date,
        actor_id=actor.id,
        actor_name=actor.name,
        **values,
    )


def append_note(*, loan: Loan, actor: Actor, text: str) -> LoanEvent:
    """Writes down today what was done about a loan that moves no money and decides nothing."""
    return append_event(loan=loan, event_type=EventType.NOTE, actor=actor, value_date=business_date(), reason=text)


def _event_id(event: LoanEvent) -> UUID:
    """The event's key: the same on every node for what may stand only once, so that the database refuses the second."""
    if EVENTS[EventType(event.type)].once:
        return _id_of_its_turn(event.loan_id, event.type)
    if settings.CLUSTER and event.idempotency_key:
        # Sent again to another node, a command makes the same event: of the two one stands.
        return uuid5(event.loan_id, f"{event.type}-{event.actor_id or ''}-{event.idempotency_key}")
    return event.id


def _id_of_its_turn(loan_id: UUID, event_type: str) -> UUID:
    """The key of what happens once at a time: an approval or a pay-out that was reversed may happen again.

    Of several tranches each is the nth that stands: two nodes that pay out the nth have one key for it.
    """
    before = LoanEvent.objects.filter(loan_id=loan_id, type=event_type)
    reversed_before = before.filter(reversed_by__isnull=False).count()
    standing = before.count() - reversed_before if event_type == EventType.DISBURSED else 0
    turn = f"{event_type}-{reversed_before}-{standing}" if reversed_before or standing else event_type
    return uuid5(loan_id, turn)
