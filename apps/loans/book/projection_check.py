"""Whether what is stored is what the facts say, and what was promised."""

from __future__ import annotations

from collections.abc import Iterator

from apps.loans.book.models import Installment, Loan
from apps.loans.book.position_check import position_differences
from apps.loans.book.projection import fold_loan, projected
from apps.loans.book.queries.bookings import INSTALLMENT
from apps.loans.domain.fold import quote
from apps.loans.domain.snapshot import LoanSnapshot


def differences(loan: Loan) -> Iterator[str]:
    """Each way in which the loan's projection differs from its fold, or its booking from its preview."""
    events = list(loan.events.in_booking_order())
    folded = fold_loan(loan, events=events, as_of=loan.state.folded_on)
    values, rows = projected(loan, events, folded)
    for name, value in values.items():
        if getattr(loan.state, name) != value:
            yield f"{name} is {getattr(loan.state, name)}, the fold says {value}"
    stored = {row.n: row for row in Installment.objects.filter(loan=loan)}
    for row in rows:
        kept = stored.pop(row.n, None)
        if kept is None:
            yield f"installment {row.n} is missing"
            continue
        for column in INSTALLMENT:
            if getattr(kept, column) != getattr(row, column):
                yield f"installment {row.n} {column} is {getattr(kept, column)}, the fold says {getattr(row, column)}"
    for n in stored:
        yield f"installment {n} is not in the fold"
    yield from position_differences(loan, events)
    yield from _preview_differs(loan, folded)


def _preview_differs(loan: Loan, folded: LoanSnapshot) -> Iterator[str]:
    """Compares the quote with what was booked, where nothing booked since may change it."""
    if folded.disbursed_on is None or not loan.terms.fixed_schedule or folded.charges or any(folded.waived.values()):
        return
    if (
        folded.taken_on
        or folded.status == "written_off"
        or loan.state.restructured
        or folded.disbursed != loan.principal
    ):
        return
    if len(folded.tranches) > 1:
        return
    promised = quote(loan.terms, folded.disbursed_on)
    for was, now in zip(promised.installments, folded.installments, strict=False):
        if (was.due_date, was.due) != (now.due_date, now.due):
            yield f"installment {now.n} was promised as {was.total_due} on {was.due_date}"
    if len(promised.installments) != len(folded.installments):
        yield "the schedule has another length than the one promised"
