"""What loans taken on from another system brought with them: one entry for each product and day of taking on.

The books must hold, per product and day, the principal of the loans that stand as taken on that day, and where income
accrues what had been earned of them and not been received; against it stands the account of opening balances. What
they lack is posted, so that a loan that is taken back corrects the opening of its product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import DecimalField, Sum
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from apps.loans.book.models import EventType, LoanEvent
from apps.loans.ledger.accrual import PAIRS
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import JournalEntry, JournalLine
from apps.loans.ledger.post import ZERO, open_day, post_entry
from apps.loans.ledger.queries import Earned, take_turn
from apps.loans.products.models import Policy, Product, the_policy
from apps.mfis.core.actor import Actor

Amounts = dict[UUID, Decimal]


class Brought(NamedTuple):
    """What the loans of a product that stand as taken on from another system on a day brought with them."""

    product_id: UUID
    day: date
    principal: Decimal
    earned: Earned  # and not received before
    savings: Decimal
    overpaid: Decimal


COMPONENTS = ("principal", "interest", "fees", "penalties", "savings", "overpaid")
Openings = dict[tuple[UUID, date], Amounts]


def post_openings(actor: Actor) -> int:
    """Posts what the books lack of what loans brought with them. Returns the entries written.

    However often it runs, it posts once; runs that meet wait for each other.
    """
    take_turn("opening")
    brought, posted = {(b.product_id, b.day): b for b in brought_by_loans()}, _posted()
    names = dict(Product.objects.values_list("pk", "name"))
    entries = 0
    for product_id, day in sorted({*brought, *posted}, key=str):
        of = brought.get((product_id, day))
        entry = post_entry(
            source=JournalEntry.Source.OPENING,
            posted_on=open_day(day),
            value_date=day,
            amounts=_lacking(wanted_of(of) if of else {}, posted.get((product_id, day), {})),
            product_id=product_id,
            narrative=f"Taken on from another system on {day:%-d %b %Y}: {names[product_id]}",
            actor=actor,
        )
        entries += entry is not None
    return entries


def brought_by_loans() -> list[Brought]:
    """What all loans that stand as taken on brought with them, by product and day."""
    taken = LoanEvent.objects.of_type(EventType.TAKEN_ON).standing().order_by()
    rows = taken.values_list("loan__product_id", "value_date").annotate(**{name: _sum_of(name) for name in COMPONENTS})
    return [
        Brought(product, day, principal, Earned(interest, fees, penalties), savings, overpaid)
        for product, day, principal, interest, fees, penalties, savings, overpaid in rows
    ]


def _sum_of(component: str) -> Sum:
    told = KeyTextTransform(component, KeyTransform("opening", "payload"))
    return Sum(Cast(told, DecimalField(max_digits=16, decimal_places=2)), default=ZERO)


def wanted_of(brought: Brought) -> Amounts:
    """What the books must hold of what loans of a product brought, by account: debit above zero."""
    accounts = accounts_by_role(brought.product_id)
    amounts: Amounts = defaultdict(Decimal)
    for role, amount in (*_assets(brought), ("savings", -brought.savings), ("overpayments", -brought.overpaid)):
        amounts[accounts[role]] += amount
        amounts[accounts["opening"]] -= amount
    return dict(amounts)


def _assets(brought: Brought) -> Iterator[tuple[str, Decimal]]:
    """Principal, and where income accrues what was earned: where it counts when it is paid, it is income then."""
    yield "loans", brought.principal
    if the_policy().recognition == Policy.Recognition.ACCRUAL:
        for (receivable, _), amount in zip(PAIRS, brought.earned, strict=True):
            yield receivable, amount


def _lacking(wanted: Amounts, posted: Amounts) -> Amounts:
    return {account: wanted.get(account, ZERO) - posted.get(account, ZERO) for account in {*wanted, *posted}}


def _posted() -> Openings:
    """What was posted before, by product and day of taking on."""
    lines = JournalLine.objects.filter(entry__source=JournalEntry.Source.OPENING).order_by()
    rows = lines.values_list("entry__product_id", "entry__value_date", "account_id").annotate(total=Sum("amount"))
    posted: Openings = defaultdict(dict)
    for product, day, account, total in rows:
        posted[product, day][account] = total
    return posted


def opening_differences() -> Iterator[str]:
    """Where the opening entries hold something else than the loans taken on brought with them."""
    brought, posted = {(b.product_id, b.day): b for b in brought_by_loans()}, _posted()
    for product_id, day in sorted({*brought, *posted}, key=str):
        of = brought.get((product_id, day))
        for account, amount in _lacking(wanted_of(of) if of else {}, posted.get((product_id, day), {})).items():
            if amount:
                yield f"opening of {day}, product {product_id}: account {account} lacks {amount}"
