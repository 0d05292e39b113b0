"""A loan book from a spreadsheet: taken on as it stands, what it leaves out worked out, and taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.loans.book.models import Loan, LoanState
from apps.loans.ledger.models import JournalEntry
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import NotAllowed, Unsure
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.tests.rehearsals import errors_of, rehearsed, rows_in, run_rows
from tests.factories import TODAY, Branch, settle_alone

D = Decimal
CUT_OVER = date(2026, 3, 31)
HEAD = "Loan No,Client No,National ID,Product,Date disbursed,Amount,Term,Principal balance,Balance,Overdue principal,"
HEAD += "Overdue interest,In arrears since\n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def client(alpha: Branch) -> None:
    """Lerato Mofolo, whom the other system calls C1."""
    settle_alone()
    person = Person("Lerato Mofolo", phone="58990011", national_id="990000000011", client_number="C1")
    register_borrower(person=person, actor=SYSTEM, today=TODAY)


def book(branch: Branch, *rows: str, head: str = HEAD, who: str = "accountant", **settings: Any) -> ImportRun:
    """Rows of a loan book, rehearsed: a loan of 1,200 over 12 months at 24 % a year, paid out on 15 December 2025."""
    options = {"cut_over": CUT_OVER.isoformat()}
    content = (head + "".join(f"{row}\n" for row in rows)).encode()
    return rehearsed("loans", content, actor=branch.staff[who].actor, options=options, **settings)


def taken(branch: Branch, *rows: str, **settings: Any) -> ImportRun:
    run = book(branch, *rows, **settings)
    assert not run.faulty, errors_of(run)
    return run_rows(run, actor=branch.staff["accountant"].actor)


SOUND = "B-1,C1,,Business loan,2025-12-15,1200.00,12,1021.10,,,,"
LATE = "B-2,C1,990000000011,business  LOAN,2025-12-15,1200.00,12,1110.53,,89.43,46.00,"


def test_a_loan_runs_here_as_it_stood_there(alpha: Branch) -> None:
    run = taken(alpha, SOUND, LATE)
    assert (run.inserted, run.totals["outstanding"]) == (2, "2131.63")
    sound, late = LoanState.objects.order_by("loan__external_number")
    assert (sound.principal_outstanding, sound.oldest_due_date) == (D("1021.10"), date(2026, 4, 15))
    assert late.principal_outstanding == D("1110.53")
    assert late.oldest_due_date == date(2026, 2, 15)  # by the terms: what was paid went to the oldest
    assert JournalEntry.objects.filter(source="opening").count() == 1
    assert check_books(actor=SYSTEM).breaks == []


def test_what_a_balance_is_made_of_follows_from_the_terms(alpha: Branch) -> None:
    """1,200 and three months' interest were charged, two installments of 113.47 paid."""
    [waiting] = rows_in(book(alpha, "B-3,C1,,Business loan,2025-12-15,1200.00,12,,1039.30,,,"), "waiting")
    assert waiting.kept["outstanding"] == "1,019.27"
    assert waiting.kept["arrears_since"] == "15 March 2026"
    taken(alpha, "B-3,C1,,Business loan,2025-12-15,1200.00,12,,1039.30,,,")
    assert LoanState.objects.get().principal_outstanding == D("1019.27")


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ("B-9,C7,,Business loan,2025-12-15,1200.00,12,900.00,,,,", "client_number", "No borrower here has C7"),
        ("B-9,,,Business loan,2025-12-15,1200.00,12,900.00,,,,", "national_id", "Say whose loan it is"),
        ("B-9,C1,100000000001,Business loan,2025-12-15,1200.00,12,900.00,,,,", "national_id", "These numbers are of"),
        ("B-9,C1,,Cattle loan,2025-12-15,1200.00,12,900.00,,,,", "product", "there are: Business loan"),
        ("B-9,C1,,Business loan,2025-12-15,1200.00,12,,,,,", "outstanding", "Say what is left"),
        ("B-9,C1,,Business loan,2025-12-15,1200.00,12,1300.00,,,,", "outstanding", "more than the 1,200.00"),
        ("B-9,C1,,Business loan,2025-12-15,1200.00,12,,1900.00,,,", "balance", "the balance is more than that"),
        ("B-9,C1,,Business loan,2025-12-15,1200.00,12,900.00,,90.00,10.00,2026-02-16", "arrears_since", "15 Feb 2026"),
        (",C1,,Business loan,2025-12-15,1200.00,12,900.00,,,,", "external_number", "Loan number is empty"),
        ("B-9,C1,,Business loan,,1200.00,12,900.00,,,,", "disbursed_on", "Disbursed on is empty"),
        ("B-9,C1,,Business loan,2025-12-15,,12,900.00,,,,", "principal", "Amount lent is empty"),
        ("B-9,C1,,Business loan,2025-12-15,1200.00,,900.00,,,,", "installments", "Installments is empty"),
    ],
)
def test_faults_are_named_with_their_remedy(alpha: Branch, row: str, column: str, sentence: str) -> None:
    faults = errors_of(book(alpha, row))
    assert sentence in " ".join(faults[2].get(column, [])), faults
    assert not Loan.objects.exists()


def test_a_number_twice_is_a_fault_and_one_that_is_here_is_passed_over(alpha: Branch) -> None:
    run = book(alpha, SOUND, SOUND)
    assert "stands in row 2 already" in errors_of(run)[3]["external_number"][0]
    taken(alpha, SOUND)
    again = book(alpha, SOUND, LATE)
    assert (again.passed, again.good) == (1, 1)
    assert rows_in(again, "passed")[0].note == f"here already as {Loan.objects.get().number}"


def test_own_control_totals_stop_a_run(alpha: Branch) -> None:
    run = book(alpha, SOUND, expected={"outstanding": "1000.00"})
    with pytest.raises(Unsure, match=r"adds up to 1021\.10, and you expected 1000\.00"):
        run_rows(run, actor=alpha.staff["accountant"].actor)


def test_whose_duty_it_is_not_takes_no_loan_on(alpha: Branch) -> None:
    with pytest.raises(NotAllowed):
        book(alpha, SOUND, who="cashier")


def test_another_mfis_client_is_nobody_here(beta: Branch, alpha: Branch) -> None:
    """Both MFIs have a client C1; a row finds its own."""
    taken(alpha, SOUND)
    assert Loan.objects.get().borrower.full_name == "Lerato Mofolo"


def test_what_nothing_rests_on_is_taken_back(alpha: Branch) -> None:
    run = taken(alpha, SOUND, LATE)
    loan = Loan.objects.get(external_number="B-1")
    cashier = alpha.staff["cashier"].actor
    record_repayment(loan_id=loan.pk, amount=D(50), channel="cash", actor=cashier, value_date=CUT_OVER)
    back = take_back(run, actor=alpha.staff["accountant"].actor)
    assert (back.taken_back, back.stayed) == (1, 1)
    assert "reverse that first" in rows_in(back, "stayed")[0].note
    assert list(Loan.objects.there()) == [loan]
    assert check_books(actor=SYSTEM).breaks == []


TWO_PAID = "B-1,C1,,Business loan,2025-12-15,1200.00,12,1019.27,,93.09,20.38,"
LINES = "Account,Date,Debit,Credit,Balance\n"


def history(branch: Branch, *rows: str) -> ImportRun:
    content = (LINES + "".join(f"{row}\n" for row in rows)).encode()
    return rehearsed("loan_histories", content, actor=branch.staff["accountant"].actor)


def test_a_balance_becomes_its_history_and_again_the_balance(alpha: Branch) -> None:
    taken(alpha, TWO_PAID)
    lines = ["B-1,2025-12-15,1200.00,,1200.00", "B-1,2026-01-15,,113.47,1086.53", "B-1,2026-02-15,,113.47,973.06"]
    run = history(alpha, *lines)
    assert not run.faulty, errors_of(run)
    assert [row.kept["amount"] for row in rows_in(run, "waiting")] == ["no money came in", "113.47", "113.47"]
    done = run_rows(run, actor=alpha.staff["accountant"].actor)
    assert (done.updated, done.refused) == (3, 0)
    loan = Loan.objects.there().get()
    assert list(loan.events.receipts().values_list("value_date", flat=True)) == [date(2026, 1, 15), date(2026, 2, 15)]
    assert loan.state.principal_outstanding == D("1019.27")
    assert check_books(actor=SYSTEM).breaks == []
    take_back(done, actor=alpha.staff["accountant"].actor)
    assert not Loan.objects.there().get().events.receipts().exists()
    assert check_books(actor=SYSTEM).breaks == []


def test_a_loan_on_which_nothing_was_paid_keeps_its_figures(alpha: Branch) -> None:
    taken(alpha, LATE)
    run = history(alpha, "B-2,2025-12-15,1200.00,,1200.00", "B-2,2026-01-15,24.00,,1224.00")
    assert (run.good, run.faulty, run.passed) == (0, 0, 2)
    assert "keeps its figures" in rows_in(run, "passed")[0].note


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["B-1,2026-01-15,,100.00,"], "is outstanding; mend them"),
        (["B-1,2026-01-15,,113.47,900.00", "B-1,2026-02-15,,113.47,800.00"], "a line is missing, or one is wrong"),
        (["B-1,2026-05-15,,226.94,"], "not between the pay-out and the cut-over"),
        (["B-8,2026-01-15,,226.94,"], "No loan is called"),
    ],
)
def test_a_history_that_does_not_fit_changes_nothing(alpha: Branch, lines: list[str], sentence: str) -> None:
    taken(alpha, TWO_PAID)
    before = Loan.objects.there().get()
    run = history(alpha, *lines)
    assert sentence in str(errors_of(run)), errors_of(run)
    assert Loan.objects.there().get() == before
    assert not before.events.receipts().exists()


def test_paid_out_on_the_31st_it_is_due_on_the_last_of_each_month(alpha: Branch) -> None:
    head = "Loan No,Client No,Product,Date disbursed,Amount,Term,Principal balance,First repayment on\n"
    taken(alpha, "B-5,C1,Business loan,2026-01-31,1200.00,12,1110.53,2026-02-28", head=head)
    days = list(Loan.objects.get().installments.order_by("n").values_list("due_date", flat=True)[:3])
    assert days == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
