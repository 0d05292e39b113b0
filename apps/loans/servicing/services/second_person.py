"""Steps that may need a second person: taken at once, or kept as a proposal that waits for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from apps.loans.book.models import EventType, LoanEvent
from apps.loans.book.workflow import FOUR_EYES, PAST_MONTH
from apps.loans.products.models import Policy, the_policy
from apps.loans.servicing.services.booking import Booking, require_nothing_waits
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import NotAllowed

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """How a step is booked from its details, which a proposal keeps as JSON."""

    book: Callable[[Booking, Any], LoanEvent]
    detail: TypeAdapter[Any]


STEPS: dict[str, Step] = {}


Book = Callable[[Booking, Any], LoanEvent]
B = TypeVar("B", bound=Book)


def bookable(name: str, detail: type) -> Callable[[B], B]:
    """Makes a function the one that books the step `name`, now or once a second person has agreed."""

    def made(book: B) -> B:
        STEPS[name] = Step(book, TypeAdapter(detail))
        return book

    return made


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that somebody wants to take: its details, what it moves, and the day it counts from.

    `of` is the event that it takes back; `rule` the row of `FOUR_EYES`, where it is not the step's own name.
    """

    step: str
    detail: Any
    amount: Decimal | None
    day: date
    of: LoanEvent | None = None
    rule: str = ""
    book: str = ""  # the entry of STEPS that books it, likewise
    second_person_came_before: bool = False  # somebody else said so already: a borrower reported the payment


def take(booking: Booking, asked: Asked) -> LoanEvent:
    """Books the step, or keeps it as a proposal where a second person has to agree. Returns the event it wrote.

    Raises:
        WrongState: another proposal waits on the loan, where this one would have to wait. And what booking it raises.
    """
    why = second_person_needed(booking, asked)
    name = asked.book or asked.step
    if not why:
        return STEPS[name].book(booking, asked.detail)
    require_nothing_waits(booking.state)
    detail = STEPS[name].detail.dump_python(asked.detail, mode="json")
    payload = {"step": asked.step, "book": name, "rule": asked.rule or asked.step, "detail": detail, "why": why}
    payload |= {"of": str(asked.of.pk)} if asked.of else {}
    return booking.append(EventType.STEP_PROPOSED, business_date(), amount=asked.amount, payload=payload)


def second_person_needed(booking: Booking, asked: Asked) -> str:
    """Why a second person has to agree, as a sentence; "" where one suffices. The system itself needs none."""
    past = asked.day < business_date().replace(day=1) and not asked.second_person_came_before
    rule = FOUR_EYES.get(asked.rule or asked.step)
    if booking.actor.id is None or not (past or rule):
        return ""
    policy, amount = the_policy(), asked.amount or ZERO
    if rule and policy.duties_apart and booking.actor.id in hands_apart(booking, rule.step, asked.of):
        return rule.because
    if rule and _above(policy, rule.limit, amount):
        return f"Above {getattr(policy, rule.limit):,.2f} a second person agrees."
    if past and _above(policy, PAST_MONTH, amount):
        return f"{asked.day:%-d %b %Y} is in a month that is over; a second person agrees."
    return ""


def _above(policy: Policy, column: str, amount: Decimal) -> bool:
    limit: Decimal | None = getattr(policy, column)
    return limit is not None and amount > limit


def hands_apart(booking: Booking, rule: str, of: LoanEvent | None) -> set[UUID | None]:
    """Whoever does not take a step alone: of a reversal whoever booked what it takes back, else by the rule's table."""
    if of is not None:
        return _hands(of)
    events = booking.loan.events.of_type(*FOUR_EYES[rule].apart_from).standing()
    return {hand for event in events for hand in _hands(event)}


def _hands(event: LoanEvent) -> set[UUID | None]:
    asked_by = event.payload.get("asked_by")
    return {event.actor_id, UUID(asked_by) if asked_by else None} - {None}


def book_agreed(booking: Booking, proposal: LoanEvent, day: date) -> LoanEvent:
    """Books a step that waited, now that a second person agrees. Returns the event of the step itself.

    Raises:
        NotAllowed: they had a hand in what it rests on. WrongState: the loan is not where the step starts any more.
        And what booking it raises.
    """
    payload = proposal.payload
    _check_second(booking, proposal)
    booking.require_state(payload["step"])
    booking = booking.together()
    booking.append(EventType.STEP_AGREED, day)
    step = STEPS[payload["book"]]
    asked_by = {"asked_by": str(proposal.actor_id), "asked_by_name": proposal.actor_name}
    then = replace(booking, reason=proposal.reason, asked_by=asked_by)
    event = step.book(then, step.detail.validate_python(payload["detail"]))
    booking.writing.write()
    return event


def loans_of_proposal(loan_id: UUID) -> set[UUID]:
    """The loan, and the one that what waits on it would move money to: whoever decides locks both, in one order."""
    proposed = LoanEvent.objects.filter(loan_id=loan_id).of_type(EventType.STEP_PROPOSED).latest_first().first()
    other = proposed.payload["detail"].get("loan") if proposed else None
    return {loan_id, UUID(other)} if other else {loan_id}


def _check_second(booking: Booking, proposal: LoanEvent) -> None:
    """The second person is nobody who could not have taken the step alone for having had a hand in it."""
    rule = FOUR_EYES.get(proposal.payload["rule"])
    if rule is None or booking.actor.id is None or not the_policy().duties_apart:
        return
    of = proposal.payload.get("of")
    taken_back = LoanEvent.objects.get(pk=of) if of else None
    if booking.actor.id in hands_apart(booking, rule.step, taken_back):
        raise NotAllowed(rule.because.replace("; a second person agrees", "; somebody else agrees"))
