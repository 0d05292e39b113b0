"""Whose account a name, a number or a merged record is."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from apps.users.accounts.models import Account


def belongs_to(account_id: UUID | None, path: str = "borrower") -> Q:
    """What is the account's, and what is of those that were merged into it; `path` leads to the account.

    The accounts are looked up first, by two indexes: an OR over the joined rows would read everybody's.
    """
    own = Account.objects.filter(Q(pk=account_id) | Q(merged_into=account_id))
    return Q((f"{path}__in", own.order_by().values("pk")))
