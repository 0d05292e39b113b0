"""Payments that borrowers report, and cashiers confirm once they see the money."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.models import PaymentNotice
from apps.loans.models.event import Channel
from apps.loans.models.projection import Status
from apps.loans.selectors.own_loans import ONE
from apps.loans.services.checks import check_amount, check_channel
from apps.loans.services.money import book_repayment
from apps.loans.services.recording import check_value_date
from apps.mfis.acting import acting, told
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.models import new_id
from apps.mfis.models.base import this_node
from apps.mfis.prepared import Query
from apps.users.models import Account
from apps.users.roles import Action
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, answered, identify

PAYABLE = [Status.ACTIVE.value, Status.CHARGED_OFF.value]
# What borrowers send most, in one statement, which is its own transaction: the same through `once` goes to the database
# and back five times more. $1 to $8: the notice and whose it is; $9: PAYABLE; $10 to $15: the command, without id and
# lock where it came without a key. Nothing is kept unless all is; what comes back says why not. The look for an earlier
# answer is older than the wait for the lock, so that what came first during it is not seen, but nothing is kept either.
REPORT = Query(
    "report_payment",
    "uuid, uuid, uuid, numeric, text, text, date, text, text[], text, uuid, text, text, jsonb, bigint",
    f"""
    WITH own AS ({ONE}),
    payable AS (
        SELECT own.id FROM own, (SELECT set_config('letsema.actor', $10, true), pg_advisory_xact_lock($15)) named
         WHERE own.status = ANY($9) AND $7 >= coalesce(own.disbursed_on, $7)
    ),
    claimed AS (
        INSERT INTO users_command (id, node, name, actor_id, body_hash, answer)
        SELECT $11, $12, 'report_payment', $1, $13, $14 FROM payable WHERE $11 IS NOT NULL
            ON CONFLICT (id) DO NOTHING RETURNING id
    ),
    kept AS (
        INSERT INTO loans_paymentnotice
               (id, created_at, loan_id, amount, channel, reference, paid_on, status, decided_reason)
        SELECT $3, now(), payable.id, $4, $5, $6, $7, $8, '' FROM payable
         WHERE $11 IS NULL OR EXISTS (SELECT FROM claimed)
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM kept), before.body_hash, before.answer::text, own.status, own.disbursed_on
      FROM (VALUES (1)) always LEFT JOIN own ON true LEFT JOIN users_command before ON before.id = $11
    """,  # noqa: S608 - constants
)


def report_payment(
    *,
    loan_id: UUID,
    by: Account,
    amount: Decimal,
    channel: str,
    reference: str,
    paid_on: date | None = None,
    key: str = "",
) -> Answer:
    """A borrower says that they paid. Nothing is booked until a cashier has confirmed it.

    A repeated `key` changes nothing and gets the first answer, as `once` does it.

    Raises:
        NotFound: not the borrower's loan. WrongState: the loan is not active. InvalidInput: amount, channel, date.
        KeyReused: the key came before with another body.
    """
    if channel == Channel.CASH:
        raise InvalidInput("Cash is paid at the branch, which books it at once.", field="channel")
    check_amount(amount)
    check_channel(channel, reference)
    day, actor = paid_on or business_date(), actor_of(by)
    check_value_date(day, not_before=day, field="paid_on")  # against the loan's own date below
    body = {"loan": loan_id, "amount": amount, "channel": channel, "reference": reference, "on": paid_on}
    sent = identify(actor, key, "report_payment", body) if key else None
    answer = {"id": str(new_id()), "status": PaymentNotice.Status.WAITING.value}
    for _ in range(2):
        [(kept, kept_hash, kept_answer, status, disbursed_on)] = REPORT.rows(
            by.pk,
            loan_id,
            answer["id"],
            amount,
            channel,
            reference.strip(),
            day,
            answer["status"],
            PAYABLE,
            told(actor),
            sent and sent.id,
            this_node(),
            sent and sent.body_hash,
            json.dumps(answer),
            sent and sent.lock,
        )
        if kept:
            return answer
        if sent and kept_hash:
            return answered(sent, kept_hash, kept_answer)
        if status is None:
            raise NotFound("There is no such loan.")
        if status not in PAYABLE:
            raise WrongState(f"This loan is {Status(status).label.lower()}; there is nothing to pay on it.")
        check_value_date(day, not_before=disbursed_on or day, field="paid_on")
        # A command with the same key was on its way when this began, and is kept by now: look again.
    raise WrongState("This payment crossed another with the same key and was not kept; send it again.")


def confirm_payment(*, notice_id: UUID, by: Account) -> PaymentNotice:
    """Books the reported payment as a repayment.

    Raises:
        NotFound, WrongState (already decided), and what `record_repayment` raises.
    """
    with acting(actor_of(by)):
        notice = _lock(notice_id, by)
        event, _ = book_repayment(
            notice.loan_id, by, notice.amount, notice.channel, notice.reference, notice.paid_on, str(notice.pk)
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
