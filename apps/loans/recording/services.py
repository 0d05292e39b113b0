"""Appending a fact to a loan and bringing its projection up to it: what every loan service does in the end."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID, uuid5

from django.conf import settings
from django.db import IntegrityError

from apps.loans.book.models import Arrival, EventType, Loan, LoanEvent, LoanState
from apps.loans.book.projection import Projected, project
from apps.loans.book.workflow import EVENTS, TRANSITIONS, Transition, hands_in
from apps.loans.domain.violations import InvalidTerms
from apps.loans.ledger.post import post_loan
from apps.loans.recording.credit_events import queue_credit_events
from apps.loans.recording.notifications import notify_borrower
from apps.loans.recording.wording import refusal
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence, WrongState
from apps.mfis.nodes.home import is_home, require_home

REASON_LENGTH = 500  # as much as the record holds


def lock_loan(loan_id: UUID) -> tuple[Loan, LoanState]:
    """The loan, with its state locked until the transaction ends.

    Raises:
        NotFound: no such loan in this schema.
    """
    state = (
        LoanState.objects.select_for_update(of=("self",))
        .select_related("loan", "loan__borrower", "loan__product")
        .filter(pk=loan_id)
        .first()
    )
    if state is None:
        raise NotFound("There is no such loan.")
    if settings.CLUSTER and Arrival.objects.filter(loan_id=loan_id, error="").exists():
        # What arrived from other nodes counts before anything is decided; where something before it is still on its
        # way, the loan keeps the state it had.
        with suppress(InvalidTerms):
            state = project(state.loan).state
    return state.loan, state


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
    transition = TRANSITIONS[name]
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
    event = LoanEvent(
        loan=loan, type=event_type, value_date=value_date, actor_id=actor.id, actor_name=actor.name, **values
    )
    event.reason = event.reason.strip()[:REASON_LENGTH]
    event.id = _event_id(event)
    _insert(event)
    status_before = LoanState.objects.filter(pk=loan.pk).values_list("status", flat=True).first()
    projected = _project(loan)
    if is_home():  # elsewhere the home posts it and tells of it once it has arrived there
        post_loan(loan, projected.folded, projected.events, event, actor)
        queue_credit_events(loan, projected.state, event, status_before)
    notify_borrower(loan, projected.state, event)
    return event


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


def _insert(event: LoanEvent) -> None:
    try:
        event.save(force_insert=True)
    except IntegrityError as error:
        if not EVENTS[EventType(event.type)].once:
            raise
        raise WrongState(f"This loan was already {event.get_type_display().lower()}.") from error


def _project(loan: Loan) -> Projected:
    try:
        return project(loan)
    except InvalidTerms as error:
        raise refusal(error) from error
