"""Repayments of the time before the cut-over: loans that were taken on by their figures get their history."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter

from apps.loans.book.models import Loan
from apps.loans.book.named_loans import LOAN_COLUMNS, NamedLoans
from apps.loans.book.workflow import TAKEN_ON
from apps.loans.servicing.running_loan import PastRepayment, RunningLoan
from apps.loans.servicing.services.take_on import RowTaken, book_openings, take_on_loans, undo_take_on
from apps.loans.servicing.services.take_on_history import give_histories, taken_as
from apps.users.spreadsheets.kinds import Column, Context, Does, Interpreter, Kind, Made, Row
from apps.users.spreadsheets.records import spoken
from apps.users.spreadsheets.values import Holds

RUNNING = TypeAdapter(RunningLoan)
TAKEN_BACK = "The import was taken back."
NO_MONEY = "no money came in"
NEVER_PAID = "nothing was ever paid on it: it keeps its figures"


class LoanHistoryKind(Kind):
    """What borrowers paid in the other system, line by line. Of a loan all of it, or none."""

    name = "loan_histories"
    title = _("Import repayments before the cut-over")
    noun = _("earlier repayments")
    action = TAKEN_ON["take_on"].duty
    on_public = True
    group_by = "loan"
    totals = ("amount",)
    chunk = 2000
    columns = (
        *LOAN_COLUMNS,
        Column(
            "value_date",
            "Paid on",
            "E lefiloe ka",
            required=True,
            synonyms=("date", "payment date", "transaction date", "date paid", "repayment date"),
            holds=Holds.DATE,
            example="2026-04-30",
        ),
        Column(
            "amount",
            "Amount paid",
            "Chelete e lefiloeng",
            required=True,
            synonyms=("amount repaid", "amount", "credit", "paid", "paid in", "repayment"),
            holds=Holds.AMOUNT,
            example="450.00",
            note=_("What came in. A line without it only counts for the balance: a pay-out, interest."),
        ),
        Column("charged", "Charged", synonyms=("debit",), holds=Holds.AMOUNT, note=_("What the line adds.")),
        Column(
            "balance",
            "Balance after it",
            synonyms=("running balance",),
            holds=Holds.AMOUNT,
            note=_("With what is charged: each balance must follow from the one before."),
        ),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return LoanHistoryInterpreter(context)


class LoanHistoryInterpreter(Interpreter):
    """What was paid before on the loans of one MFI."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.loans = NamedLoans()

    def interpret(self, rows: list[Row]) -> None:
        found = self.loans.look_up(rows)
        together: dict[UUID, list[Row]] = defaultdict(list)
        loans: dict[UUID, Loan] = {}
        for row in rows:
            if loan := found.get(row.number):
                loans[loan.pk] = loan
                together[loan.pk].append(row)
        if {"charged", "balance"} <= self.context.columns:
            for of_loan in together.values():
                _check_balances(of_loan)
        self._rehearse(together, loans)

    def _rehearse(self, together: dict[UUID, list[Row]], loans: dict[UUID, Loan]) -> None:
        """Lets what takes loans on say of each whether its history leaves what is outstanding."""
        sound = {key: rows for key, rows in together.items() if not any(row.errors for row in rows)}
        histories = {key: history for key, rows in sound.items() if (history := _history(rows))}
        answers = give_histories(histories=histories, actor=self.context.actor, dry_run=True) if histories else {}
        for key, rows in sound.items():
            if key not in histories:
                for row in rows:
                    row.pass_over(NEVER_PAID)
                continue
            for row in rows:
                row.ready, row.does = key, Does.UPDATE
                row.kept = {"loan": f"{loans[key].number}, {loans[key].borrower.full_name}"}
                # Not passed over: when the rows are written, the balances are held against each other once more.
                row.kept["amount"] = spoken(row.values.get("amount")) or NO_MONEY
            _say(rows, answers[key])

    def write(self, rows: list[Row]) -> None:
        together: dict[UUID, list[Row]] = defaultdict(list)
        for row in rows:
            together[row.ready].append(row)
        told = {loan.pk: taken_as(loan) for loan in Loan.objects.filter(pk__in=together)}
        histories = {key: _history(of_loan) for key, of_loan in together.items()}
        answers = give_histories(histories=histories, actor=self.context.actor, post=False)
        for key, of_loan in together.items():
            _say(of_loan, answers[key])
            before = told[key]
            for row in of_loan:
                row.record = str(answers[key].loan_id or "")
            if before and not answers[key].errors:
                of_loan[0].was = {"row": _plain(before[0]), "cut_over": before[1].isoformat(), "currency": before[2]}

    def book(self, records: list[str]) -> None:
        book_openings(actor=self.context.actor)

    def undo(self, made: list[Made]) -> dict[str, str]:
        """Each loan is taken back, and on again by the figures that it had."""
        were = {each.record: each.was for each in made if each.was}
        back = undo_take_on(loan_ids=[UUID(key) for key in were], actor=self.context.actor, reason=TAKEN_BACK)
        stay = {str(each.loan_id): each.stays for each in back if each.stays}
        for key, was in were.items():
            if key not in stay:
                self._take_on(was)
        return stay

    def _take_on(self, was: dict[str, Any]) -> None:
        take_on_loans(
            rows=[_loan(was["row"])],
            cut_over=date.fromisoformat(was["cut_over"]),
            actor=self.context.actor,
            currency=was["currency"],
            all_or_nothing=True,
            post=False,
        )

    def unbook(self, records: list[str]) -> None:
        book_openings(actor=self.context.actor)


def _history(rows: list[Row]) -> tuple[PastRepayment, ...]:
    paid = [row.values for row in rows if row.values.get("amount")]
    return tuple(PastRepayment(values["value_date"], values["amount"]) for values in paid)


def _check_balances(rows: list[Row]) -> None:
    """Each balance follows from the one before, what is charged and what is paid."""
    before: Decimal | None = None
    for row in rows:
        charged, paid = (row.values.get(key) or Decimal(0) for key in ("charged", "amount"))
        said: Decimal | None = row.values.get("balance")
        follows = (before or Decimal(0)) + charged - paid
        if said is not None and before is not None and said != follows:
            row.fail("balance", f"By the line before it is {follows:,.2f}; a line is missing, or one is wrong.")
            return
        before = follows if said is None else said


def _say(rows: list[Row], answer: RowTaken) -> None:
    """Puts why a loan's history is refused at the first of its rows that counts."""
    if answer.errors:
        sentences = [sentence for told in answer.errors.values() for sentence in told]
        row = next((row for row in rows if row.values.get("amount")), rows[0])
        for sentence in sentences:
            row.fail("amount", sentence)


def _plain(row: RunningLoan) -> dict[str, Any]:
    """A running loan in JSON's types."""
    plain: dict[str, Any] = RUNNING.dump_python(row, mode="json")
    return plain


def _loan(plain: dict[str, Any]) -> RunningLoan:
    return RUNNING.validate_python(plain)
