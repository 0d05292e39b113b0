"""Which account a row names, and what it moves on it: what opening balances and journals have in common."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import GLAccount
from apps.loans.ledger.spreadsheets.chart import CODE_NAMES, NAME_NAMES
from apps.mfis.core.folding import fold
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.kinds import Column, Row
from apps.users.spreadsheets.values import Holds

ACCOUNT_COLUMNS = (
    Column(
        "account_code",
        "Account code",
        "Khoutu ea akhaonte",
        synonyms=("code", *CODE_NAMES),
        holds=Holds.DIGITS,
        example="1020",
    ),
    Column("account_name", "Account name", "Lebitso la akhaonte", synonyms=("name", *NAME_NAMES), example="Bank"),
)

SIDE_COLUMNS = (
    Column(
        "debit",
        "Debit",
        "Debit",
        synonyms=("debits", "dr", "debit amount", "debit balance", "amount debit"),
        holds=Holds.AMOUNT,
        example="1500.00",
    ),
    Column(
        "credit",
        "Credit",
        "Credit",
        synonyms=("credits", "cr", "credit amount", "credit balance", "amount credit"),
        holds=Holds.AMOUNT,
    ),
)

NAMED = frozenset({"account_code", "account_name"})  # of which one is needed
SIDES = (frozenset({"debit"}), frozenset({"credit"}))


class Accounts:
    """The chart, loaded once for a file. An account is named by its code, or by a name that it has alone."""

    def __init__(self) -> None:
        ensure_chart()
        self.by_code: dict[str, GLAccount] = {}
        self.by_name: dict[str, list[GLAccount]] = defaultdict(list)
        for account in GLAccount.objects.all():
            self.by_code[account.code.casefold()] = account
            self.by_name[fold(account.name)].append(account)

    def of(self, row: Row) -> GLAccount | None:
        """The account that the row names; None, and why among its errors, where it names none in use."""
        if NAMED & row.errors.keys():
            return None
        code, name = row.values.get("account_code"), row.values.get("account_name")
        if not code and not name:
            row.fail("account_code", "Say which account, by its code.")
            return None
        found = self._by_code(row, code, name) if code else self._by_name(row, name or "")
        if found and not found.is_active:
            row.fail("account_code", f"{found} is out of use; take it into use in the chart, or write another.")
            return None
        return found

    def _by_code(self, row: Row, code: str, name: str | None) -> GLAccount | None:
        found = self.by_code.get(code.casefold())
        if found is None:
            row.fail("account_code", f"No account has the code {shown(code)}; bring the chart of accounts in first.")
        elif name and fold(name) != fold(found.name):
            row.fail("account_name", f"{code} is “{found.name}” here, the file says “{shown(name)}”; mend one of them.")
            return None
        return found

    def _by_name(self, row: Row, name: str) -> GLAccount | None:
        found = self.by_name.get(fold(name), [])
        if len(found) == 1:
            return found[0]
        codes = " or ".join(account.code for account in found)
        text = f"{len(found)} accounts are called “{shown(name)}”; write the code: {codes}."
        row.fail("account_name", text if found else f"No account is called “{shown(name)}”; write its code.")
        return None


def moved(row: Row) -> Decimal | None:
    """What a row moves: debit above zero, credit below; None where it says nothing, or what is wrong stands among its
    errors."""
    debit, credit = row.values.get("debit") or Decimal(0), row.values.get("credit") or Decimal(0)
    for key, amount, other in (("debit", debit, "credit"), ("credit", credit, "debit")):
        if amount < 0:
            row.fail(key, f"A {key} is above zero; write {-amount:,.2f} as a {other}, if that is meant.")
    if debit and credit:
        row.fail("credit", "Give a debit or a credit, not both; write two rows, if both are meant.")
    if {"debit", "credit"} & row.errors.keys():
        return None
    return (debit - credit) or None
