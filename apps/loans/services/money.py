"""Paying a loan out, taking repayments, and reversing them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.domain.fold import quote
from apps.loans.models import Loan, LoanEvent
from apps.loans.models.event import Channel, EventType
from apps.loans.services.numbers import next_number
from apps.loans.services.recording import append_event, check_transition, check_value_date, lock_loan
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotFound, WrongState
from apps.users.models import Account
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once

MOST = Decimal("9999999999.99")


def net_disbursement(loan: Loan, on: date) -> tuple[Decimal, Decimal]:
    """What the borrower receives and the fee kept back, if the loan is paid out `on`."""
    state = quote(loan.terms, on)
    return loan.principal - state.fees_at_disbursement, state.fees_at_disbursement


def disburse(
    *, loan_id: UUID, by: Account, channel: str, reference: str = "", on: date | None = None, key: str = ""
) -> Answer:
    """Pays an approved loan out, less its fee. Happens once, whatever is repeated.

    Returns the event's id, the amount handed over and the fee kept back.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: channel, missing reference, date.
    """
    body = {"loan": loan_id, "channel": channel, "reference": reference, "on": on}

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("disburse", state, by)
        _check_channel(channel, reference)
        day = on or business_date()
        approved = loan.events.filter(type=EventType.APPROVED).values_list("value_date", flat=True).first()
        check_value_date(day, not_before=approved or loan.submitted_on)
        net, fee = net_disbursement(loan, day)
        event = append_event(
            loan=loan, event_type=EventType.DISBURSED, by=by, value_date=day, amount=loan.principal, channel=channel,
            reference=reference.strip(), idempotency_key=key, number=next_number("D"),
            payload={"net": str(net), "fee": str(fee)},
        )  # fmt: skip
        return {"id": str(event.pk), "number": event.number, "net": str(net), "fee": str(fee)}

    with acting(actor_of(by)):
        return once(actor=actor_of(by), key=key, name="disburse", body=body, run=run)


def record_repayment(
    *, loan_id: UUID, by: Account, amount: Decimal, channel: str, reference: str = "", on: date | None = None,
    key: str = "",
) -> Answer:  # fmt: skip
    """Books money received `on`, which may lie back: the fold replays what came after.

    Returns the event's id, the receipt number, and the loan's status and balance after it.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, channel, missing reference, date.
    """
    body = {"loan": loan_id, "amount": amount, "channel": channel, "reference": reference, "on": on}

    def run() -> Answer:
        event, loan = book_repayment(loan_id, by, amount, channel, reference, on or business_date(), key)
        return receipt(event, loan)

    with acting(actor_of(by)):
        return once(actor=actor_of(by), key=key, name="record_repayment", body=body, run=run)


def book_repayment(
    loan_id: UUID, by: Account, amount: Decimal, channel: str, reference: str, on: date, key: str
) -> tuple[LoanEvent, Loan]:
    """The booking itself, inside the caller's command."""
    loan, state = lock_loan(loan_id)
    check_transition("record_repayment", state, by)
    _check_amount(amount)
    _check_channel(channel, reference)
    check_value_date(on, not_before=state.disbursed_on or loan.submitted_on)
    _check_reference_new(channel, reference)
    event = append_event(
        loan=loan, event_type=EventType.REPAYMENT, by=by, value_date=on, amount=amount, channel=channel,
        reference=reference.strip(), idempotency_key=key, number=next_number("R"),
    )  # fmt: skip
    return event, loan


def receipt(event: LoanEvent, loan: Loan) -> Answer:
    state = loan.state
    state.refresh_from_db()
    return {
        "id": str(event.pk),
        "number": event.number,
        "status": state.status,
        "outstanding": str(state.total_outstanding),
        "overpaid": str(state.overpaid),
    }


def reverse_repayment(*, event_id: UUID, by: Account, reason: str, key: str = "") -> Answer:
    """Takes a repayment back. It stays on the record with its reversal; the loan is as if it had never come.

    Raises:
        NotFound: no such repayment. WrongState: it is already reversed. NotAllowed: duty. InvalidInput: no reason.
    """

    def run() -> Answer:
        event = LoanEvent.objects.filter(pk=event_id, type=EventType.REPAYMENT).first()
        if event is None:
            raise NotFound("There is no such repayment.")
        loan, state = lock_loan(event.loan_id)
        check_transition("reverse", state, by, reason=reason)
        if LoanEvent.objects.filter(reverses=event).exists():
            raise WrongState(f"Receipt {event.number} is already reversed.")
        undo = append_event(
            loan=loan, event_type=EventType.REVERSAL, by=by, value_date=event.value_date, amount=event.amount,
            reverses=event, reason=reason.strip()[:500], idempotency_key=key,
        )  # fmt: skip
        return receipt(undo, loan)

    with acting(actor_of(by)):
        return once(actor=actor_of(by), key=key, name="reverse_repayment",
                    body={"event": event_id, "reason": reason}, run=run)  # fmt: skip


def _check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or amount <= 0:
        raise InvalidInput("Give an amount above zero.", field="amount")
    if amount != amount.quantize(Decimal("0.01")):
        raise InvalidInput("An amount has at most two decimals.", field="amount")
    if amount > MOST:
        raise InvalidInput(f"The most that can be booked at once is {MOST:,.2f}.", field="amount")


def _check_channel(channel: str, reference: str) -> None:
    if channel not in Channel.values:
        raise InvalidInput(f"Choose one of {', '.join(map(str, Channel.labels))}.", field="channel")
    if channel != Channel.CASH and not reference.strip():
        raise InvalidInput("Give the reference of the payment: it is how the money is found again.", field="reference")
    if len(reference.strip()) > 60:
        raise InvalidInput("A reference has at most 60 characters.", field="reference")


def _check_reference_new(channel: str, reference: str) -> None:
    """A wallet's or bank's reference is unique there: the same one twice is the same money twice."""
    if channel == Channel.CASH:
        return
    same = LoanEvent.objects.filter(type=EventType.REPAYMENT, channel=channel, reference=reference.strip())
    standing = same.filter(reversed_by__isnull=True).first()
    if standing:
        raise InvalidInput(
            f"{Channel(channel).label} reference {reference.strip()} is already booked as receipt {standing.number}.",
            field="reference",
        )
