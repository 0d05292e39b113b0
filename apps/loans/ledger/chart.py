"""The chart of accounts every MFI begins with, and the roles that posting rules call its accounts by."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db import transaction

from apps.loans.ledger.models import AccountMapping, GLAccount
from apps.loans.ledger.queries import accounts_in_use, present_actor, restore_actor, take_turn
from apps.loans.products.models import POLICY_ID
from apps.mfis.core.actor import SYSTEM, name_actor
from apps.mfis.core.once import read_again, read_once


@dataclass(frozen=True, slots=True)
class Template:
    """One account of the template; `role` is what the rules call it."""

    code: str
    name: str
    type: str
    role: str = ""
    is_financing: bool = False

    def account(self) -> GLAccount:
        """The account, not saved, with a key that is the same on every node."""
        return GLAccount(
            id=account_id(self.code),
            code=self.code,
            name=self.name,
            type=self.type,
            role=self.role,
            is_financing=self.is_financing,
        )


# Against it stands what running loans brought from another system, until an accountant moves it where it belongs.
OPENING = Template("3090", "Opening balances", "equity", "opening")

TEMPLATE = (
    Template("1010", "Cash on hand", "asset", "cash"),
    Template("1020", "Bank", "asset", "bank"),
    Template("1031", "M-Pesa", "asset", "mpesa"),
    Template("1032", "EcoCash", "asset", "ecocash"),
    Template("1033", "C-Pay", "asset", "cpay"),
    Template("1200", "Loans to clients", "asset", "loans"),
    Template("1290", "Loan loss allowance", "asset", "allowance"),
    Template("1310", "Interest receivable", "asset", "interest_receivable"),
    Template("1320", "Fees receivable", "asset", "fees_receivable"),
    Template("1330", "Penalties receivable", "asset", "penalties_receivable"),
    Template("1500", "Furniture and equipment", "asset"),
    Template("2110", "Overpayments of clients", "liability", "overpayments"),
    Template("2120", "Savings held back", "liability", "savings"),
    Template("2200", "Borrowings", "liability"),
    Template("2300", "Accounts payable", "liability"),
    Template("3010", "Capital", "equity"),
    Template("3020", "Retained earnings", "equity", "retained"),
    OPENING,
    Template("4010", "Interest on loans", "income", "interest_income"),
    Template("4020", "Fees on loans", "income", "fee_income"),
    Template("4030", "Penalties on loans", "income", "penalty_income"),
    Template("4040", "Recoveries of loans written off", "income", "recoveries"),
    Template("4090", "Other income", "income"),
    Template("5010", "Provision for loan losses", "expense", "provision"),
    Template("5030", "Goodwill credits to clients", "expense", "goodwill"),
    Template("5100", "Salaries", "expense"),
    Template("5110", "Rent and office", "expense"),
    Template("5190", "Other operating expense", "expense"),
    Template("5200", "Interest on borrowings", "expense", is_financing=True),
)


def account_id(code: str) -> UUID:
    """The key of an account of the template: the same on every node and in every MFI's own schema."""
    return uuid5(POLICY_ID, f"account-{code}")


def ensure_chart() -> None:
    """Enters the template's accounts where the MFI has none yet. Safe to call from several sessions at once.

    The accounts are the system's own; whoever the transaction was put down to before, is so again.
    """
    if GLAccount.objects.exists():
        return
    with transaction.atomic():
        take_turn("chart")
        if GLAccount.objects.exists():
            return
        before = present_actor()
        name_actor(SYSTEM)
        GLAccount.objects.bulk_create(template.account() for template in TEMPLATE)
        restore_actor(before)
        read_again()


def accounts_by_role(product_id: UUID | None = None) -> dict[str, UUID]:
    """Each role's account, with the product's own in the place of the usual one."""
    accounts = _accounts()
    return {**accounts[None], **(accounts.get(product_id, {}) if product_id else {})}


@read_once(GLAccount, AccountMapping)
def _accounts() -> dict[UUID | None, dict[str, UUID]]:
    """The accounts by role: the usual ones under None, and what each product has of its own."""
    rows = accounts_in_use()
    if not any(product is None for product, _, _ in rows):
        ensure_chart()
        rows = accounts_in_use()
    accounts: dict[UUID | None, dict[str, UUID]] = {None: {}}
    for product, role, account in rows:
        accounts.setdefault(product, {})[role] = account
    return accounts


def accounts_of(role: str) -> set[UUID]:
    """Every account that a role is posted to: the usual one, and those of products with their own."""
    ensure_chart()
    return {
        *GLAccount.objects.filter(role=role).values_list("id", flat=True),
        *AccountMapping.objects.filter(role=role).values_list("account_id", flat=True),
    }
