"""What the credit histories are told of an event of a loan."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import F, Max, Sum

from apps.credit.documents import REVERSED
from apps.credit.outbox import CreditEvent, queue_event
from apps.loans.book.models import EventType, Installment, Loan, LoanEvent, LoanState, Status
from apps.loans.book.projection import Projected
from apps.loans.book.workflow import COLLECTED, ENGINE_EVENTS, REPAID, types_that
from apps.users.accounts.models import Account

HISTORY_EVENTS = types_that("in_histories")

# What each state is called in the credit histories, which know of loans that were paid out; `reversed`: whose pay-out
# was taken back, whatever became of the application then.
HISTORY_STATUSES: dict[Status, str] = {
    Status.SUBMITTED: REVERSED,
    Status.UNDER_REVIEW: REVERSED,
    Status.INFO_REQUESTED: REVERSED,
    Status.REVIEWED: REVERSED,
    Status.APPROVED: REVERSED,
    Status.REJECTED: REVERSED,
    Status.WITHDRAWN: REVERSED,
    Status.ACTIVE: "active",
    Status.OVERPAID: "overpaid",
    Status.CLOSED: "closed",
    Status.CHARGED_OFF: "charged_off",
    Status.WRITTEN_OFF: "written_off",
    Status.TAKEN_BACK: REVERSED,
}


def queue_credit_events(loan: Loan, state: LoanState, event: LoanEvent, status_before: str | None) -> None:
    """What moves money or gives some up reaches the credit history, and so does the closing."""
    kinds = history_kinds(event, state.status, status_before)
    monthly = monthly_installment(loan, state) if kinds else Decimal(0)
    for kind in kinds:
        queue_event(credit_event(loan, state, event, kind, monthly))


def credit_events(loan: Loan, made: Projected, event: LoanEvent, status_before: str | None) -> list[CreditEvent]:
    """The same of an event that was projected just now, for whoever queues it."""
    kinds = history_kinds(event, made.state.status, status_before)
    if not kinds:
        return []
    total = sum((row.principal + row.interest + row.fees for row in made.installments), Decimal(0))
    last = max((row.due_date for row in made.installments), default=None)
    monthly = per_month(total, made.state.taken_on or made.state.disbursed_on, last)
    return [credit_event(loan, made.state, event, kind, monthly) for kind in kinds]


def history_kinds(event: LoanEvent, status: str, status_before: str | None) -> list[str]:
    """What the credit history keeps of an event that brought the loan from `status_before` to `status`.

    A reversal is told where what it takes back changed what is owed: an approval that is undone is none of its matters.
    """
    kinds = [str(event.type)] if event.type in HISTORY_EVENTS and _is_told(event) else []
    if status in REPAID and status_before in COLLECTED:
        kinds.append("closed")
    return kinds


def _is_told(event: LoanEvent) -> bool:
    undone = event.reverses if event.type == EventType.REVERSAL else None
    return undone is None or undone.type in HISTORY_EVENTS or undone.type in ENGINE_EVENTS


def credit_event(loan: Loan, state: LoanState, event: LoanEvent, kind: str, monthly: Decimal) -> CreditEvent:
    """One event for the credit history; `state` is the loan's after it."""
    return CreditEvent(
        event_id=event.pk,
        loan_id=loan.pk,
        loan_number=loan.number,
        person_key_source=national_id(loan.borrower),
        borrower_id=loan.borrower.standing.pk,
        kind=kind,
        value_date=event.value_date,
        amount=event.amount,
        status=HISTORY_STATUSES[Status(state.status)],
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
    """What a loan costs a month: all that is scheduled, divided by the months from pay-out to the last due date.

    Of a loan that was taken on, what was left then and the months from that day on.
    """
    rows = Installment.objects.filter(loan=loan).aggregate(
        total=Sum(F("principal") + F("interest") + F("fees")), last=Max("due_date")
    )
    return per_month(rows["total"] or Decimal(0), state.taken_on or state.disbursed_on, rows["last"])


def per_month(total: Decimal, since: date | None, last: date | None) -> Decimal:
    """`total` divided by the months from `since` to `last`, to the cent."""
    if since is None or last is None:
        return Decimal(0)
    months = max(1, round((last - since).days * 12 / 365.25))
    return Decimal(total / months).quantize(Decimal("0.01"), ROUND_HALF_UP)


def national_id(borrower: Account) -> str:
    """The number on the borrower's identity paper; empty where none is on record."""
    profile = getattr(borrower.standing, "profile", None)
    return (profile.national_id or "") if profile else ""
