"""What the engine refuses, in the words of the field that somebody filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from apps.loans.domain.violations import InvalidTerms, Violation
from apps.mfis.core.errors import InvalidInput

Worded = tuple[str, str]  # the field, and the sentence

PAID_OUT_LATER = "The loan was paid out later; take that day, or one after."


BOOKED_ELSEWHERE = "This was booked in the other system, before the loan was taken on from it; it stays as it is."


def _before_taken_on(day: str) -> Worded:
    return "value_date", f"The loan was taken on from another system on {_day(day)}; take that day, or one after."


def _amount(text: str) -> Decimal:
    return Decimal(text)


def _waived(owed: str, kind: str) -> Worded:
    if not _amount(owed):
        return "amount", f"Of {kind} nothing is outstanding there; there is nothing to give up."
    return "amount", f"Of {kind} {_amount(owed):,.2f} is outstanding there; give up at most that."


def _refunded(overpaid: str) -> Worded:
    if not _amount(overpaid):
        return "amount", "Nothing was overpaid by that day; there is nothing to pay back."
    return "amount", f"By that day {_amount(overpaid):,.2f} was overpaid; pay back at most that."


def _owed(owed: str) -> Worded:
    return "amount", f"On that day {_amount(owed):,.2f} is owed; the amount is another one."


def _no_installment(day: str) -> Worded:
    return "start", f"No installment falls due on {_day(day)}; choose a due date of the schedule."


def _not_after(day: str) -> Worded:
    if day == "None":
        return "new_due_date", "Move it to a day after the pay-out."
    return "new_due_date", f"The installment before it falls due on {_day(day)}; move this one to a later day."


def _too_fine(decimals: str) -> Worded:
    return "amount", f"An amount has at most {decimals} decimals."


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%-d %b %Y}"


def _says(field: str, sentence: str) -> Callable[..., Worded]:
    return lambda *parts: (field, sentence)


WORDED: tuple[tuple[re.Pattern[str], Callable[..., Worded]], ...] = tuple(
    (re.compile(pattern), worded)
    for pattern, worded in (
        (r"is more than the ([\d.]+) of (\w+) outstanding", _waived),
        (r"is more than the ([\d.]+) overpaid", _refunded),
        (r"is not the ([\d.]+) outstanding on that day", _owed),
        (r"no installment falls due on ([\d-]+)", _no_installment),
        (r"is not after the installment before it, (\S+)", _not_after),
        (r"comes before the disbursement", _says("value_date", PAID_OUT_LATER)),
        (r"nothing is outstanding that could be written off", _says("", "Nothing is owed on that day.")),
        (r"is a recovery on a loan that is not", _says("", "This loan is not given up; record a repayment instead.")),
        (r"was booked in the other system", _says("", BOOKED_ELSEWHERE)),
        (r"is before (\S+), when the loan was taken on", _before_taken_on),
        (r"is finer than the (\d) decimals", _too_fine),
    )
)

# By the last part of a violation's path: the field that a person fills in, and what it is called.
FIELDS = {
    "amount": ("amount", "The amount"),
    "date": ("value_date", "The day"),
    "due_date": ("due_date", "The due date"),
    "name": ("name", "What it is for"),
    "kind": ("kind", "The kind"),
    "component": ("component", "What is given up"),
    "installment": ("installment", "The installment"),
    "from": ("start", "The installment to begin with"),
    "new_due_date": ("new_due_date", "The new due date"),
    "extra_terms": ("extra_terms", "The number of installments"),
    "grace_principal": ("grace_principal", "The number of installments without principal"),
    "new_interest_rate": ("new_interest_rate", "The new rate"),
}


def refusal(error: InvalidTerms) -> InvalidInput:
    """The engine's first violation as what a person is told, at the field it is about."""
    field, sentence = worded(error.violations[0])
    return InvalidInput(sentence, field=field)


def worded(violation: Violation) -> Worded:
    """The field, "" where it is about the whole, and a sentence of its own that says what to do."""
    for pattern, words in WORDED:
        match = pattern.search(violation.problem)
        if match:
            return words(*match.groups())
    field, subject = FIELDS.get(re.split(r"[.\]]", violation.path)[-1], ("", "This"))
    return field, f"{subject} {violation.problem.strip().rstrip('.')}."
