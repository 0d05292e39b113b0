"""Running loans of another system are taken on: their figures, the books, what comes after, and taking them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.loans.book.models import Loan, LoanEvent, LoanState, Status
from apps.loans.book.selectors.loans_as_of import loans_as_of
from apps.loans.book.tests.test_workflow import withstand
from apps.loans.book.workflow import LOAN
from apps.loans.ledger.models import JournalEntry, JournalLine
from apps.loans.ledger.tests.books import held, run_sql, settle_policy
from apps.loans.reporting.selectors.portfolio import portfolio
from apps.loans.servicing.services.day_end import run_due_days
from apps.loans.servicing.services.pay_out import undo_disbursement
from apps.loans.servicing.services.repayment import pay_off, record_repayment
from apps.loans.servicing.services.take_on import RowsNotTaken, undo_take_on
from apps.loans.servicing.tests.taking_on import cut_over, late, running, sound, take
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, KeyReused, NotAllowed, WrongState
from tests.factories import Branch

D = Decimal
pytestmark = pytest.mark.django_db


def test_a_loan_stands_as_the_file_says(alpha: Branch) -> None:
    row = late(alpha)
    [taken] = take(alpha, row)
    loan = Loan.objects.select_related("state").get(pk=taken.loan_id)
    assert (loan.number, loan.external_number) == (taken.number, "OLD-2")
    state = loan.state
    assert state.status == Status.ACTIVE
    assert (state.disbursed_on, state.taken_on) == (row.disbursed_on, cut_over())
    assert state.principal_outstanding == row.outstanding
    assert state.charges_outstanding == D("20.00")
    assert state.oldest_due_date == row.arrears_since
    assert state.total_paid == 0
    sound(alpha)


def test_the_opening_is_one_balanced_entry_of_the_product(alpha: Branch) -> None:
    settle_policy(recognition="accrual")
    take(alpha, late(alpha), running(alpha, accrued_interest=D("55.00")))
    [entry] = JournalEntry.objects.filter(source="opening")
    assert (entry.posted_on, entry.product_id) == (cut_over(), alpha.product.pk)
    assert held("loans") == D("16000.00")
    assert held("fees_receivable") == D("12.50")
    assert held("penalties_receivable") == D("7.50")
    interest = held("interest_receivable")
    assert interest > D("215.00")  # overdue, told as accrued, and counted by the terms for the other
    assert held("opening") == -(D("16020.00") + interest)
    assert held("cash") == 0
    sound(alpha)


def test_where_income_counts_when_it_is_paid_only_principal_is_brought(alpha: Branch) -> None:
    settle_policy(recognition="cash")
    take(alpha, late(alpha))
    assert held("opening") == -D("8000.00")
    sound(alpha)


def test_before_the_day_the_loan_is_in_no_portfolio(alpha: Branch) -> None:
    take(alpha, late(alpha))
    assert list(loans_as_of(cut_over() - timedelta(days=1))) == []
    [then] = loans_as_of(cut_over())
    assert then.folded.outstanding("principal") == D("8000.00")
    assert portfolio(business_date()).glp == D("8000.00")


def test_income_is_earned_from_the_day_on(alpha: Branch) -> None:
    settle_policy(recognition="accrual")
    take(alpha, late(alpha))
    before = held("interest_receivable")
    run_due_days(actor=SYSTEM)
    assert held("interest_receivable") + held("interest_income") == before
    assert -held("interest_income") > 0
    assert held("fee_income") == held("penalty_income") == 0
    sound(alpha)


def test_what_comes_later_goes_on_as_for_any_loan(alpha: Branch) -> None:
    settle_policy(recognition="accrual")
    [taken] = take(alpha, late(alpha))
    assert taken.loan_id
    cashier = alpha.staff["cashier"].actor
    record_repayment(loan_id=taken.loan_id, actor=cashier, amount=D("1080.00"), channel="cash", value_date=cut_over())
    state = LoanState.objects.get(pk=taken.loan_id)
    assert (state.charges_outstanding, state.principal_outstanding) == (0, D("7100.00"))
    sound(alpha)
    yesterday = business_date() - timedelta(days=1)
    pay_off(loan_id=taken.loan_id, actor=cashier, channel="cash", value_date=yesterday)
    run_due_days(actor=SYSTEM)
    assert LoanState.objects.get(pk=taken.loan_id).status == Status.CLOSED
    assert held("loans") == held("interest_receivable") == held("fees_receivable") == 0
    sound(alpha)


def test_nothing_is_dated_before_the_day(alpha: Branch) -> None:
    [taken] = take(alpha, running(alpha))
    assert taken.loan_id
    with pytest.raises(InvalidInput, match="when this loan was taken on from another system"):
        record_repayment(
            loan_id=taken.loan_id,
            actor=alpha.staff["cashier"].actor,
            amount=D(5),
            channel="cash",
            value_date=cut_over() - timedelta(days=1),
        )


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"external_number": " "}, "external_number", "Give the number"),
        ({"outstanding": D(0)}, "outstanding", "Nothing is outstanding"),
        ({"outstanding": D(12001)}, "outstanding", "more than the 12,000.00 that was lent"),
        ({"overdue_principal": D(5)}, "arrears_since", "say since which due date"),
        ({"overdue_principal": D("5.001")}, "overdue_principal", "two decimals"),
        ({"arrears_since": date(2001, 1, 1)}, "arrears_since", "nothing is overdue"),
        ({"matures_on": date(2001, 1, 1)}, "matures_on", "by the terms the last of 12"),
        ({"installments": 0}, "installments", "not between 1 and 1200"),
        ({"frequency": "moons"}, "frequency", "is not one of"),
        ({"disbursed_on": date(1999, 1, 1)}, "disbursed_on", "before 1 Jan 2000"),
        ({"borrower_id": Loan().pk}, "borrower_id", "no such borrower"),
        ({"product_id": Loan().pk}, "product_id", "no such product"),
    ],
)
def test_a_row_that_cannot_be_is_refused_at_its_field(
    alpha: Branch, changed: dict[str, Any], field: str, says: str
) -> None:
    good, bad = running(alpha, "OLD-9"), replace(running(alpha), **changed)
    [refused, taken] = take(alpha, bad, good)
    assert refused.errors is not None
    assert says in " ".join(refused.errors[field]), refused.errors
    assert taken.loan_id
    with pytest.raises(RowsNotTaken) as all_or_none:
        take(alpha, bad, replace(good, external_number="OLD-8"), all_or_nothing=True)
    assert [bool(row.errors) for row in all_or_none.value.results] == [True, False]
    assert Loan.objects.count() == 1


def test_a_number_is_of_one_loan(alpha: Branch) -> None:
    [first, twin] = take(alpha, running(alpha), running(alpha))
    assert twin.errors == {"external_number": ["Row 1 has this number too."]}
    [again] = take(alpha, running(alpha))
    assert again.errors == {"external_number": [f"Loan {first.number} has this number already."]}
    copied = 'INSERT INTO loans_loan SELECT (jsonb_populate_record(l, \'{"id": "%s"}\')).* FROM loans_loan l'
    with pytest.raises(IntegrityError, match="external_number"):
        run_sql(copied % Loan().pk)


def test_sent_again_the_same_rows_are_answered_as_before(alpha: Branch) -> None:
    once = take(alpha, late(alpha), running(alpha), idempotency_key="file-1")
    assert take(alpha, late(alpha), running(alpha), idempotency_key="file-1") == once
    assert Loan.objects.count() == 2
    with pytest.raises(KeyReused):
        take(alpha, late(alpha), idempotency_key="file-1")


def test_rehearsed_rows_leave_nothing(alpha: Branch) -> None:
    results = take(alpha, running(alpha), replace(running(alpha), outstanding=D(0)), dry_run=True)
    assert [bool(row.errors) for row in results] == [False, True]
    assert not Loan.objects.exists()
    [taken] = take(alpha, running(alpha))
    assert taken.number.endswith("000001-8")


def test_only_who_may_takes_loans_on(alpha: Branch) -> None:
    for who in ("officer", "cashier", "auditor", "approver"):
        with pytest.raises(NotAllowed):
            take(alpha, running(alpha), actor=alpha.staff[who].actor)
    assert take(alpha, running(alpha), actor=alpha.staff["manager"].actor)[0].loan_id


def test_taken_back_it_is_no_loan_any_more_and_can_be_brought_in_again(alpha: Branch) -> None:
    settle_policy(recognition="accrual")
    [taken, other] = take(alpha, late(alpha), running(alpha))
    assert taken.loan_id
    run_due_days(actor=SYSTEM)
    accountant = alpha.staff["accountant"].actor
    [back] = undo_take_on(loan_ids=[taken.loan_id], actor=accountant, reason="Wrong file")
    assert back.stays == ""
    state = LoanState.objects.get(pk=taken.loan_id)
    assert (state.status, state.principal_outstanding, state.disbursed_on) == (Status.TAKEN_BACK, 0, None)
    assert held("loans") == D("8000.00")
    assert [then.loan.pk for then in loans_as_of(business_date())] == [other.loan_id]
    [again] = take(alpha, late(alpha))
    assert again.loan_id != taken.loan_id
    run_due_days(actor=SYSTEM)
    assert held("loans") == D("16000.00")
    sound(alpha)


@pytest.mark.usefixtures("own_histories")
def test_to_a_loan_that_was_taken_back_nothing_is_done(alpha: Branch) -> None:
    [taken] = take(alpha, running(alpha))
    assert taken.loan_id
    undo_take_on(loan_ids=[taken.loan_id], actor=alpha.staff["manager"].actor, reason="Wrong file")
    loan = Loan.objects.select_related("state").get(pk=taken.loan_id)
    done = [made for made in LOAN if Status.TAKEN_BACK not in made.sources]
    assert [fault for made in done if (fault := withstand(alpha, loan, made))] == []
    [again] = undo_take_on(loan_ids=[taken.loan_id], actor=alpha.staff["manager"].actor, reason="Again")
    assert "taken off the books" in again.stays


def test_a_loan_on_which_something_rests_stays(alpha: Branch) -> None:
    [taken] = take(alpha, running(alpha))
    assert taken.loan_id
    record_repayment(loan_id=taken.loan_id, actor=alpha.staff["cashier"].actor, amount=D(5), channel="cash")
    [stays] = undo_take_on(loan_ids=[taken.loan_id], actor=alpha.staff["manager"].actor, reason="Wrong")
    assert "Repayment of" in stays.stays
    assert LoanState.objects.get(pk=taken.loan_id).status == Status.ACTIVE


def test_a_pay_out_of_another_system_is_not_undone_here(alpha: Branch) -> None:
    [taken] = take(alpha, running(alpha))
    assert taken.loan_id
    manager = alpha.staff["manager"]
    with pytest.raises(WrongState, match="Another system paid this loan out"):
        undo_disbursement(loan_id=taken.loan_id, actor=manager.actor, reason="Never handed over")
    page = alpha.client(manager).get(f"/admin/loans/loan/{taken.loan_id}/change/").content.decode()
    assert "Undo the pay-out" not in page
    assert "Taken on from another system" in page
    assert "Principal outstanding: 8,000.00" in page


def test_its_borrower_reads_a_balance_brought_forward(alpha: Branch) -> None:
    [taken, back] = take(alpha, running(alpha), running(alpha, "OLD-3"))
    assert taken.loan_id
    assert back.loan_id
    undo_take_on(loan_ids=[back.loan_id], actor=alpha.staff["manager"].actor, reason="Wrong file")
    borrower = alpha.client(alpha.borrower)
    rows = borrower.get(f"/api/v1/loans/{taken.loan_id}/statement").json()["rows"]
    assert [(row["type"], row["amount"], row["balance"]) for row in rows] == [("take_on", "8000.00", "8000.00")]
    assert [loan["number"] for loan in borrower.get("/api/v1/loans").json()["items"]] == [taken.number]
    assert borrower.get(f"/api/v1/loans/{back.loan_id}").status_code == 404


def test_a_loan_that_was_lent_here_is_not_taken_back(alpha: Branch, active: Callable[..., Loan]) -> None:
    [stays] = undo_take_on(loan_ids=[active().pk], actor=alpha.staff["manager"].actor, reason="Wrong")
    assert stays.stays == "This loan was not taken on from another system."


def test_as_many_statements_for_many_as_for_few(alpha: Branch) -> None:
    take(alpha, running(alpha, "FIRST"))
    counts = []
    for start, count in ((0, 12), (100, 60)):
        rows = [running(alpha, f"N{start + n}") for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            take(alpha, *rows)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_many_at_once_are_as_each_by_itself(alpha: Branch) -> None:
    rows = [late(alpha, f"A{n}") for n in range(3)] + [running(alpha, f"B{n}") for n in range(3)]

    def left() -> list[Any]:
        columns = (
            "loan__number",
            "principal_outstanding",
            "interest_outstanding",
            "oldest_due_date",
            "next_due_amount",
        )
        states = list(LoanState.objects.order_by("loan__number").values_list(*columns))
        lines = JournalLine.objects.by_account()
        events = list(LoanEvent.objects.order_by("loan__number").values_list("type", "amount", "payload"))
        return [states, lines, events]

    with transaction.atomic():
        for row in rows:
            take(alpha, row)
        singly = left()
        transaction.set_rollback(True)
    take(alpha, *rows)
    assert left() == singly
