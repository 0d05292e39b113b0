"""Telling the credit histories that two accounts' loans are one person's, or no longer are."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from apps.loans.book.models import Loan
from apps.loans.histories.services.reconciliation import rewrite_histories
from apps.users.duplicates.models import Merge


def retell_merged() -> int:
    """Writes the loans anew whose person has changed by a merge. Returns how many. Stopped half-way, it is run again.

    Raises:
        WrongState: the worker is relaying for longer than a moment. StoreError: MongoDB does not answer.
    """
    count = 0
    for merge in Merge.objects.to_retell():
        accounts = [merge.gone_id, *map(UUID, merge.before.get("followers", []))]
        loans = list(Loan.objects.filter(borrower__in=accounts).order_by("pk").values_list("pk", flat=True))
        rewrite_histories(loans)
        Merge.objects.filter(pk=merge.pk, status=merge.status).update(retold_at=timezone.now())
        count += len(loans)
    return count
