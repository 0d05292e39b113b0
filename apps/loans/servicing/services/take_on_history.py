"""Giving loans that were taken on by their figures the history of their repayments in the other system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.workflow import TAKEN_ON
from apps.loans.servicing.running_loan import PastRepayment, RunningLoan
from apps.loans.servicing.services.take_on import RowTaken, book_openings, take_on_loans, undo_take_on
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command

REASON = "Taken on anew, with its repayments in the other system."
TOLD = ("rate_per", "frequency", "repay_every", "interest_method", "amortization")
DAYS = ("disbursed_on", "arrears_since", "next_due_date", "matures_on")
AMOUNTS = ("overdue_principal", "overdue_interest", "fees", "penalties", "accrued_interest", "installment")

NOT_BY_FIGURES = "It was not taken on by its figures, or has its history already."

History = Sequence[PastRepayment]


@command(TAKEN_ON["take_on"].duty, by_row="histories")
def give_histories(
    *, histories: Mapping[UUID, History], actor: Actor, post: bool = True, dry_run: bool = False
) -> dict[UUID, RowTaken]:
    """Takes each loan back and on again with its repayments, of which what is outstanding must follow to the cent. What
    comes of each, by the loan as it was; who is refused stays as it was.

    `dry_run` works all out and writes nothing.

    Raises:
        NotAllowed: duty. NotHome: loans begin at the MFI's home.
    """
    with transaction.atomic():
        outcome = _give(histories, actor)
        if dry_run:
            transaction.set_rollback(True)
    if post and not dry_run:
        book_openings(actor=actor)
    return outcome


def _give(histories: Mapping[UUID, History], actor: Actor) -> dict[UUID, RowTaken]:
    told = {loan.pk: taken_as(loan) for loan in Loan.objects.filter(pk__in=histories)}
    outcome = {key: RowTaken(errors={"": [NOT_BY_FIGURES]}) for key in histories}
    by_day: dict[tuple[date, str], dict[UUID, RunningLoan]] = defaultdict(dict)
    for key, found in told.items():
        if found:
            row, cut_over, currency = found
            by_day[cut_over, currency][key] = _with(row, histories[key])
    for (cut_over, currency), rows in by_day.items():
        outcome |= _of_day(rows, cut_over, currency, actor)
    return outcome


def _with(row: RunningLoan, history: History) -> RunningLoan:
    """The loan with its history, and without the figures that follow from it."""
    none: dict[str, Any] = dict.fromkeys(("overdue_principal", "overdue_interest", "fees", "penalties"), Decimal(0))
    days: dict[str, Any] = dict.fromkeys(("arrears_since", "next_due_date", "matures_on"))
    return replace(row, **none, **days, accrued_interest=None, installment=None, repayments=tuple(history))


def _of_day(rows: dict[UUID, RunningLoan], cut_over: date, currency: str, actor: Actor) -> dict[UUID, RowTaken]:
    """Those of one cut-over day. One that is refused is not taken back either: then all is done again without it."""
    refused: dict[UUID, RowTaken] = {}
    while left := {key: row for key, row in rows.items() if key not in refused}:
        with transaction.atomic():
            outcome = _again(left, cut_over, currency, actor)
            faulty = {key: row for key, row in outcome.items() if row.errors}
            if faulty:
                transaction.set_rollback(True)
        if not faulty:
            return refused | outcome
        refused |= faulty
    return refused


def _again(rows: dict[UUID, RunningLoan], cut_over: date, currency: str, actor: Actor) -> dict[UUID, RowTaken]:
    back = undo_take_on(loan_ids=list(rows), actor=actor, reason=REASON)
    stay = {each.loan_id: RowTaken(errors={"": [each.stays]}) for each in back if each.stays}
    keys = [key for key in rows if key not in stay]
    how: dict[str, Any] = {"cut_over": cut_over, "currency": currency, "all_or_nothing": False, "post": False}
    taken = take_on_loans(rows=[rows[key] for key in keys], actor=actor, **how)
    return stay | dict(zip(keys, taken, strict=True))


def taken_as(loan: Loan) -> tuple[RunningLoan, date, str] | None:
    """What a loan was taken on as, by its figures; on which day, and in which currency. None where it was not, or has
    its history already."""
    taken = LoanEvent.objects.filter(loan=loan, type=EventType.TAKEN_ON).standing().first()
    figures: dict[str, Any] = (taken.payload.get("take_on") or {}) if taken else {}
    if taken is None or not figures:
        return None
    terms = loan.asked_terms
    figured: dict[str, Any] = {name: Decimal(figures[name]) for name in AMOUNTS if name in figures}
    figured |= {name: _day(figures[name]) for name in DAYS if name in figures}
    figured |= {name: terms[name] for name in TOLD if name in terms}
    row = RunningLoan(
        borrower_id=loan.borrower_id,
        product_id=loan.product_id,
        external_number=loan.external_number,
        principal=loan.asked_principal,
        installments=int(terms["installments"]),
        outstanding=Decimal(figures["principal"]),
        rate=Decimal(str(terms["rate"])),
        purpose=loan.asked_purpose,
        first_due_date=_day(terms.get("first_due_date")),
        last_payment_on=_day(taken.payload.get("last_payment_on")),
        last_payment=_amount(taken.payload.get("last_payment")),
        **figured,
    )
    return row, taken.value_date, loan.currency


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None
