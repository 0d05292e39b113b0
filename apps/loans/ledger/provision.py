"""The loan loss allowance: outstanding principal by days past due, times the rates in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from apps.loans.book.queries.days import Age
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import JournalEntry, JournalLine
from apps.loans.ledger.post import ZERO, open_day, post_entry
from apps.loans.ledger.queries import ageing_sums
from apps.loans.products.models import ageing_rates

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Principal of loans that are at least `minimum` days past due, and at most `maximum`; and what is set aside."""

    minimum: int
    maximum: int | None
    rate: Decimal
    principal: Decimal
    loans: int = 0

    @property
    def provision(self) -> Decimal:
        return (self.principal * self.rate).quantize(CENT)

    @property
    def label(self) -> str:
        if self.minimum == 0:
            return "Not late"
        return f"{self.minimum}–{self.maximum} days" if self.maximum else f"Over {self.minimum - 1} days"


def provisions(day: date) -> list[Bucket]:
    """The ageing of the portfolio on `day` with the provision of each bucket: one pass over the loans as they are now.

    Source: Sa-Dhan, Tracking Financial Performance Standards, p. 76 (principal by age, times the rate of the age).
    """
    rates = ageing_rates(day)
    return _buckets(rates, ageing_sums([day - timedelta(days=minimum) for minimum, _ in rates[1:]]))


def provisions_of(day: date, ages: Iterable[Age]) -> list[Bucket]:
    """The same of loans given by their age, with the rates in force on `day`."""
    rates = ageing_rates(day)
    sums: dict[int, tuple[Decimal, int]] = {}
    for days_past_due, amount, loans in ages:
        n = max(n for n, (minimum, _) in enumerate(rates) if days_past_due >= minimum)
        principal, count = sums.get(n, (ZERO, 0))
        sums[n] = principal + amount, count + loans
    return _buckets(rates, sums)


def _buckets(rates: list[tuple[int, Decimal]], sums: dict[int, tuple[Decimal, int]]) -> list[Bucket]:
    ends = [minimum - 1 for minimum, _ in rates[1:]] + [None]
    return [
        Bucket(minimum, maximum, rate, *sums.get(n, (ZERO, 0)))
        for n, ((minimum, rate), maximum) in enumerate(zip(rates, ends, strict=True))
    ]


def post_provision(day: date, buckets: list[Bucket] | None = None) -> bool:
    """Brings the allowance to what the ageing on `day` asks for. Returns whether anything was posted."""
    wanted = -sum((b.provision for b in buckets or provisions(day)), ZERO)
    accounts = accounts_by_role()
    lacking = wanted - JournalLine.objects.filter(account_id=accounts["allowance"]).total()
    entry = post_entry(
        source=JournalEntry.Source.PROVISION,
        posted_on=open_day(day),
        value_date=day,
        amounts={accounts["allowance"]: lacking, accounts["provision"]: -lacking},
        narrative=f"Loan loss allowance by ageing of {day:%-d %b %Y}",
    )
    return entry is not None
