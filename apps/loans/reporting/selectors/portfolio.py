"""Figures of an MFI's portfolio on a day. Each is one query over the narrow state table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from apps.loans.book.models import COLLECTED_AMOUNT, COLLECTS, RECEIPTS, EventType, LoanEvent, LoanState, Status
from apps.loans.domain.calendar import add_months
from apps.loans.histories.models import Dispute
from apps.loans.servicing.models import PaymentNotice
from apps.users.complaints.models import Complaint

ZERO = Decimal(0)

# Ageing by days past due, from and to; the due date itself is day 0.
BUCKETS = (
    ("Current", 0, 0),
    ("1–30 days", 1, 30),
    ("31–60 days", 31, 60),
    ("61–90 days", 61, 90),
    ("Over 90", 91, None),
)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Outstanding principal (GLP) and its risk on a day; PAR X is the principal of loans over X days past due."""

    glp: Decimal
    borrowers: int
    loans: int
    par1: Decimal
    par30: Decimal
    overdue_loans: int

    @property
    def par30_percent(self) -> Decimal:
        return self._percent(self.par30)

    @property
    def par1_percent(self) -> Decimal:
        return self._percent(self.par1)

    def _percent(self, principal: Decimal) -> Decimal:
        return (principal / self.glp * 100).quantize(Decimal("0.1")) if self.glp else ZERO


def past_due_more_than(days: int, day: date, prefix: str = "") -> Q:
    """Loans whose oldest unpaid installment is more than `days` days past due; `prefix` leads to the state."""
    return Q((f"{prefix}oldest_due_date__lt", day - timedelta(days=days)))


def portfolio(day: date) -> Portfolio:
    """The running loans as they stand now, by days past due on `day`."""
    sums: dict[str, Any] = LoanState.objects.filter(status=Status.ACTIVE).aggregate(
        glp=Sum("principal_outstanding"),
        loans=Count("loan"),
        borrowers=Count("loan__borrower", distinct=True),
        par1=Sum("principal_outstanding", filter=past_due_more_than(0, day)),
        par30=Sum("principal_outstanding", filter=past_due_more_than(30, day)),
        overdue_loans=Count("loan", filter=past_due_more_than(0, day)),
    )
    known: dict[str, Any] = {name: ZERO if amount is None else amount for name, amount in sums.items()}
    return Portfolio(**known)


def ageing(day: date) -> list[tuple[str, Decimal]]:
    """Outstanding principal by days past due."""
    wanted: dict[str, Any] = {
        f"bucket_{n}": Sum("principal_outstanding", filter=_in_bucket(minimum, maximum, day))
        for n, (_, minimum, maximum) in enumerate(BUCKETS)
    }
    sums = LoanState.objects.filter(status=Status.ACTIVE).aggregate(**wanted)
    return [(label, sums[f"bucket_{n}"] or ZERO) for n, (label, _, _) in enumerate(BUCKETS)]


def _in_bucket(minimum: int, maximum: int | None, day: date) -> Q:
    if minimum == 0:
        return Q(oldest_due_date__isnull=True) | ~past_due_more_than(0, day)
    at_least = past_due_more_than(minimum - 1, day)
    return at_least if maximum is None else at_least & ~past_due_more_than(maximum, day)


def by_status() -> dict[str, int]:
    """How many loans and applications stand where."""
    return dict(LoanState.objects.values_list("status").annotate(n=Count("loan")).order_by("status"))


def months(day: date, count: int = 6) -> list[tuple[date, Decimal, Decimal]]:
    """Disbursed and collected in each of the last `count` months; what was reversed is left out."""
    first = add_months(day.replace(day=1), 1 - count)
    moved = LoanEvent.objects.standing().of_type(EventType.DISBURSED, *COLLECTS)
    rows = (
        moved.filter(value_date__gte=first, value_date__lte=day)
        .annotate(month=TruncMonth("value_date"))
        .values("month")
        .annotate(disbursed=Sum("amount", filter=Q(type=EventType.DISBURSED)), collected=COLLECTED_AMOUNT)
        .order_by("month")
    )
    totals = {row["month"]: (row["disbursed"] or ZERO, row["collected"] or ZERO) for row in rows}
    return [(month, *totals.get(month, (ZERO, ZERO))) for month in (add_months(first, n) for n in range(count))]


def collected(day: date) -> tuple[Decimal, int]:
    """What was collected on one day, and in how many receipts."""
    moved = LoanEvent.objects.filter(value_date=day).collected()
    sums = moved.aggregate(amount=COLLECTED_AMOUNT, receipts=Count("pk", filter=Q(type__in=RECEIPTS)))
    return sums["amount"] or ZERO, sums["receipts"]


def waiting_complaints() -> int:
    """Complaints that nobody has answered yet."""
    return Complaint.objects.open().count()


def waiting_disputes() -> int:
    """Disputes that nobody has decided yet."""
    return Dispute.objects.open().count()


def waiting_notices() -> int:
    """Reported payments that nobody has confirmed or declined yet."""
    return PaymentNotice.objects.filter(status=PaymentNotice.Status.WAITING).count()
