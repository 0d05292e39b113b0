"""Opening balances from a trial balance: one balanced entry on a day, which a second person posts.

What the loans keep themselves is taken on with the loans. A trial balance has it too: it goes against the account of
opening balances, which loans that are taken on have moved the other way: nothing is left there where both agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _

from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.manual import CONTROL, NOBODY, check_day, propose_journal, withdraw_journal
from apps.loans.ledger.models import GLAccount, ManualJournal
from apps.loans.ledger.spreadsheets.named import ACCOUNT_COLUMNS, NAMED, SIDE_COLUMNS, SIDES, Accounts, moved
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Made, Option, Row
from apps.users.spreadsheets.values import Holds

NARRATIVE = "Opening balances"

_S = ManualJournal.Status


class OpeningKind(Kind):
    """What the accounts held on the day before the books begin here, as the former system's trial balance has it."""

    name = "opening_balances"
    title = _("Import opening balances")
    noun = _("balances")
    action = Action.PROPOSE_JOURNAL
    on_public = True
    totals = ("debit", "credit")
    options = (
        Option("day", _("Day of the balances"), Holds.DATE, note=_("The last day of the former books."), required=True),
    )
    columns: ClassVar[tuple[Column, ...]] = (*ACCOUNT_COLUMNS, *SIDE_COLUMNS)

    def needed(self, *, of_many: bool) -> tuple[frozenset[str], ...]:
        return (*super().needed(of_many=of_many), NAMED, *SIDES)

    def unbalanced(self, totals: Mapping[str, str]) -> str:
        """Why a file with these totals is not run; "" where it may be."""
        difference = Decimal(totals.get("debit", "0")) - Decimal(totals.get("credit", "0"))
        return f"Debits and credits differ by {abs(difference):,.2f}; mend the file." if difference else ""

    def interpreter(self, context: Context) -> Interpreter:
        return OpeningInterpreter(context)


class OpeningInterpreter(Interpreter):
    """One MFI's opening entry. Each row is a line of it; it is proposed once all of them are read."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.accounts = Accounts()
        self.journal_id = uuid5(context.run_id or NOBODY, NARRATIVE)
        self.row_of: dict[UUID, int] = {}
        self.fault = self._fault_of_day()

    @property
    def day(self) -> date:
        day: date = self.context.options["day"]
        return day

    @property
    def narrative(self) -> str:
        return f"{NARRATIVE} of {self.day:%-d %B %Y}"

    def _fault_of_day(self) -> str:
        """Why nothing can be opened on that day."""
        try:
            check_day(self.day)
        except InvalidInput as error:
            return str(error.message)
        before = ManualJournal.objects.exclude(status=_S.DECLINED).exclude(pk=self.journal_id)
        other = before.filter(posted_on=self.day, narrative=self.narrative).first()
        if other is None:
            return ""
        return f"“{other.narrative}” are here already, by {other.maker_name}; take that import back first."

    def interpret(self, rows: list[Row]) -> None:
        for row in rows:
            account, amount = self.accounts.of(row), moved(row)
            if self.fault:
                row.fail("", self.fault)
            if account and not row.errors:
                self._take(row, account, amount)

    def _take(self, row: Row, account: GLAccount, amount: Decimal | None) -> None:
        first = self.row_of.setdefault(account.pk, row.number)
        if first != row.number:
            row.fail("account_code", f"{account} stands in row {first} already; write its balance in one row.")
        elif amount is None:
            row.pass_over("no balance")
        elif account.role in CONTROL and "opening" not in accounts_by_role():
            row.fail("account_code", f"{account} is kept by the loans themselves; leave it out, and its counterpart.")
        else:
            row.ready = account, amount
            against = " (with the loans; here against the opening balances)" if account.role in CONTROL else ""
            row.kept = {"account_code": f"{account}{against}", "debit": "", "credit": ""}
            row.kept["debit" if amount > 0 else "credit"] = f"{abs(amount):,.2f}"

    def write(self, rows: list[Row]) -> None:
        """Notes what each row adds to the entry, which is proposed at the end of the run."""
        for row in rows:
            account, amount = row.ready
            posted_to = accounts_by_role()["opening"] if account.role in CONTROL else account.pk
            row.record = f"{posted_to}/{row.number}/{amount:f}"

    def book(self, records: list[str]) -> None:
        amounts: dict[UUID, Decimal] = defaultdict(Decimal)
        for record in records:
            account, _number, amount = record.split("/")
            amounts[UUID(account)] += Decimal(amount)
        propose_journal(
            actor=self.context.actor,
            posted_on=self.day,
            narrative=self.narrative,
            lines=[(account, amount) for account, amount in amounts.items() if amount],
            journal_id=self.journal_id,
        )

    def undo(self, made: list[Made]) -> dict[str, str]:
        journal = ManualJournal.objects.filter(pk=self.journal_id).first()
        if journal and journal.status == _S.POSTED:
            reason = f"The entry was posted by {journal.decided_by}; an entry by hand puts right what is wrong in it."
            return {each.record: reason for each in made}
        return {}

    def unbook(self, records: list[str]) -> None:
        waiting = ManualJournal.objects.filter(pk=self.journal_id, status=_S.PROPOSED)
        if waiting.exists():
            withdraw_journal(journal_id=self.journal_id, actor=self.context.actor, reason="The import was taken back.")
