"""What of the lists a colleague sees, where the MFI keeps officers to their own branch.

Whether it does is the business of rooms above, which say so here. Who sees a part only sees the own branch, and what is
in their own hands; everything else is not there for them: 404, as another MFI's would be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from apps.mfis.core.roles import Duty
from apps.users.accounts.models import Account

M = TypeVar("M", bound=Model)

# Of those that anything is kept from: who has another duty besides sees everything.
KEPT_TO_BRANCH = frozenset({Duty.OFFICER, Duty.CASHIER})

keeps_to_branch: list[Callable[[], bool]] = []


def is_kept_to_branch(account: Account) -> bool:
    """Whether the account sees the own branch only."""
    duties = account.duty_set
    return Duty.OFFICER in duties and duties <= KEPT_TO_BRANCH and any(keeps() for keeps in keeps_to_branch)


def within_reach(rows: QuerySet[M], account: object, path: str) -> QuerySet[M]:
    """Those of `rows` that the account sees; `path` leads to what has the branch and the officer, and ends in `__`."""
    if not isinstance(account, Account) or not is_kept_to_branch(account):
        return rows
    own = Q((f"{path}officer_id", account.pk))
    if account.branch_id:
        own |= Q((f"{path}branch_id", account.branch_id))
    return rows.filter(own)
