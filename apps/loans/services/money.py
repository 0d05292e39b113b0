"""Paying a loan out, taking repayments, and reversing them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from apps.loans.domain.state import LoanState as Folded
from apps.loans.models import Loan, LoanEvent
from apps.loans.models.event import Channel, EventType
from apps.loans.projection import fold_loan
from apps.loans.services.checks import check_amount, check_channel
from apps.loans.services.numbers import next_number
from apps.loans.services.recording import append_event, check_transition, check_value_date, lock_loan
from apps.loans.transitions import REVERSIBLE
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotFound, WrongState
from apps.users.models import Account
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once


def net_disbursement(loan: Loan, on: date, amount: Decimal | None = None) -> tuple[Decimal, Decimal]:
    """What the borrower receives and what is kept back, if `amount` (by default all that is left) is paid out `on`.

    Kept back are fees, savings and a down payment paid at once: what the fold with the pay-out has more than without.
    """
    money = amount if amount is not None else loan.principal - drawn(loan)
    facts = list(loan.events.order_by("recorded_at", "id"))
    draft = LoanEvent(loan=loan, type=EventType.DISBURSED, amount=money, value_date=on)
    kept = _kept_back(fold_loan(loan, events=[*facts, draft]))
    if any(e.type == EventType.DISBURSED for e in facts):
        kept -= _kept_back(fold_loan(loan, events=facts))
    return money - kept, kept


def _kept_back(folded: Folded) -> Decimal:
    if folded.disbursed_on is None:
        return Decimal(0)
    down = sum((t.amount for t in folded.transactions if t.type == "down_payment" and not t.undone), Decimal(0))
    return folded.fees_at_disbursement + folded.savings + down


def drawn(loan: Loan) -> Decimal:
    """What has been paid out of the loan so far."""
    paid = loan.events.filter(type=EventType.DISBURSED, reversed_by__isnull=True).aggregate(total=Sum("amount"))
    return paid["total"] or Decimal(0)


def disburse(
    *,
    loan_id: UUID,
    by: Account,
    channel: str,
    reference: str = "",
    on: date | None = None,
    key: str = "",
    amount: Decimal | None = None,
) -> Answer:
    """Pays an approved loan out, less what is kept back: all that is left of it, or `amount` as one tranche of several.

    Each tranche happens once, whatever is repeated. Returns the event's id, the amount handed over and what was kept.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: channel, missing reference, date, or an amount or a number
            of tranches that the product does not allow.
    """
    body = {"loan": loan_id, "channel": channel, "reference": reference, "on": on, "amount": amount}

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("disburse" if state.disbursed_on is None else "disburse_tranche", state, by)
        check_channel(channel, reference)
        day = on or business_date()
        last = loan.events.filter(type__in=[EventType.APPROVED, EventType.DISBURSED], reversed_by__isnull=True)
        begun = last.order_by("-value_date").values_list("value_date", flat=True).first()
        check_value_date(day, not_before=begun or loan.submitted_on)
        money = _tranche(loan, amount)
        net, fee = net_disbursement(loan, day, money)
        event = append_event(
            loan=loan,
            event_type=EventType.DISBURSED,
            by=by,
            value_date=day,
            amount=money,
            channel=channel,
            reference=reference.strip(),
            idempotency_key=key,
            number=next_number("D"),
            payload={"net": str(net), "fee": str(fee)},
        )
        return {"id": str(event.pk), "number": event.number, "net": str(net), "fee": str(fee)}

    return once(actor=actor_of(by), key=key, name="disburse", body=body, run=run)


def _tranche(loan: Loan, amount: Decimal | None) -> Decimal:
    """What is paid out now, as the product's number of tranches allows."""
    left = loan.principal - drawn(loan)
    money = left if amount is None else amount
    if left <= 0:
        raise WrongState("The whole loan is paid out.")
    check_amount(money)
    if money > left:
        raise InvalidInput(f"Of the approved principal {left:,.2f} is left.", field="amount")
    paid = loan.events.filter(type=EventType.DISBURSED, reversed_by__isnull=True).count()
    if money < left and paid + 1 >= loan.product.tranches_max:
        many = loan.product.tranches_max
        said = "is paid out whole" if many == 1 else f"is paid out in at most {many} parts, and this is the last"
        raise InvalidInput(f"{loan.product.name} {said}: {left:,.2f}.", field="amount")
    return money


def record_repayment(
    *,
    loan_id: UUID,
    by: Account,
    amount: Decimal,
    channel: str,
    reference: str = "",
    on: date | None = None,
    key: str = "",
) -> Answer:
    """Books money received `on`, which may lie back: the fold replays what came after.

    Returns the event's id, the receipt number, and the loan's status and balance after it.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, channel, missing reference, date.
    """
    body = {"loan": loan_id, "amount": amount, "channel": channel, "reference": reference, "on": on}

    def run() -> Answer:
        event, loan = book_repayment(loan_id, by, amount, channel, reference, on or business_date(), key)
        return receipt(event, loan)

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
        loan=loan,
        event_type=EventType.REPAYMENT,
        by=by,
        value_date=on,
        amount=amount,
        channel=channel,
        reference=reference.strip(),
        idempotency_key=key,
        number=next_number("R"),
        payload={"corrects": corrects.number} if corrects else {},
    )
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

    return once(
        actor=actor_of(by), key=key, name="reverse_repayment", body={"event": event_id, "reason": reason}, run=run
    )


def _reverse(event_id: UUID, by: Account, reason: str, key: str) -> tuple[LoanEvent, Loan]:
    event = LoanEvent.objects.filter(pk=event_id, type__in=REVERSIBLE).first()
    if event is None:
        raise NotFound("There is no such movement of money.")
    loan, state = lock_loan(event.loan_id)
    check_transition("reverse", state, by, reason=reason)
    if LoanEvent.objects.filter(reverses=event).exists():
        raise WrongState(f"{event.number or event.get_type_display()} is already reversed.")
    undo = append_event(
        loan=loan,
        event_type=EventType.REVERSAL,
        by=by,
        value_date=event.value_date,
        amount=event.amount,
        reverses=event,
        reason=reason.strip()[:500],
        idempotency_key=key,
    )
    return undo, loan


def correct_repayment(
    *,
    event_id: UUID,
    by: Account,
    reason: str,
    on: date | None = None,
    amount: Decimal | None = None,
    loan_number: str = "",
    key: str = "",
) -> Answer:
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
        event, loan = book_repayment(target.pk, by, money, wrong.channel, wrong.reference, day, key, corrects=wrong)
        return receipt(event, loan)

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
            loan=loan,
            event_type=EventType.REVERSAL,
            by=by,
            value_date=last.value_date,
            amount=last.amount,
            reverses=last,
            reason=reason.strip()[:500],
            idempotency_key=key,
        )
        return {"id": str(undo.pk), "number": last.number}

    return once(
        actor=actor_of(by), key=key, name="undo_disbursement", body={"loan": loan_id, "reason": reason}, run=run
    )


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
