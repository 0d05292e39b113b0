"""Income as it is earned: one entry for each product and day.

The books must hold, per product, all interest earned up to the day, and all fees and penalties that have fallen due.
What they lack is posted; so a receipt entered late, a reversal or a write-off corrects the accrual of its product by
itself on the next day.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import JournalEntry, JournalLine
from apps.loans.ledger.post import ZERO, open_day, post_entry
from apps.loans.ledger.queries import Earned, earned_by_installments, earned_by_running_rows
from apps.loans.products.models import Policy, Product, the_policy
from apps.mfis.core.clock import business_date

# The accounts of each figure of `Earned`, in its order.
PAIRS = (
    ("interest_receivable", "interest_income"),
    ("fees_receivable", "fee_income"),
    ("penalties_receivable", "penalty_income"),
)

NOTHING = Earned(ZERO, ZERO, ZERO)


def earned(day: date) -> dict[UUID, Earned]:
    """Interest earned, fees and penalties fallen due up to and with `day`, by product."""
    yesterday = business_date() - timedelta(days=1)
    return earned_by_running_rows(day) if day >= yesterday else earned_by_installments(day)


def post_accruals(day: date) -> int:
    """Posts what each product has earned up to `day` and the books do not hold yet. Returns the entries written.

    Nothing is posted for a day before the last that was accrued.
    """
    if the_policy().recognition != Policy.Recognition.ACCRUAL:
        return 0
    accruals = JournalEntry.objects.filter(source=JournalEntry.Source.ACCRUAL)
    if accruals.filter(value_date__gt=day).exists():
        return 0
    posted_on = open_day(day)
    by_product, accrued = earned(day), _accrued()
    entries = 0
    for product in Product.objects.order_by("name", "id"):
        entry = post_entry(
            source=JournalEntry.Source.ACCRUAL,
            posted_on=posted_on,
            value_date=day,
            amounts=_lacking(product.pk, by_product.get(product.pk, NOTHING), accrued),
            product_id=product.pk,
            narrative=f"Income earned up to {day:%-d %b %Y}: {product.name}",
        )
        entries += entry is not None
    return entries


Accrued = dict[tuple[UUID, UUID], Decimal]


def _lacking(product_id: UUID, figures: Earned, accrued: Accrued) -> dict[UUID, Decimal]:
    """What brings the product's receivables and income to what it has earned."""
    accounts = accounts_by_role(product_id)
    amounts: dict[UUID, Decimal] = {}
    for (receivable, income), total in zip(PAIRS, figures, strict=True):
        lacking = total - accrued.get((product_id, accounts[receivable]), ZERO)
        amounts[accounts[receivable]] = amounts.get(accounts[receivable], ZERO) + lacking
        amounts[accounts[income]] = amounts.get(accounts[income], ZERO) - lacking
    return amounts


def _accrued() -> Accrued:
    """What was accrued before, by product and account."""
    lines = JournalLine.objects.filter(entry__source=JournalEntry.Source.ACCRUAL).order_by()
    rows = lines.values_list("entry__product_id", "account_id").annotate(total=Sum("amount"))
    return {(product, account): total for product, account, total in rows}
