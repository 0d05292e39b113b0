"""The loan loss allowance: outstanding principal by how late it is, times the rates in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.post import ZERO, open_day, post_entry
from apps.loans.models import JournalEntry, JournalLine
from apps.loans.models.policy import ageing_rates
from apps.mfis.database import connection

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Principal of loans that are at least `least` days late (and less than the next), and what is set aside."""

    least: int
    most: int | None
    rate: Decimal
    principal: Decimal
    loans: int = 0

    @property
    def provision(self) -> Decimal:
        return (self.principal * self.rate).quantize(CENT)

    @property
    def label(self) -> str:
        if self.least == 0:
            return "Not late"
        return f"{self.least}–{self.most} days" if self.most else f"Over {self.least - 1} days"


def provisions(on: date) -> list[Bucket]:
    """The ageing of the portfolio `on` with the provision of each bucket: one pass over the loans as they stand now."""
    rates = ageing_rates(on)
    return _buckets(rates, ageing_sums([on - timedelta(days=least) for least, _ in rates[1:]]))


def provisions_of(on: date, loans: Iterable[tuple[int, Decimal]]) -> list[Bucket]:
    """The same of loans given as days late and outstanding principal, with the rates in force `on`."""
    rates = ageing_rates(on)
    sums: dict[int, tuple[Decimal, int]] = {}
    for days_late, amount in loans:
        n = max(n for n, (least, _) in enumerate(rates) if days_late >= least)
        principal, count = sums.get(n, (ZERO, 0))
        sums[n] = principal + amount, count + 1
    return _buckets(rates, sums)


def _buckets(rates: list[tuple[int, Decimal]], sums: dict[int, tuple[Decimal, int]]) -> list[Bucket]:
    ends = [least - 1 for least, _ in rates[1:]] + [None]
    return [
        Bucket(least, most, rate, *sums.get(n, (ZERO, 0)))
        for n, ((least, rate), most) in enumerate(zip(rates, ends, strict=True))
    ]


def ageing_sums(late_from: list[date]) -> dict[int, tuple[Decimal, int]]:
    """Principal and number of active loans by bucket: 0 for not late, n from the nth of the falling days on."""
    with connection.cursor() as cursor:
        cursor.execute(
            # The days fall from bucket to bucket, and width_bucket wants them rising.
            "SELECT coalesce(cardinality(%(days)s::date[]) - width_bucket(oldest_due_date - 1, %(days)s::date[]), 0), "
            "sum(principal_outstanding), count(*) FROM loans_loanstate WHERE status = 'active' GROUP BY 1",
            {"days": sorted(late_from)},
        )
        return {bucket: (principal, loans) for bucket, principal, loans in cursor.fetchall()}


def post_provision(on: date, buckets: list[Bucket] | None = None) -> bool:
    """Brings the allowance to what the ageing `on` asks for. Returns whether anything was posted."""
    wanted = -sum((b.provision for b in buckets or provisions(on)), ZERO)
    accounts = accounts_by_role()
    held = JournalLine.objects.filter(account_id=accounts["allowance"]).aggregate(t=Sum("amount"))["t"] or ZERO
    lacking = wanted - held
    entry = post_entry(
        source=JournalEntry.Source.PROVISION,
        on=open_day(on),
        value_date=on,
        amounts={accounts["allowance"]: lacking, accounts["provision"]: -lacking},
        narrative=f"Loan loss allowance by ageing of {on:%-d %b %Y}",
    )
    return entry is not None
