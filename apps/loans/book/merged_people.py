"""What lending has to say of two accounts that may be one person's: their loans, and what rests on a merge."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from apps.loans.book.models import Loan
from apps.mfis.core.errors import WrongState
from apps.users.accounts.models import Account
from apps.users.duplicates.comparison import known_elsewhere
from apps.users.duplicates.models import Merge
from apps.users.duplicates.services import taking_apart


@receiver(taking_apart)
def refuse_where_lent_since(sender: type[Merge], merge: Merge, **_: Any) -> None:
    """Whose an application of the time in between is, only its papers can tell.

    Raises:
        WrongState: the account that stands has applied since.
    """
    since = Loan.objects.filter(borrower=merge.kept_id, recorded_at__gte=merge.decided_at).order_by("recorded_at")
    if loan := since.first():
        raise WrongState(f"{merge.kept} has applied for {loan.number} since; it can no longer be taken apart.")


def loans_of(account: Account) -> str:
    """The numbers of an account's loans, the newest first."""
    return ", ".join(Loan.objects.of_borrower(account.pk).values_list("number", flat=True)[:10])


known_elsewhere.append(("Loans", loans_of))
