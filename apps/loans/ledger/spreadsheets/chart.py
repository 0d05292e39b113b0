"""The chart of accounts from a spreadsheet."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import AccountMapping, GLAccount, JournalLine
from apps.loans.ledger.settings import CODE_TAKEN, check_account, save_account
from apps.mfis.core.errors import AlreadyExists
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Made, Mode, Row
from apps.users.spreadsheets.records import RecordInterpreter
from apps.users.spreadsheets.values import Holds

CODE_NAMES = ("account code", "gl code", "account number", "account no", "acc no", "number", "ledger code")
NAME_NAMES = ("account name", "account", "account description", "ledger account", "gl account", "description")

_T = GLAccount.Type
TYPE_WORDS = {
    **dict.fromkeys(("assets", "thepa", "bank", "cash", "accounts receivable", "fixed asset", "other asset"), _T.ASSET),
    **dict.fromkeys(("current asset", "other current asset", "inventory", "non-current asset"), _T.ASSET),
    **dict.fromkeys(("liabilities", "likoloto", "accounts payable", "credit card"), _T.LIABILITY),
    **dict.fromkeys(("current liability", "other current liability", "long term liability"), _T.LIABILITY),
    **dict.fromkeys(("capital", "owner's equity", "owners equity", "letlotlo"), _T.EQUITY),
    **dict.fromkeys(("revenue", "sales", "other income", "chelete e kenang"), _T.INCOME),
    **dict.fromkeys(("expenses", "other expense", "cost of sales", "cost of goods sold", "litšenyehelo"), _T.EXPENSE),
}

HEADING = "a heading; the accounts here stand in one list, by their codes"


class AccountKind(Kind):
    """Accounts of the chart. What the loans post to keeps its part, whatever it is called."""

    name = "accounts"
    title = _("Import chart of accounts")
    noun = _("accounts")
    action = Action.MANAGE_ACCOUNTS
    on_public = True
    modes = (Mode.INSERT, Mode.UPDATE, Mode.UPSERT)
    keys = ("code", "name")
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "code",
            "Code",
            "Khoutu",
            required=True,
            synonyms=(*CODE_NAMES, "khoutu ea akhaonte"),
            holds=Holds.DIGITS,
            example="5120",
        ),
        Column(
            "name", "Name", "Lebitso", required=True, synonyms=(*NAME_NAMES, "lebitso la akhaonte"), example="Transport"
        ),
        Column(
            "type",
            "Type",
            "Mofuta",
            required=True,
            synonyms=("account type", "category", "classification", "class", "mofuta oa akhaonte"),
            choices={kind.value: str(kind.label) for kind in GLAccount.Type},
            words={word: str(kind) for word, kind in TYPE_WORDS.items()},
            example="Expense",
        ),
        Column(
            "usage",
            "Usage",
            "Tšebeliso",
            synonyms=("account usage", "header or detail"),
            choices={"detail": "Detail", "header": "Header"},
            words={"posting": "detail", "heading": "header", "total": "header"},
            example="Detail",
            note=_("A header is left out: it is posted to by nobody."),
        ),
        Column(
            "is_financing",
            "Cost of funds",
            "Tšenyehelo ea likalimo tsa mokhatlo",
            synonyms=("financing", "finance cost"),
            holds=Holds.TRUTH,
            note=_("Interest and fees on what the MFI itself borrowed."),
        ),
        Column(
            "may_go_below_zero",
            "May go below zero",
            "E ka oela tlas'a lefela",
            synonyms=("overdraft", "overdraft allowed"),
            holds=Holds.TRUTH,
            note=_("Yes for an overdraft; cash, banks and wallets hold no less than nothing otherwise."),
        ),
        Column("is_active", "In use", "E sebelisoa", synonyms=("active", "enabled"), holds=Holds.TRUTH, example="yes"),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return AccountInterpreter(context)


class AccountInterpreter(RecordInterpreter[GLAccount]):
    """One MFI's chart."""

    model = GLAccount
    noun = "account"
    columns = AccountKind.columns

    def __init__(self, context: Context) -> None:
        ensure_chart()
        super().__init__(context)

    def interpret(self, rows: list[Row]) -> None:
        headings = [row for row in rows if row.values.get("usage") == "header" and not row.errors]
        for row in headings:
            row.pass_over(HEADING)
        super().interpret([row for row in rows if row not in headings])

    def check(self, record: GLAccount, row: Row) -> None:
        check_account(record)
        if GLAccount.objects.filter(code=record.code).exclude(pk=record.pk).exists():
            raise AlreadyExists(f"{CODE_TAKEN} Recognise the rows by their codes, or write another one.", field="code")

    def save(self, record: GLAccount) -> GLAccount:
        return save_account(account=record, actor=self.context.actor)

    def rests_on(self, record: GLAccount, each: Made) -> str:
        if each.was:
            return ""
        if JournalLine.objects.filter(account=record).exists():
            return f"{record} has been posted to; it stays."
        if AccountMapping.objects.filter(account=record).exists():
            return f"A product posts to {record}; it stays."
        return ""
