"""Which events of a loan its borrower is told of, and the reminders before and after an installment falls due."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from apps.loans.models import Installment, Loan, LoanEvent, LoanState
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.loans.papers.words import day as spoken_day
from apps.loans.papers.words import money
from apps.mfis.clock import business_date
from apps.users.messaging.queue import queue_message

REMIND_DAYS_BEFORE = 3
NEWS_DAYS = 7
KINDS = {
    EventType.APPROVED: "approved",
    EventType.REJECTED: "rejected",
    EventType.INFO_REQUESTED: "info_requested",
    EventType.DISBURSED: "disbursement",
    EventType.REPAYMENT: "repayment",
    EventType.PAY_OFF: "repayment",
    EventType.RECOVERY: "repayment",
    EventType.REVERSAL: "reversal",
}


def tell_borrower(loan: Loan, state: LoanState, event: LoanEvent) -> None:
    """Queues the message about an event, in its transaction. Of a reversal only a receipt's is told.

    What is entered late, or brought in from another system, is no news to anybody.
    """
    kind = KINDS.get(EventType(event.type))
    if (business_date() - event.value_date).days > NEWS_DAYS:
        return
    undone = event.reverses if event.type == EventType.REVERSAL else None
    if kind is None or (kind == "reversal" and (undone is None or undone.type != EventType.REPAYMENT)):
        return
    amount = (undone.amount if undone else event.amount) or loan.principal
    left = state.total_outstanding if state.disbursed_on else Decimal(0)
    values = {
        "loan": loan.number,
        "amount": money(amount, loan.currency),
        "number": event.number,
        "left": money(left, loan.currency),
        "due_amount": money(state.next_due_amount, loan.currency),
        "due": spoken_day(state.oldest_due_date, loan.borrower.language) if state.oldest_due_date else "",
    }
    queue_message(account=loan.borrower, about=kind, key=f"event-{event.pk}", values=values)


def remind(on: date) -> int:
    """Queues what is to be said on a day of installments that fall due in three days, then, or fell due the day before.

    Each is said once, however often this runs. Returns how many are new.
    """
    found = 0
    for kind, due in (
        ("due_soon", on + timedelta(days=REMIND_DAYS_BEFORE)),
        ("due_today", on),
        ("overdue", on - timedelta(days=1)),
    ):
        for row in due_on(due).select_related("loan__borrower").iterator(500):
            loan = row.loan
            values = {
                "loan": loan.number,
                "amount": money(row.outstanding, loan.currency),
                "due": spoken_day(due, loan.borrower.language),
            }
            found += queue_message(
                account=loan.borrower, about=kind, key=f"{kind}-{loan.pk}-{due:%Y%m%d}", values=values
            )
    return found


def due_on(day: date) -> QuerySet[Installment]:
    """Unpaid installments of running loans that fall due on `day`."""
    return Installment.objects.filter(due_date=day, outstanding__gt=0, loan__state__status=Status.ACTIVE)
