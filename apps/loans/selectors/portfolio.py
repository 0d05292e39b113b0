"""Figures of an MFI's portfolio on a day. Each is one query over the narrow state table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from apps.loans.domain.calendar import add_months
from apps.loans.models import Dispute, LoanEvent, LoanState, PaymentNotice
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.users.models import Complaint

ZERO = Decimal(0)
# Ageing by days past due; the due date itself is day 0.
BUCKETS = (
    ("Current", 0, 0),
    ("1–30 days", 1, 30),
    ("31–60 days", 31, 60),
    ("61–90 days", 61, 90),
    ("Over 90", 91, None),
)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Outstanding principal (GLP) and its risk on a day; PAR X is the whole principal of loans over X days late."""

    glp: Decimal
    borrowers: int
    loans: int
    par1: Decimal
    par30: Decimal
    overdue_loans: int

    @property
    def par30_percent(self) -> Decimal:
        return (self.par30 / self.glp * 100).quantize(Decimal("0.1")) if self.glp else ZERO

    @property
    def par1_percent(self) -> Decimal:
        return (self.par1 / self.glp * 100).quantize(Decimal("0.1")) if self.glp else ZERO


def late_more_than(days: int, on: date, of: str = "") -> Q:
    """Loans whose oldest unpaid installment is more than `days` days late `on`; `of` leads to the state."""
    return Q((f"{of}oldest_due_date__lt", on - timedelta(days=days)))


def portfolio(on: date) -> Portfolio:
    principal = Sum("principal_outstanding")
    found = LoanState.objects.filter(status=Status.ACTIVE).aggregate(
        glp=principal,
        loans=Count("loan"),
        borrowers=Count("loan__borrower", distinct=True),
        par1=Sum("principal_outstanding", filter=late_more_than(0, on)),
        par30=Sum("principal_outstanding", filter=late_more_than(30, on)),
        overdue=Count("loan", filter=late_more_than(0, on)),
    )
    return Portfolio(
        found["glp"] or ZERO,
        found["borrowers"],
        found["loans"],
        found["par1"] or ZERO,
        found["par30"] or ZERO,
        found["overdue"],
    )


def ageing(on: date) -> list[tuple[str, Decimal]]:
    """Outstanding principal by how late the loan is."""
    sums: dict[str, Any] = {}
    for n, (_, least, most) in enumerate(BUCKETS):
        if least == 0:
            wanted = Q(oldest_due_date__isnull=True) | ~late_more_than(0, on)
        else:
            wanted = late_more_than(least - 1, on)
            if most is not None:
                wanted &= ~late_more_than(most, on)
        sums[f"b{n}"] = Sum("principal_outstanding", filter=wanted)
    found = LoanState.objects.filter(status=Status.ACTIVE).aggregate(**sums)
    return [(label, found[f"b{n}"] or ZERO) for n, (label, _, _) in enumerate(BUCKETS)]


def by_status() -> dict[str, int]:
    return dict(LoanState.objects.values_list("status").annotate(n=Count("loan")).order_by("status"))


def months(on: date, count: int = 6) -> list[tuple[date, Decimal, Decimal]]:
    """Disbursed and collected in each of the last `count` months; reversed receipts are left out."""
    first = add_months(on.replace(day=1), 1 - count)
    standing = LoanEvent.objects.filter(value_date__gte=first, value_date__lte=on, reversed_by__isnull=True)
    rows = (
        standing.filter(type__in=[EventType.DISBURSED, EventType.REPAYMENT])
        .annotate(month=TruncMonth("value_date"))
        .values("month", "type")
        .annotate(total=Sum("amount"))
        .order_by("month")
    )
    totals = {(r["month"], r["type"]): r["total"] for r in rows}
    wanted = [add_months(first, n) for n in range(count)]
    return [(m, totals.get((m, EventType.DISBURSED), ZERO), totals.get((m, EventType.REPAYMENT), ZERO)) for m in wanted]


def collected(on: date) -> tuple[Decimal, int]:
    """What was received on one day, and in how many receipts."""
    found = LoanEvent.objects.filter(type=EventType.REPAYMENT, value_date=on, reversed_by__isnull=True).aggregate(
        total=Sum("amount"), n=Count("id")
    )
    return found["total"] or ZERO, found["n"]


def waiting_complaints() -> int:
    """Complaints that nobody has answered yet."""
    return Complaint.objects.filter(answered_on=None).count()


def waiting_disputes() -> int:
    """Disputes that nobody has decided yet."""
    return Dispute.objects.filter(decided_on=None).count()


def waiting_notices() -> int:
    return PaymentNotice.objects.filter(status=PaymentNotice.Status.WAITING).count()
