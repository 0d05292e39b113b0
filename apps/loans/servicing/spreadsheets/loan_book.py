"""A loan book from a spreadsheet: running loans of another system, taken on as they stand on the cut-over day."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.loans.book.models import Loan
from apps.loans.book.named_borrowers import READERS, NamedBorrower, NamedBorrowers
from apps.loans.book.workflow import TAKEN_ON
from apps.loans.products.models import Product
from apps.loans.products.quotes import holidays_from
from apps.loans.servicing.by_balance import as_by_the_month, with_arrears_since, with_figures
from apps.loans.servicing.running_loan import FIRST_DAY, RowRefused, RunningLoan, agreed_terms
from apps.loans.servicing.services.take_on import RowTaken, book_openings, take_on_loans, undo_take_on
from apps.loans.servicing.spreadsheets.loan_columns import AGREED, STANDS, WHICH
from apps.mfis.core.folding import fold
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.kinds import Context, Interpreter, Kind, Made, Option, Row
from apps.users.spreadsheets.records import spoken
from apps.users.spreadsheets.values import Holds

CUT_OVER = Option(
    "cut_over",
    _("Cut-over day"),
    Holds.DATE,
    required=True,
    note=_("The day of the figures, with all that was received on it. Interest is earned here from then on."),
)
TAKEN_BACK = "The import was taken back."
# Fields of a running loan that a row says under another column, or that no column says.
COLUMN_OF = {"borrower_id": "national_id", "product_id": "product", "repayments": ""}
NAMES = frozenset(field.name for field in fields(RunningLoan)) - {"borrower_id", "product_id", "repayments"}


class LoanBookKind(Kind):
    """Running loans with what was agreed and what is outstanding. What is here already is passed over."""

    name = "loans"
    title = _("Import a loan book")
    noun = _("loans")
    action = TAKEN_ON["take_on"].duty
    on_public = True
    totals = ("principal", "outstanding", "balance", "overdue_principal", "overdue_interest", "fees", "penalties")
    options = (CUT_OVER, Option("product", _("Product of rows that say none")))
    columns = (*WHICH, *AGREED, *STANDS)
    chunk = 500

    def needed(self, *, of_many: bool) -> tuple[frozenset[str], ...]:
        """Who borrowed, by any of three numbers; and what is left, as principal or as a balance."""
        return (*super().needed(of_many=of_many), frozenset(READERS), frozenset({"outstanding", "balance"}))

    def interpreter(self, context: Context) -> Interpreter:
        return LoanBookInterpreter(context)


class LoanBookInterpreter(Interpreter):
    """One MFI's loan book."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.borrowers = NamedBorrowers()
        self.products = {fold(product.name): product for product in Product.objects.all()}
        self.row_of: dict[str, int] = {}
        self.holidays = holidays_from(FIRST_DAY)

    @property
    def currency(self) -> str:
        return self.context.mfi.currency if self.context.mfi else "LSL"

    def interpret(self, rows: list[Row]) -> None:
        borrowers = self.borrowers.look_up(rows)
        here = self._here(rows)
        for row in rows:
            number = row.values.get("external_number") or ""
            product = self._product(row)
            if number in here:
                row.errors.clear()
                row.pass_over(f"here already as {here[number]}")
            elif (first := self.row_of.setdefault(number, row.number)) != row.number and number:
                row.fail("external_number", f"{shown(number)} stands in row {first} already; leave one of them out.")
            elif product and row.number in borrowers and not row.errors:
                row.ready = self._read(row, borrowers[row.number], product)
        self._rehearse([row for row in rows if row.ready and row.is_good], borrowers)

    def _here(self, rows: list[Row]) -> dict[str, str]:
        """The numbers here of loans that were brought in before, by their numbers elsewhere."""
        said = {row.values.get("external_number") for row in rows} - {None}
        known = Loan.objects.there().filter(external_number__in=said)
        return dict(known.values_list("external_number", "number"))

    def _product(self, row: Row) -> Product | None:
        text = row.values.get("product") or self.context.options.get("product") or ""
        product = self.products.get(fold(text))
        if product is None and "product" not in row.errors:
            known = ", ".join(product.name for product in self.products.values()) or "none"
            said = f"No product here is called “{shown(text)}”" if text else "Say which product it is"
            row.fail("product", f"{said}; there are: {known}.")
        return product

    def _read(self, row: Row, borrower: NamedBorrower, product: Product) -> RunningLoan | None:
        said = {name: value for name, value in row.values.items() if name in NAMES and value is not None}
        balance = row.values.get("balance") if row.values.get("outstanding") is None else None
        if "outstanding" not in said and balance is None:
            row.fail("outstanding", "Say what is left of the principal, or the balance of the account.")
            return None
        said.setdefault("outstanding", Decimal(0))
        loan = as_by_the_month(RunningLoan(borrower_id=borrower.id, product_id=product.pk, **said))
        return self._completed(row, loan, product, balance)

    def _completed(self, row: Row, loan: RunningLoan, product: Product, balance: Decimal | None) -> RunningLoan | None:
        """The loan with what the file leaves out and the terms tell."""
        if balance is None and (loan.arrears_since or not (loan.overdue_principal or loan.overdue_interest)):
            return loan
        day = self.context.options["cut_over"]
        try:
            terms = agreed_terms(loan, product, self.currency, lambda since: self._holidays_since(since.isoformat()))
            return with_arrears_since(loan, terms, day) if balance is None else with_figures(loan, terms, balance, day)
        except RowRefused as error:
            row.fail_all(_by_column(error.errors))
            return None

    def _holidays_since(self, day: str) -> list[str]:
        return [holiday for holiday in self.holidays if holiday >= day]

    def _rehearse(self, rows: list[Row], borrowers: dict[int, NamedBorrower]) -> None:
        for row, taken in zip(rows, self._take_on(rows, dry_run=True), strict=True):
            if taken.errors:
                row.fail_all(_by_column(taken.errors))
            else:
                row.kept = self._spoken(row.ready, borrowers[row.number])

    def _take_on(self, rows: list[Row], *, dry_run: bool) -> list[RowTaken]:
        return take_on_loans(
            rows=[row.ready for row in rows],
            cut_over=self.context.options["cut_over"],
            actor=self.context.actor,
            currency=self.currency,
            all_or_nothing=False,
            post=False,
            dry_run=dry_run,
        )

    def _spoken(self, loan: RunningLoan, borrower: NamedBorrower) -> dict[str, str]:
        said: dict[str, Any] = {name: getattr(loan, name) for name in NAMES if getattr(loan, name) not in (None, "")}
        kept = {name: _written(value) if name != "rate" else spoken(value) for name, value in said.items()}
        return kept | {"borrower": borrower.name}

    def write(self, rows: list[Row]) -> None:
        for row, taken in zip(rows, self._take_on(rows, dry_run=False), strict=True):
            if taken.errors:
                row.fail_all(_by_column(taken.errors))
            else:
                row.record = str(taken.loan_id)

    def book(self, records: list[str]) -> None:
        book_openings(actor=self.context.actor)

    def undo(self, made: list[Made]) -> dict[str, str]:
        keys = [UUID(each.record) for each in made]
        results = undo_take_on(loan_ids=keys, actor=self.context.actor, reason=TAKEN_BACK)
        return {str(result.loan_id): result.stays for result in results if result.stays}


def _written(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, Decimal) else spoken(value)


def _by_column(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """Refusals by the columns of the file."""
    return {COLUMN_OF.get(name, name): sentences for name, sentences in errors.items()}
