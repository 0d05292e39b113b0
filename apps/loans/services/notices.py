"""Payments that borrowers report, and cashiers confirm once they see the money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.models import PaymentNotice
from apps.loans.models.event import Channel
from apps.loans.models.projection import Status
from apps.loans.selectors.own_loans import ONE, LoanLine
from apps.loans.services.checks import check_amount, check_channel
from apps.loans.services.money import book_repayment
from apps.loans.services.recording import check_value_date
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.models import new_id
from apps.mfis.prepared import Query
from apps.users.models import Account
from apps.users.roles import Action
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once

# Written out, as what borrowers send most: the ORM's own INSERT took a third of the command. It reads the borrower's
# loan and keeps the payment in one: what is then refused because of the loan is rolled back.
KEEP = Query(
    "report_payment",
    "uuid, uuid, uuid, numeric, text, text, date, text",
    f"""
    WITH own AS ({ONE}), kept AS (
        INSERT INTO loans_paymentnotice
               (id, created_at, loan_id, amount, channel, reference, paid_on, status, decided_reason)
        SELECT $3, now(), own.id, $4, $5, $6, $7, $8, '' FROM own
    ) SELECT * FROM own
    """,  # noqa: S608 - constants
)


def report_payment(
    *, loan_id: UUID, by: Account, amount: Decimal, channel: str, reference: str, paid_on: date | None = None,
    key: str = "",
) -> Answer:  # fmt: skip
    """A borrower says that they paid. Nothing is booked until a cashier has confirmed it.

    Raises:
        NotFound: not the borrower's loan. WrongState: the loan is not active. InvalidInput: amount, channel, date.
    """
    body = {"loan": loan_id, "amount": amount, "channel": channel, "reference": reference, "on": paid_on}

    notice, status = new_id(), PaymentNotice.Status.WAITING.value
    answer = {"id": str(notice), "status": status}

    def run() -> Answer:
        if channel == Channel.CASH:
            raise InvalidInput("Cash is paid at the branch, which books it at once.", field="channel")
        check_amount(amount)
        check_channel(channel, reference)
        day = paid_on or business_date()
        found = KEEP.rows(by.pk, loan_id, notice, amount, channel, reference.strip(), day, status)
        if not found:
            raise NotFound("There is no such loan.")
        own = LoanLine._make(found[0])
        if own.status not in (Status.ACTIVE, Status.CHARGED_OFF):
            raise WrongState(f"This loan is {Status(own.status).label.lower()}; there is nothing to pay on it.")
        check_value_date(day, not_before=own.disbursed_on or day, field="paid_on")
        return answer

    return once(actor=actor_of(by), key=key, name="report_payment", body=body, run=run, foreseen=answer)


def confirm_payment(*, notice_id: UUID, by: Account) -> PaymentNotice:
    """Books the reported payment as a repayment.

    Raises:
        NotFound, WrongState (already decided), and what `record_repayment` raises.
    """
    with acting(actor_of(by)):
        notice = _lock(notice_id, by)
        event, _ = book_repayment(
            notice.loan_id,
            by,
            notice.amount,
            notice.channel,
            notice.reference,
            notice.paid_on,
            str(notice.pk),
        )
        notice.status, notice.event = PaymentNotice.Status.CONFIRMED, event
        notice.save(update_fields=["status", "event"])
    return notice


def decline_payment(*, notice_id: UUID, by: Account, reason: str) -> PaymentNotice:
    """Declines a reported payment, with a reason the borrower sees.

    Raises:
        NotFound, WrongState (already decided). InvalidInput: no reason.
    """
    if not reason.strip():
        raise InvalidInput("Give a reason; the borrower sees it.", field="reason")
    with acting(actor_of(by)):
        notice = _lock(notice_id, by)
        notice.status, notice.decided_reason = PaymentNotice.Status.DECLINED, reason.strip()[:200]
        notice.save(update_fields=["status", "decided_reason"])
    return notice


def _lock(notice_id: UUID, by: Account) -> PaymentNotice:
    if not by.may(Action.RECORD_REPAYMENT):
        raise NotAllowed("Your duties do not include recording repayments.")
    notice = PaymentNotice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise NotFound("There is no such payment.")
    if notice.status != PaymentNotice.Status.WAITING:
        raise WrongState(f"This payment was already {notice.get_status_display().lower()}.")
    return notice
