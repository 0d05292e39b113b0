"""Journals by hand from a spreadsheet: rows of one reference are one entry, which a second person posts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.loans.ledger.manual import Lines, check_entry, check_not_control, propose_journal, withdraw_journal
from apps.loans.ledger.models import ManualJournal
from apps.loans.ledger.spreadsheets.named import ACCOUNT_COLUMNS, NAMED, SIDE_COLUMNS, SIDES, Accounts, moved
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Made, Row, plain
from apps.users.spreadsheets.records import refuse
from apps.users.spreadsheets.values import Holds

LONGEST_NARRATIVE = 200

_S = ManualJournal.Status


class JournalKind(Kind):
    """Entries by hand. Each waits for a second person, as one that is typed in does."""

    name = "journals"
    title = _("Import journals")
    noun = _("lines")
    action = Action.PROPOSE_JOURNAL
    on_public = True
    totals = ("debit", "credit")
    group_by = "reference"
    chunk = 500
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "reference",
            "Entry",
            "Nomoro ea ho ngola",
            required=True,
            synonyms=(
                *("reference", "entry id", "entry no", "entry number", "journal no", "journal number", "journal id"),
                *("transaction id", "transaction no", "voucher", "voucher no", "jv no", "num", "nomoro"),
            ),
            example="JV-12",
            note=_("Rows with the same are one entry."),
        ),
        Column(
            "posted_on",
            "Day",
            "Letsatsi",
            required=True,
            synonyms=("date", "transaction date", "entry date", "posting date", "journal date", "transaction on"),
            holds=Holds.DATE,
            example="2026-11-30",
        ),
        Column(
            "narrative",
            "What for",
            "Lebaka",
            synonyms=("narration", "memo", "memo/description", "details", "comments", "particulars", "tlhaloso"),
            example="Rent of November",
        ),
        *ACCOUNT_COLUMNS,
        *SIDE_COLUMNS,
    )

    def needed(self, *, of_many: bool) -> tuple[frozenset[str], ...]:
        return (*super().needed(of_many=of_many), NAMED, *SIDES)

    def interpreter(self, context: Context) -> Interpreter:
        return JournalInterpreter(context)


@dataclass(slots=True)
class Entry:
    """Rows of one reference as an entry."""

    rows: list[Row]
    posted_on: date
    narrative: str
    lines: Lines


class JournalInterpreter(Interpreter):
    """One MFI's journals by hand."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.accounts = Accounts()
        self.here: dict[date, list[ManualJournal]] = {}  # what stands on the days of a chunk, or waits

    def _look_up(self, rows: list[Row]) -> None:
        self.here = defaultdict(list)
        days = {row.values["posted_on"] for row in rows if row.values.get("posted_on")}
        for journal in ManualJournal.objects.exclude(status=_S.DECLINED).filter(posted_on__in=days):
            self.here[journal.posted_on].append(journal)

    def interpret(self, rows: list[Row]) -> None:
        self._look_up(rows)
        lines: dict[int, tuple[UUID, Decimal]] = {}
        for row in rows:
            if line := self._line(row):
                lines[row.number] = line
        for group in _grouped(rows):
            if not any(row.errors for row in group):
                self._take(group, [lines[row.number] for row in group])

    def _line(self, row: Row) -> tuple[UUID, Decimal] | None:
        """Account and amount of a row; None, and why among its errors, where it is no line."""
        account, amount = self.accounts.of(row), moved(row)
        for key, text in (("reference", "the rows of one entry have the same"), ("posted_on", "it says the day")):
            if row.values.get(key) is None and key not in row.errors:
                row.fail(key, f"Write it in every row: {text}.")
        if amount is None and not {"debit", "credit"} & row.errors.keys():
            row.fail("debit", "Give a debit or a credit.")
        if account:
            try:
                check_not_control(account)
            except InvalidInput as error:
                row.fail("account_code", str(error.message))
        return (account.pk, amount) if account and amount else None

    def _take(self, rows: list[Row], lines: Lines) -> None:
        first = rows[0]
        posted_on, reference = first.values["posted_on"], first.values["reference"]
        said = next((row.values["narrative"] for row in rows if row.values.get("narrative")), "")
        for row in rows:
            if row.values["posted_on"] != posted_on:
                row.fail("posted_on", f"Row {first.number} of the same entry has another day; an entry has one.")
        narrative = f"{reference}: {said}" if said else str(reference)
        if len(narrative) > LONGEST_NARRATIVE:
            first.fail("narrative", f"At most {LONGEST_NARRATIVE} characters, with the reference before it.")
        try:
            check_entry(posted_on, narrative, lines)
        except InvalidInput as error:
            first.fail("posted_on" if error.field == "posted_on" else "", f"Entry {reference}: {error.message}")
        if not any(row.errors for row in rows):
            self._decide(Entry(rows, posted_on, narrative, lines))

    def _decide(self, entry: Entry) -> None:
        """Passes an entry over that is here already; nothing is entered twice under one reference."""
        reference = str(entry.rows[0].values["reference"])
        if journal := self._before(entry, reference):
            if sorted(journal.amounts()) == sorted(entry.lines):
                for row in entry.rows:
                    row.pass_over(f"here already: {journal.get_status_display().lower()}, by {journal.maker_name}")
            else:
                text = (
                    f"{reference} of that day is here already, with other lines; give this one a reference of its own."
                )
                entry.rows[0].fail("reference", text)
            return
        for row, (_account, amount) in zip(entry.rows, entry.lines, strict=True):
            row.ready = entry
            row.kept = {"narrative": entry.narrative, "debit" if amount > 0 else "credit": f"{abs(amount):,.2f}"}

    def _before(self, entry: Entry, reference: str) -> ManualJournal | None:
        """What was entered for the same day under the same reference."""
        of_day = self.here.get(entry.posted_on, [])
        return next((j for j in of_day if j.narrative == reference or j.narrative.startswith(f"{reference}: ")), None)

    def write(self, rows: list[Row]) -> None:
        for group in _grouped(rows):
            entry: Entry = group[0].ready
            try:
                journal = propose_journal(
                    actor=self.context.actor, posted_on=entry.posted_on, narrative=entry.narrative, lines=entry.lines
                )
            except ServiceError as error:
                for row in group:
                    refuse(row, error)
            else:
                for row in group:
                    row.record = str(journal.id)

    def undo(self, made: list[Made]) -> dict[str, str]:
        """Withdraws what still waits; what was posted stays."""
        reasons = {}
        for journal in ManualJournal.objects.filter(pk__in={each.record for each in made}):
            if journal.status == _S.POSTED:
                reasons[str(journal.pk)] = f"Posted by {journal.decided_by}; an entry by hand puts right what is wrong."
            elif journal.status == _S.PROPOSED:
                withdraw_journal(journal_id=journal.pk, actor=self.context.actor, reason="The import was taken back.")
        return reasons


def _grouped(rows: list[Row]) -> list[list[Row]]:
    """The rows of each reference; one without stands alone."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[plain(row.cells.get("reference", "")) or f"row {row.number}"].append(row)
    return list(groups.values())
