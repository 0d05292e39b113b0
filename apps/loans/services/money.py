"""Paying a loan out, taking repayments, and reversing them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.domain.fold import quote
from apps.loans.models import Loan, LoanEvent
from apps.loans.models.event import Channel, EventType
from apps.loans.services.checks import check_amount, check_channel
from apps.loans.services.numbers import next_number
from apps.loans.services.recording import append_event, check_transition, check_value_date, lock_loan
from apps.loans.transitions import REVERSIBLE
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotFound, WrongState
from apps.users.models import Account
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once


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
        check_channel(channel, reference)
        day = on or business_date()
        standing = loan.events.filter(type=EventType.APPROVED, reversed_by__isnull=True)
        approved = standing.values_list("value_date", flat=True).first()
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
    loan_id: UUID,
    by: Account,
    amount: Decimal,
    channel: str,
    reference: str,
    on: date,
    key: str,
    corrects: LoanEvent | None = None,
) -> tuple[LoanEvent, Loan]:
    """The booking itself, inside the caller's command."""
    loan, state = lock_loan(loan_id)
    check_transition("record_repayment", state, by)
    check_amount(amount)
    check_channel(channel, reference)
    check_value_date(on, not_before=state.disbursed_on or loan.submitted_on)
    _check_reference_new(channel, reference)
    event = append_event(
        loan=loan, event_type=EventType.REPAYMENT, by=by, value_date=on, amount=amount, channel=channel,
        reference=reference.strip(), idempotency_key=key, number=next_number("R"),
        payload={"corrects": corrects.number} if corrects else {},
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
    """Takes a movement back. It stays on the record with its reversal; the loan is as if it had never come.

    Raises:
        NotFound: no such movement. WrongState: it is already reversed. NotAllowed: duty. InvalidInput: no reason, or
        what came later rests on it.
    """

    def run() -> Answer:
        undo, loan = _reverse(event_id, by, reason, key)
        return receipt(undo, loan)

    with acting(actor_of(by)):
        return once(actor=actor_of(by), key=key, name="reverse_repayment",
                    body={"event": event_id, "reason": reason}, run=run)  # fmt: skip


def _reverse(event_id: UUID, by: Account, reason: str, key: str) -> tuple[LoanEvent, Loan]:
    event = LoanEvent.objects.filter(pk=event_id, type__in=REVERSIBLE).first()
    if event is None:
        raise NotFound("There is no such movement of money.")
    loan, state = lock_loan(event.loan_id)
    check_transition("reverse", state, by, reason=reason)
    if LoanEvent.objects.filter(reverses=event).exists():
        raise WrongState(f"{event.number or event.get_type_display()} is already reversed.")
    undo = append_event(
        loan=loan, event_type=EventType.REVERSAL, by=by, value_date=event.value_date, amount=event.amount,
        reverses=event, reason=reason.strip()[:500], idempotency_key=key,
    )  # fmt: skip
    return undo, loan


def correct_repayment(
    *, event_id: UUID, by: Account, reason: str, on: date | None = None, amount: Decimal | None = None,
    loan_number: str = "", key: str = "",
) -> Answer:  # fmt: skip
    """Books a receipt again as it should have been: on another day, with another amount, or on another loan.

    The wrong one stays, reversed; the right one has its own number and names it.

    Raises:
        NotFound: no such receipt or loan. WrongState, NotAllowed: state or duty. InvalidInput: nothing would change.
    """
    body = {"event": event_id, "reason": reason, "on": on, "amount": amount, "loan": loan_number}

    def run() -> Answer:
        wrong = LoanEvent.objects.filter(pk=event_id, type=EventType.REPAYMENT).select_related("loan").first()
        if wrong is None:
            raise NotFound("There is no such receipt.")
        target = _loan_numbered(loan_number) if loan_number.strip() else wrong.loan
        day, money = on or wrong.value_date, amount or wrong.amount or Decimal(0)
        if (target.pk, day, money) == (wrong.loan_id, wrong.value_date, wrong.amount):
            raise InvalidInput("Change the day, the amount or the loan; as it stands it is booked already.", field="on")
        # Two loans are locked in the order of their keys, so that two corrections cannot wait for each other.
        for loan_id in sorted({wrong.loan_id, target.pk}):
            lock_loan(loan_id)
        _reverse(event_id, by, reason, "")
        event, loan = book_repayment(
            target.pk, by, money, wrong.channel, wrong.reference, day, key, corrects=wrong
        )  # fmt: skip
        return receipt(event, loan)

    with acting(actor_of(by)):
        return once(actor=actor_of(by), key=key, name="correct_repayment", body=body, run=run)


def _loan_numbered(number: str) -> Loan:
    loan = Loan.objects.filter(number=number.strip().upper()).first()
    if loan is None:
        raise InvalidInput(f"No loan has the number {number.strip()}.", field="loan_number")
    return loan


def undo_disbursement(*, loan_id: UUID, by: Account, reason: str, key: str = "") -> Answer:
    """Takes a pay-out back whose money was never handed over; the loan is approved again.

    Raises:
        WrongState: something was booked after it. NotAllowed: duty. InvalidInput: no reason.
    """

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("undo_disbursement", state, by, reason=reason)
        paid_out = loan.events.filter(type=EventType.DISBURSED, reversed_by__isnull=True).order_by("-recorded_at")
        last = paid_out[0]
        standing = loan.events.filter(reversed_by__isnull=True, recorded_at__gt=last.recorded_at)
        if standing.filter(type__in=[*REVERSIBLE, EventType.RESTRUCTURED]).exists():
            raise WrongState("Something was booked after the pay-out; reverse that first.")
        undo = append_event(
            loan=loan, event_type=EventType.REVERSAL, by=by, value_date=last.value_date, amount=last.amount,
            reverses=last, reason=reason.strip()[:500], idempotency_key=key,
        )  # fmt: skip
        return {"id": str(undo.pk), "number": last.number}

    with acting(actor_of(by)):
        return once(actor=actor_of(by), key=key, name="undo_disbursement",
                    body={"loan": loan_id, "reason": reason}, run=run)  # fmt: skip


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
