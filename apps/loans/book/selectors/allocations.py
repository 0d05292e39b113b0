"""What each receipt paid: its split over installments, as it counts now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Max

from apps.loans.book.models import RECEIPTS, Allocation, LoanEvent


def splits_of(loan_id: UUID, events: Collection[UUID]) -> dict[UUID, list[Allocation]]:
    """The parts of each of these events that paid something, by installment; what was left over comes first."""
    rows = Allocation.objects.filter(loan_id=loan_id, event__in=events, known_to=None).order_by("value_date")
    last = {(row.event_id, row.n): row for row in rows}
    splits: dict[UUID, list[Allocation]] = defaultdict(list)
    for (event_id, _), row in sorted(last.items()):
        if row.total:
            splits[event_id].append(row)
    return splits


def last_paid(day: date) -> dict[UUID, date]:
    """The day of the last receipt of each loan up to `day`, without what was taken back by then."""
    receipts = LoanEvent.objects.of_type(*RECEIPTS).filter(value_date__lte=day).order_by()
    standing = receipts.exclude(reversed_by__value_date__lte=day)
    return dict(standing.values_list("loan").annotate(Max("value_date")))
