"""A running loan is taken on with all its repayments: it is as if it had been lent here, but for the books before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.loans.book.models import Loan, LoanEvent, LoanState, Status
from apps.loans.book.selectors.loans_as_of import loans_as_of
from apps.loans.ledger.models import JournalEntry
from apps.loans.ledger.tests.books import held, settle_policy
from apps.loans.servicing.running_loan import PastRepayment, RunningLoan
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.day_end import run_due_days
from apps.loans.servicing.services.repayment import record_repayment
from apps.loans.servicing.services.take_on import take_on_loans, undo_take_on
from apps.loans.servicing.tests.taking_on import cut_over, running, sound, take
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput
from apps.users.messaging.models import Message
from tests.factories import Branch

D = Decimal
pytestmark = pytest.mark.django_db


def told(alpha: Branch) -> RunningLoan:
    """A loan of which three installments and a bit were paid."""
    row = running(alpha)
    days = [row.disbursed_on + timedelta(days=n) for n in (31, 61, 92, 100)]
    paid = [PastRepayment(day, D("1134.72")) for day in days[:3]] + [PastRepayment(days[3], D("100.00"))]
    return replace(row, repayments=tuple(paid))


def outstanding(alpha: Branch) -> Decimal:
    """What the history leaves, as the refusal of another sum says it."""
    [refused] = take(alpha, told(alpha), dry_run=True)
    assert refused.errors is not None
    return D(refused.errors["outstanding"][0].split()[3].replace(",", ""))


@pytest.mark.parametrize("recognition", ["accrual", "cash"])
def test_the_books_begin_on_the_day(alpha: Branch, recognition: str) -> None:
    settle_policy(recognition=recognition)
    row = replace(told(alpha), outstanding=outstanding(alpha))
    [taken] = take(alpha, row)
    state = LoanState.objects.get(pk=taken.loan_id)
    assert (state.status, state.principal_outstanding, state.taken_on) == ("active", row.outstanding, cut_over())
    assert state.total_paid == D("3504.16")
    [entry] = JournalEntry.objects.all()
    assert (entry.source, entry.posted_on) == ("opening", cut_over())
    assert held("loans") == row.outstanding
    assert held("cash") == held("interest_income") == held("fee_income") == 0
    sound(alpha)
    cashier = alpha.staff["cashier"].actor
    record_repayment(loan_id=state.pk, actor=cashier, amount=D("1000.00"), channel="cash", value_date=cut_over())
    run_due_days(actor=SYSTEM)
    assert held("cash") == D("1000.00")
    assert held("interest_income") < 0
    sound(alpha)


def test_its_past_is_there_to_be_read(alpha: Branch) -> None:
    row = replace(told(alpha), outstanding=outstanding(alpha))
    take(alpha, row)
    [then] = loans_as_of(row.disbursed_on + timedelta(days=62))
    assert then.folded.total_paid == D("2269.44")
    assert list(LoanEvent.objects.in_booking_order().values_list("type", flat=True)) == [
        "disbursement",
        *["repayment"] * 4,
        "take_on",
    ]
    assert not Message.objects.filter(about__in=["repayment", "disbursement"]).exists()


def test_what_was_taken_over_is_not_reversed(alpha: Branch) -> None:
    take(alpha, replace(told(alpha), outstanding=outstanding(alpha)))
    past = LoanEvent.objects.of_type("repayment").latest_first()[0]
    with pytest.raises(InvalidInput, match="booked in the other system"):
        reverse_repayment(event_id=past.pk, actor=alpha.staff["manager"].actor, reason="Wrong")


def test_taken_back_it_goes_with_its_history(alpha: Branch) -> None:
    row = replace(told(alpha), outstanding=outstanding(alpha))
    [taken] = take(alpha, row)
    assert taken.loan_id
    [back] = undo_take_on(loan_ids=[taken.loan_id], actor=alpha.staff["manager"].actor, reason="Wrong file")
    assert back.stays == ""
    assert LoanState.objects.get(pk=taken.loan_id).status == Status.TAKEN_BACK
    assert held("loans") == held("opening") == 0
    assert take(alpha, row)[0].loan_id
    sound(alpha)


def test_a_history_without_what_it_needs_is_refused_at_its_field(alpha: Branch) -> None:
    row = told(alpha)
    late = replace(row, repayments=(PastRepayment(cut_over() + timedelta(days=1), D(5)),))
    figures = replace(row, fees=D(5))
    results = take_on_loans(
        rows=[late, replace(figures, external_number="B"), replace(row, external_number="C")],
        cut_over=cut_over(),
        actor=alpha.staff["accountant"].actor,
        currency="LSL",
        all_or_nothing=False,
    )
    assert [next(iter(result.errors or {})) for result in results] == ["repayments", "fees", "outstanding"]
    assert not Loan.objects.exists()
