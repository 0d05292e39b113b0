"""Appending a fact to a loan and bringing its projection up to it: what every loan service does in the end."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F, Max, Sum

from apps.credit.outbox import CreditEvent, queue_event
from apps.loans.domain.terms import BadCase
from apps.loans.ledger.post import post_loan
from apps.loans.models import Arrival, Installment, Loan, LoanEvent, LoanState
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.loans.projection import project
from apps.loans.services.tellings import tell_borrower
from apps.loans.transitions import TRANSITIONS, Transition
from apps.mfis.acting import Actor
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.replication.home import is_home, require_home
from apps.users.models import Account

ONCE_ONLY = (EventType.SUBMITTED, EventType.APPROVED, EventType.REJECTED, EventType.WITHDRAWN, EventType.DISBURSED)


def event_key(loan_id: UUID, event_type: str) -> UUID:
    """The key of what may happen to a loan once at a time: the same on every node, so the second is refused.

    An approval or a pay-out that was undone may happen again; its key counts how often it was.
    """
    before = LoanEvent.objects.filter(loan_id=loan_id, type=event_type)
    undone = before.filter(reversed_by__isnull=False).count()
    # Of several tranches each is the nth that stands: two nodes that pay out the nth have one key for it.
    nth = before.count() - undone if event_type == EventType.DISBURSED else 0
    return uuid5(loan_id, f"{event_type}-{undone}-{nth}" if undone or nth else event_type)


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
        with suppress(BadCase):
            state = project(state.loan).state
    return state.loan, state


def check_transition(name: str, state: LoanState, by: Account, *, reason: str = "") -> Transition:
    """The transition, if `by` may make it now.

    Raises:
        NotAllowed: their duties do not include it. WrongState: the loan is not where it starts.
        InvalidInput: it needs a reason. NotHome: it is decided at another node.
    """
    transition = TRANSITIONS[name]
    if not by.may(transition.action):
        raise NotAllowed(f"Your duties do not include this: {transition.action.label}.")
    if state.status not in transition.sources:
        raise WrongState(
            f"This loan is {state.get_status_display().lower()}: {transition.label.lower()} is not possible."
        )
    if transition.needs_reason and not reason.strip():
        raise InvalidInput("Give a reason; it stays with the record.", field="reason")
    if not transition.anywhere:
        require_home()
    return transition


def check_value_date(day: date, *, not_before: date, field: str = "value_date") -> None:
    """Refuses a date in the future or before `not_before`.

    Raises:
        InvalidInput: naming the limits.
    """
    today = business_date()
    if day > today:
        raise InvalidInput(f"{day:%-d %b %Y} is in the future; today is {today:%-d %b %Y}.", field=field)
    if day < not_before:
        raise InvalidInput(f"{day:%-d %b %Y} is before {not_before:%-d %b %Y}, when this began.", field=field)


def append_event(
    *, loan: Loan, event_type: EventType, by: Account | None, value_date: date, **values: Any
) -> LoanEvent:
    """Writes the fact, folds the loan, writes its projection, posts the difference, and tells the credit history.

    Raises:
        WrongState: this happened before and may happen only once. InvalidInput: the loan's state does not allow it,
            in the engine's own words.
    """
    if event_type in ONCE_ONLY:
        values["id"] = event_key(loan.pk, event_type)
    elif settings.CLUSTER and values.get("idempotency_key"):
        # Sent again to another node, a command makes the same event: of the two one stands.
        values["id"] = uuid5(loan.pk, f"{event_type}-{by.pk if by else ''}-{values['idempotency_key']}")
    event = LoanEvent(
        loan=loan,
        type=event_type,
        value_date=value_date,
        actor_id=by.pk if by else None,
        actor_name=by.full_name if by else "Letsema",
        **values,
    )
    try:
        event.save(force_insert=True)
    except IntegrityError as error:
        if event_type not in ONCE_ONLY:
            raise
        raise WrongState(f"This loan was already {event.get_type_display().lower()}.") from error
    before = LoanState.objects.filter(pk=loan.pk).values_list("status", flat=True).first()
    try:
        now = project(loan)
    except BadCase as error:
        raise InvalidInput(f"This is not possible: {error.faults[0].problem}.") from error
    if is_home():  # elsewhere the home posts it and tells of it once it has arrived there
        post_loan(loan, now.folded, now.events, event, Actor(event.actor_id, event.actor_name))
        tell_credit(loan, now.state, event, before)
    tell_borrower(loan, now.state, event)
    return event


def tell_credit(loan: Loan, state: LoanState, event: LoanEvent, before: str | None) -> None:
    """What moves money or gives some up reaches the credit history, and so does the closing."""
    kinds = kinds_told(event.type, state.status, before)
    monthly = monthly_installment(loan, state) if kinds else Decimal(0)
    for kind in kinds:
        queue_event(credit_event(loan, state, event, kind, monthly))


TOLD = (
    EventType.DISBURSED,
    EventType.REPAYMENT,
    EventType.PAY_OFF,
    EventType.REVERSAL,
    EventType.CHARGED_OFF,
    EventType.WRITTEN_OFF,
    EventType.RECOVERY,
    EventType.GOODWILL,
    EventType.WAIVE_CHARGE,
    EventType.WAIVE_INTEREST,
)


def kinds_told(event_type: str, status: str, before: str | None) -> list[str]:
    """What the credit history keeps of an event after which the loan stands at `status`, and stood at `before`."""
    kinds = [str(event_type)] if event_type in TOLD else []
    if status in (Status.CLOSED, Status.OVERPAID) and before in (Status.ACTIVE, Status.CHARGED_OFF):
        kinds.append("closed")
    return kinds


def credit_event(loan: Loan, state: LoanState, event: LoanEvent, kind: str, monthly: Decimal) -> CreditEvent:
    """One event for the credit history; `state` is the loan's after it."""
    return CreditEvent(
        event_id=event.pk,
        loan_id=loan.pk,
        loan_number=loan.number,
        person_key_source=national_id(loan.borrower),
        borrower_id=loan.borrower_id,
        kind=kind,
        value_date=event.value_date,
        amount=event.amount,
        status=state.status,
        principal=loan.principal,
        outstanding=state.total_outstanding,
        oldest_due_date=state.oldest_due_date,
        disbursed_on=state.disbursed_on,
        closed_on=state.closed_on,
        installments=int(loan.terms_agreed["installments"]),
        monthly_installment=monthly,
        currency=loan.currency,
    )


def monthly_installment(loan: Loan, state: LoanState) -> Decimal:
    """What a loan costs a month: all that is scheduled, divided by the months from pay-out to the last due date."""
    rows = Installment.objects.filter(loan=loan).aggregate(
        total=Sum(F("principal") + F("interest") + F("fees")), last=Max("due_date")
    )
    return a_month(rows["total"] or Decimal(0), state.disbursed_on, rows["last"])


def a_month(total: Decimal, since: date | None, last: date | None) -> Decimal:
    """`total` divided by the months from `since` to `last`, to the cent."""
    if since is None or last is None:
        return Decimal(0)
    months = max(1, round((last - since).days * 12 / 365.25))
    return Decimal(total / months).quantize(Decimal("0.01"), ROUND_HALF_UP)


def national_id(borrower: Account) -> str:
    profile = getattr(borrower, "profile", None)
    return (profile.national_id or "") if profile else ""
