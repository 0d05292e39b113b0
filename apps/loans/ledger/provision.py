"""The loan loss allowance: outstanding principal by how late it is, times the rates in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, Sum

from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.post import ZERO, open_day, post_entry
from apps.loans.models import JournalEntry, JournalLine, LoanState
from apps.loans.models.policy import ageing_rates
from apps.loans.models.projection import Status

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Principal of loans that are at least `least` days late (and less than the next), and what is set aside."""

    least: int
    most: int | None
    rate: Decimal
    principal: Decimal

    @property
    def provision(self) -> Decimal:
        return (self.principal * self.rate).quantize(CENT)

    @property
    def label(self) -> str:
        if self.least == 0:
            return "Not late"
        return f"{self.least}–{self.most} days" if self.most else f"Over {self.least - 1} days"


def provisions(on: date) -> list[Bucket]:
    """The ageing of the portfolio `on` with the provision of each bucket."""
    rates = ageing_rates(on)
    sums = {}
    for n, (least, _) in enumerate(rates):
        late = Q(oldest_due_date__lte=on - timedelta(days=least))
        wanted = late if least else Q()
        if n + 1 < len(rates):
            wanted &= ~Q(oldest_due_date__lte=on - timedelta(days=rates[n + 1][0])) | Q(oldest_due_date=None)
        sums[f"b{n}"] = Sum("principal_outstanding", filter=wanted) if wanted else Sum("principal_outstanding")
    found = LoanState.objects.filter(status=Status.ACTIVE).aggregate(**sums)
    ends = [least - 1 for least, _ in rates[1:]] + [None]
    return [
        Bucket(least, most, rate, found[f"b{n}"] or ZERO)
        for n, ((least, rate), most) in enumerate(zip(rates, ends, strict=True))
    ]


def post_provision(on: date) -> bool:
    """Brings the allowance to what the ageing asks for. Returns whether anything was posted."""
    accounts = accounts_by_role()
    wanted = -sum((b.provision for b in provisions(on)), ZERO)
    held = JournalLine.objects.filter(account_id=accounts["allowance"]).aggregate(t=Sum("amount"))["t"] or ZERO
    lacking = wanted - held
    entry = post_entry(
        source=JournalEntry.Source.PROVISION, on=open_day(on), value_date=on,
        amounts={accounts["allowance"]: lacking, accounts["provision"]: -lacking},
        narrative=f"Loan loss allowance by ageing of {on:%-d %b %Y}",
    )  # fmt: skip
    return entry is not None
