"""Cash, bank and wallets hold what is in them: no account of money goes below zero, unless it says that it may."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from apps.loans.book.models import Channel, EventType, LoanEvent
from apps.loans.ledger.models import GLAccount, JournalLine
from apps.loans.ledger.queries import take_account_lock
from apps.mfis.core.errors import WrongState

# Of an account by hand (a vault, a second bank) nobody says what it is for; as an asset it is held likewise.
HELD = (*Channel.values, "")

TAKES_MONEY_OUT = frozenset({EventType.DISBURSED, EventType.REFUND, EventType.REVERSAL})


class BelowZero(WrongState):
    """More would leave an account of money than it holds."""

    code = "below_zero"


def may_take_money_out(event: LoanEvent | None) -> bool:
    """Whether an event of a loan may lower what an account of money holds; what comes in never does."""
    return event is not None and event.type in TAKES_MONEY_OUT


def require_not_below_zero(amounts: dict[UUID, Decimal]) -> None:
    """Refuses an entry that takes more out of an account of money than it holds; debit is above zero.

    What leaves an account waits for what leaves it elsewhere, so that two together take no more than there is.

    Raises:
        BelowZero: naming the account, what it holds and what would leave it.
    """
    leaving = [account for account, amount in amounts.items() if amount < 0]
    held = GLAccount.objects.filter(pk__in=leaving, type="asset", role__in=HELD, may_go_below_zero=False)
    for account in sorted(held, key=lambda account: account.pk):
        take_account_lock(account.pk)
        balance = JournalLine.objects.filter(account=account).aggregate(total=Sum("amount"))["total"] or Decimal(0)
        if balance + amounts[account.pk] < 0:
            raise BelowZero(
                f"{account} holds {balance:,.2f}; {-amounts[account.pk]:,.2f} cannot leave it. Enter what came in "
                "first, or let the account go below zero (Chart of accounts)."
            )
