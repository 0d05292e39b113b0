"""Which events of a loan its borrower is told of, and the reminders before and after an installment falls due."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.loans.book.models import EventType, Installment, Loan, LoanEvent, LoanState, Status
from apps.loans.book.wording import day, money
from apps.loans.book.workflow import EVENTS
from apps.mfis.core.clock import business_date
from apps.users.messaging.models import Message
from apps.users.messaging.services import message_for, queue_message

REMIND_DAYS_BEFORE = 3

NEWS_DAYS = 7


def message_of(loan: Loan, state: LoanState, event: LoanEvent) -> Message | None:
    """The message about an event, to be queued in its transaction; None where there is nothing to tell.

    What is entered late, or brought in from another system, is no news to anybody. Who was told of an event is told
    when it is taken back, however long after.
    """
    told_of = (event.reverses if event.type == EventType.REVERSAL else None) or event
    rule = EVENTS[EventType(told_of.type)]
    about = _about(loan, event) if told_of is event else rule.reversal_message
    entered_on = business_date() if told_of is event else timezone.localdate(told_of.recorded_at)
    if not about or event.payload.get("taken_over") or (entered_on - told_of.value_date).days > NEWS_DAYS:
        return None
    return message_for(account=loan.borrower, about=about, key=f"event-{event.pk}", values=_values(loan, state, event))


def _about(loan: Loan, event: LoanEvent) -> str:
    """Which message tells of an event; borrowers are not told of what they did themselves."""
    if event.type == EventType.APPROVED and event.payload.get("asks_again"):
        return "approved_for_less"
    if event.type == EventType.AMENDED and event.actor_id == loan.borrower_id:
        return ""
    return EVENTS[EventType(event.type)].message


def _values(loan: Loan, state: LoanState, event: LoanEvent) -> dict[str, str]:
    """What the texts may name of an event and of the loan after it."""
    told_of = event.reverses or event
    left = state.total_outstanding if state.disbursed_on else Decimal(0)
    return {
        "loan": loan.number,
        "amount": money(told_of.amount or _agreed(loan, told_of), loan.currency),
        "net": money(told_of.payload.get("net") or told_of.amount or loan.principal, loan.currency),
        "kept": _kept_back(told_of, loan),
        "number": event.number,
        "left": money(left, loan.currency),
        "due_amount": money(state.next_due_amount, loan.currency),
        "due": day(state.oldest_due_date, loan.borrower.language) if state.oldest_due_date else "",
    }


def _kept_back(event: LoanEvent, loan: Loan) -> str:
    """What a pay-out kept back, in the borrower's language, to go on with in a sentence; empty where it is nothing."""
    if not any(name in event.payload for name in ("fee", "savings", "down_payment")):
        return ""
    with translation.override(loan.borrower.language):
        words = {"fee": _("fee"), "savings": _("savings"), "down_payment": _("down payment")}
        kept = {name: Decimal(event.payload.get(name, "0")) for name in words}
        said = ", ".join(f"{words[name]} {money(amount, loan.currency)}" for name, amount in kept.items() if amount)
        return "; " + _("kept back: %(what)s") % {"what": said} if said else ""


def _agreed(loan: Loan, event: LoanEvent) -> Decimal:
    """The amount that the loan is of from this event on."""
    terms = event.payload.get("terms")
    return Decimal(terms["principal"]) if isinstance(terms, dict) and "principal" in terms else loan.principal


def queue_reminders(today: date) -> int:
    """Queues what is to be said today of installments that fall due in three days or today, or fell due yesterday.

    Each is said once, however often this runs. Returns how many are new.
    """
    due_dates = {
        "due_soon": today + timedelta(days=REMIND_DAYS_BEFORE),
        "due_today": today,
        "overdue": today - timedelta(days=1),
    }
    return sum(
        _remind(about, row)
        for about, due_date in due_dates.items()
        for row in due_on(due_date).select_related("loan__borrower").iterator(500)
    )


def _remind(about: str, row: Installment) -> bool:
    """Queues one reminder. Returns whether it is new."""
    loan = row.loan
    values = {
        "loan": loan.number,
        "amount": money(row.outstanding, loan.currency),
        "due": day(row.due_date, loan.borrower.language),
    }
    return queue_message(
        account=loan.borrower, about=about, key=f"{about}-{loan.pk}-{row.due_date:%Y%m%d}", values=values
    )


def due_on(due_date: date) -> QuerySet[Installment]:
    """Unpaid installments of running loans that fall due on a day."""
    return Installment.objects.filter(due_date=due_date, outstanding__gt=0, loan__state__status=Status.ACTIVE)
