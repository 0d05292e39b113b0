"""What a file says of a running loan of another system, and the terms and figures that it comes to here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.domain.consistency import check_amounts, check_terms
from apps.loans.domain.terms import Event, TakeOn, Terms
from apps.loans.domain.terms_parser import parse_agreed_terms, parse_take_on
from apps.loans.domain.violations import InvalidTerms, Violation
from apps.loans.products.models import Product
from apps.mfis.core.amounts import MAXIMUM_AMOUNT
from apps.mfis.core.errors import InvalidInput

ZERO = Decimal(0)
FIRST_DAY = date(2000, 1, 1)  # no loan that still runs was lent before it
LONGEST_NUMBER = 60
# Terms of the product that a loan may have been agreed otherwise in; empty and None take the product's.
OWN_TERMS = ("frequency", "repay_every", "interest_method", "amortization", "rate_per")
AMOUNTS = (
    "principal",
    "outstanding",
    "overdue_principal",
    "overdue_interest",
    "interest_outstanding",
    "fees",
    "penalties",
    "accrued_interest",
    "installment",
    "last_payment",
)
ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
PLAIN_AMOUNT = re.compile(r"\b\d+\.\d{2}\b")
SUBJECTS = {
    "outstanding": "The principal outstanding",
    "overdue_principal": "The overdue principal",
    "arrears_since": "The day since which it is in arrears",
    "next_due_date": "The next due date",
    "matures_on": "The last due date",
    "accrued_interest": "The accrued interest",
    "disbursed_on": "The pay-out",
}
# The engine's names of what a row calls otherwise.
FIELDS = {"take_on.principal": "outstanding", "terms.principal": "principal"}


@dataclass(frozen=True, slots=True)
class PastRepayment:
    """A repayment that the other system took, on the day of the cut-over at the latest."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RunningLoan:
    """One running loan as another system knows it on the day of the cut-over, with all that was received by then.

    What falls due on that day is not overdue yet. Where it was paid, or more of what comes after it, `next_due_date`
    says from when on something is to be paid. Amounts in the currency.

    `principal` is what was lent, `outstanding` what is left of it, overdue or not. `interest_outstanding` is interest
    that was billed and is unpaid; what of it is not overdue is due with the next installment. `accrued_interest` has
    accrued and is not billed yet; None counts it by the terms. `rate` is in percent as the product states it.

    With `repayments`, all that were received since the pay-out, the loan is taken on with its history: what it comes to
    is counted here, and must leave what is `outstanding`; of the other figures none is told.
    """

    borrower_id: UUID
    product_id: UUID
    external_number: str
    disbursed_on: date
    principal: Decimal
    installments: int
    outstanding: Decimal
    overdue_principal: Decimal = ZERO
    overdue_interest: Decimal = ZERO
    interest_outstanding: Decimal | None = None
    fees: Decimal = ZERO
    penalties: Decimal = ZERO
    accrued_interest: Decimal | None = None
    arrears_since: date | None = None
    rate: Decimal | None = None
    rate_per: str = ""
    frequency: str = ""
    repay_every: int | None = None
    interest_method: str = ""
    amortization: str = ""
    first_due_date: date | None = None
    due_day: int | None = None
    next_due_date: date | None = None
    matures_on: date | None = None
    installment: Decimal | None = None
    last_payment_on: date | None = None
    last_payment: Decimal | None = None
    purpose: str = ""
    repayments: tuple[PastRepayment, ...] = ()

    def said(self) -> dict[str, Any]:
        """The row as arguments by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def brought_interest(self) -> Decimal | None:
        """Interest that is not overdue and had been earned: billed for the next installment, or accrued."""
        billed = ZERO if self.interest_outstanding is None else self.interest_outstanding - self.overdue_interest
        return billed + self.accrued_interest if self.accrued_interest is not None else billed or None


class RowRefused(InvalidInput):
    """A row cannot be taken on; `errors` holds the sentences by field of the row."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        field, sentences = next(iter(errors.items()))
        super().__init__(sentences[0], field=field, errors=errors)


def agreed_terms(
    row: RunningLoan, product: Product, currency: str, holidays: Callable[[date], list[str]]
) -> dict[str, Any]:
    """The loan case form of what was agreed in the other system: the product's terms, and what the row says otherwise.

    The product's limits bind whoever lends anew: what was agreed elsewhere is taken as it is.

    Raises:
        RowRefused: what is agreed so cannot be, by field.
    """
    moved = product.working_day_rule != "keep"
    terms = product.terms_json(
        principal=row.principal,
        installments=row.installments,
        submitted_on=row.disbursed_on.isoformat(),
        currency=currency,
        rate=row.rate,
        holidays=holidays(row.disbursed_on) if moved else [],
    )
    terms |= {name: value for name in OWN_TERMS if (value := getattr(row, name))}
    if row.first_due_date:
        terms.pop("due_day", None)
        terms["first_due_date"] = row.first_due_date.isoformat()
    elif row.due_day:
        terms["due_day"] = row.due_day
    try:
        violations = check_terms(parse_agreed_terms(terms), "terms")
    except InvalidTerms as error:
        raise RowRefused(by_field(error)) from error
    if violations:
        raise RowRefused(by_field(InvalidTerms(violations)))
    return terms


def taken_figures(row: RunningLoan) -> dict[str, Any]:
    """The figures of the row in the form of the engine's event."""
    amounts = {
        "principal": row.outstanding,
        "overdue_principal": row.overdue_principal,
        "overdue_interest": row.overdue_interest,
        "fees": row.fees,
        "penalties": row.penalties,
        "accrued_interest": row.brought_interest,
        "installment": row.installment,
    }
    days = {name: getattr(row, name) for name in ("disbursed_on", "arrears_since", "next_due_date", "matures_on")}
    said = {name: f"{amount:.2f}" for name, amount in amounts.items() if amount is not None}
    return said | {name: day.isoformat() for name, day in days.items() if day}


def check_row(row: RunningLoan, cut_over: date) -> None:
    """Refuses what is wrong with a row by itself, all of it at once, by field.

    Raises:
        RowRefused: with the sentences.
    """
    errors: dict[str, list[str]] = {}
    for field, sentence in (*_amount_faults(row), *_faults(row, cut_over)):
        errors.setdefault(field, []).append(sentence)
    if errors:
        raise RowRefused(errors)


def _amount_faults(row: RunningLoan) -> Iterator[tuple[str, str]]:
    for name in AMOUNTS:
        amount: Decimal | None = getattr(row, name)
        if amount is None:
            continue
        if not amount.is_finite() or amount < 0 or amount > MAXIMUM_AMOUNT:
            yield name, f"Give an amount from 0.00 to {MAXIMUM_AMOUNT:,.2f}."
        elif amount != amount.quantize(Decimal("0.01")):
            yield name, "An amount has at most two decimals."
        elif name in ("principal", "outstanding", "installment") and amount == 0:
            yield name, NOTHING_LEFT if name == "outstanding" else "Give an amount above zero."


NOTHING_LEFT = "Nothing is outstanding; only loans that are still running are taken on."


def _faults(row: RunningLoan, cut_over: date) -> Iterator[tuple[str, str]]:
    number = row.external_number.strip()
    if not number:
        yield "external_number", "Give the number that the other system calls the loan by."
    elif len(number) > LONGEST_NUMBER:
        yield "external_number", f"At most {LONGEST_NUMBER} characters."
    if len(row.purpose) > 200:
        yield "purpose", "At most 200 characters."
    if row.disbursed_on < FIRST_DAY:
        yield "disbursed_on", f"{row.disbursed_on:%-d %b %Y} is before {FIRST_DAY:%-d %b %Y}."
    if row.first_due_date and row.first_due_date <= row.disbursed_on:
        yield (
            "first_due_date",
            f"{row.first_due_date:%-d %b %Y} is not after the pay-out, {row.disbursed_on:%-d %b %Y}.",
        )
    if row.first_due_date and row.due_day:
        yield "due_day", "Give the first due date or the day of the month, not both."
    if row.interest_outstanding is not None and row.interest_outstanding < row.overdue_interest:
        yield "overdue_interest", f"Is more than the {row.interest_outstanding:,.2f} of interest outstanding."
    yield from _history_faults(row, cut_over)
    if row.last_payment_on and not row.disbursed_on <= row.last_payment_on <= cut_over:
        yield "last_payment_on", "Is not between the pay-out and the cut-over."


FIGURES = ("overdue_principal", "overdue_interest", "interest_outstanding", "fees", "penalties", "accrued_interest")


def _history_faults(row: RunningLoan, cut_over: date) -> Iterator[tuple[str, str]]:
    if not row.repayments:
        return
    for name in FIGURES:
        if getattr(row, name):
            yield name, "Is counted from the repayments; leave it out, or take the loan on without its history."
    if row.disbursed_on >= cut_over:
        yield "disbursed_on", "Is not before the cut-over."
    for past in row.repayments:
        if not row.disbursed_on <= past.on <= cut_over:
            yield "repayments", f"{past.on:%-d %b %Y} is not between the pay-out and the cut-over."
        if not 0 < past.amount <= MAXIMUM_AMOUNT or past.amount != past.amount.quantize(Decimal("0.01")):
            yield "repayments", f"{past.amount} of {past.on:%-d %b %Y} is no amount of money."


def check_outstanding(row: RunningLoan, counted: Decimal) -> None:
    """Refuses a history that leaves another principal than the other system has.

    Raises:
        RowRefused: with what it leaves.
    """
    if counted != row.outstanding:
        text = f"By its repayments {counted:,.2f} is outstanding; mend them, or take the loan on by its figures alone."
        raise RowRefused({"outstanding": [text]})


def checked_figures(terms: Terms, figures: dict[str, Any], day: date) -> TakeOn:
    """The figures as the engine takes them.

    Raises:
        RowRefused: they are not what the engine can read.
    """
    try:
        taken = parse_take_on(figures)
    except InvalidTerms as error:
        raise RowRefused(by_field(error)) from error
    if finer := check_amounts(terms, [Event(1, "take_on", day, taken.principal, take_on=taken)], "take_on"):
        raise RowRefused(by_field(InvalidTerms(finer)))
    return taken


def by_field(error: InvalidTerms) -> dict[str, list[str]]:
    """The engine's violations as sentences, by the fields of the row."""
    errors: dict[str, list[str]] = {}
    for violation in error.violations:
        field = _field(violation)
        errors.setdefault(field, []).append(_sentence(field, violation.problem))
    return errors


def _sentence(field: str, problem: str) -> str:
    """The engine's words as people write dates and amounts, with what they are about."""
    text = ISO_DAY.sub(lambda found: f"{date.fromisoformat(found[0]):%-d %b %Y}", problem)
    text = PLAIN_AMOUNT.sub(lambda found: f"{Decimal(found[0]):,.2f}", text)
    if text.startswith("is "):
        text = f"{SUBJECTS.get(field, 'This')} {text}"
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _field(violation: Violation) -> str:
    path = violation.path.rpartition("]")[2].removeprefix(".") or violation.path
    return FIELDS.get(path) or path.rpartition(".")[2]
