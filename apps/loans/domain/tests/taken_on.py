"""Random figures that another system might tell of a running loan: sound ones, for terms of every kind."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from apps.loans.domain.installment_periods import build_installment_periods
from apps.loans.domain.terms import Event, TakeOn, Terms
from apps.loans.domain.tests.stories import START, loans

ZERO = Decimal(0)


@st.composite
def running_loans(draw: st.DrawFn, moving: bool | None = None) -> tuple[Terms, Event]:
    """Terms, and the taking on of a loan of these terms on any day, before or after its last due date."""
    terms = draw(loans(moving))
    due = [period.due_date for period in build_installment_periods(terms, START)]
    day = START + timedelta(days=draw(st.integers(0, (due[-1] - START).days + 60)))
    return terms, Event(1, "take_on", day, take_on=draw(figures(terms, due, day)))


@st.composite
def figures(draw: st.DrawFn, terms: Terms, due: list[date], day: date) -> TakeOn:
    """What may be told of it on `day`: anything that contradicts neither itself nor the terms."""
    passed = [on for on in due if on < day]
    outstanding = _cents(draw, 2, terms.principal)
    matured = len(passed) == len(due)
    late = bool(passed) and (matured or draw(st.booleans()))
    overdue = ZERO
    if late:
        overdue = outstanding if matured else _cents(draw, 0, outstanding - Decimal("0.01"))
    interest = _cents(draw, 0, outstanding) if late else ZERO
    fees, penalties = _cents(draw, 0, Decimal(100)), _cents(draw, 0, Decimal(100))
    coming = [None, *(on for on in due if on >= day)]
    since = draw(st.sampled_from(passed)) if late and overdue + interest + fees + penalties else None
    return TakeOn(
        disbursed_on=START,
        principal=outstanding,
        overdue_principal=overdue,
        overdue_interest=interest,
        fees=fees,
        penalties=penalties,
        arrears_since=since,
        accrued_interest=None if matured else draw(st.sampled_from([None, ZERO, Decimal("3.21")])),
        next_due_date=None if since else draw(st.sampled_from(coming)),
        installment=draw(st.sampled_from([None, None, _cents(draw, 1, terms.principal)])),
    )


def _cents(draw: st.DrawFn, least: int, most: Decimal) -> Decimal:
    return Decimal(draw(st.integers(min(least, int(most * 100)), int(most * 100)))) / 100
