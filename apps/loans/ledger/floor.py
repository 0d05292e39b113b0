"""Cash, bank and wallets hold what is in them: no account of money goes below zero, unless it says that it may."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from apps.loans.book.models import Channel, EventType, LoanEvent
from apps.loans.ledger.models import GLAccount
from apps.loans.ledger.money_held import lock_money_held
from apps.mfis.core.errors import WrongState

ZERO = Decimal(0)

# Of an account by hand (a vault, a second bank) nobody says what it is for; as an asset it is held likewise.
HELD = (*Channel.values, "")

TAKES_MONEY_OUT = frozenset({EventType.DISBURSED, EventType.REFUND, EventType.REVERSAL})


class BelowZero(WrongState):
    """More would leave an account of money than it holds."""

    code = "below_zero"


def may_take_money_out(event: LoanEvent | None) -> bool:
    """Whether an event of a loan may lower what an account of money holds; what comes in never does."""
    return event is not None and event.type in TAKES_MONEY_OUT


def require_not_below_zero(entries: Collection[dict[UUID, Decimal]]) -> None:
    """Refuses entries that take more out of an account of money than it holds; debit is above zero.

    What leaves an account waits for what leaves it elsewhere, so that two together take no more than there is.

    Raises:
        BelowZero: naming the account, what it holds and what would leave it.
    """
    leaving: dict[UUID, Decimal] = {}
    for amounts in entries:
        for account_id, amount in amounts.items():
            if amount < 0:
                leaving[account_id] = leaving.get(account_id, ZERO) - amount
    held = GLAccount.objects.filter(pk__in=leaving, type="asset", role__in=HELD, may_go_below_zero=False)
    accounts = {account.pk: account for account in held}
    for account_id, balance in lock_money_held(sorted(accounts)).items():
        if balance < leaving[account_id]:
            raise BelowZero(
                f"{accounts[account_id]} holds {balance:,.2f}; {leaving[account_id]:,.2f} cannot leave it. Enter what "
                "came in first, or let the account go below zero (Chart of accounts)."
            )
