"""Repayments from spreadsheets: each once, refused with the reason, reversed again."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.loans.book.models import Loan, LoanEvent, LoanState
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.credits import refund
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import record_repayment
from apps.loans.servicing.tests.taking_on import cut_over, late, take
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotAllowed
from apps.users.accounts.models import Account
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in, run_rows
from tests.factories import Branch, settle_alone

D = Decimal

HEAD = "Loan Account No,Client Name,Amount Repaid,Date,Payment Type,Receipt number\n"


@pytest.fixture
def loan(active: Callable[..., Loan]) -> Loan:
    return active()


def row(loan: Loan, amount: str = "100", day: str = "2026-03-20", how: str = "Cash,88") -> str:
    return f"{loan.number},Mamello Khoabane,{amount},{day},{how}\n"


def repayments(branch: Branch, *rows: str, who: str = "cashier", **settings: object) -> ImportRun:
    return rehearsed("repayments", (HEAD + "".join(rows)).encode(), actor=branch.staff[who].actor, **settings)


def brought_in(branch: Branch, *rows: str, who: str = "cashier", **settings: object) -> ImportRun:
    return imported("repayments", (HEAD + "".join(rows)).encode(), actor=branch.staff[who].actor, **settings)


def test_receipts_are_booked_on_their_days(alpha: Branch, loan: Loan) -> None:
    run = repayments(alpha, row(loan), row(loan, '"1,50"', "2026-03-27", "Vodacom M-Pesa,9F7 2KQ"))
    assert (run.good, run.totals) == (2, {"amount": "101.50"}), errors_of(run)
    done = run_rows(run, actor=alpha.staff["cashier"].actor)
    first, second = LoanEvent.objects.receipts().filter(loan=loan).in_booking_order()
    assert (first.value_date, first.amount, first.channel, first.reference) == (date(2026, 3, 20), D(100), "cash", "88")
    assert (second.amount, second.channel, second.reference) == (D("1.50"), "mpesa", "9F7 2KQ")
    assert [line.record for line in rows_in(done, "done")] == [str(first.pk), str(second.pk)]
    assert not check_books(actor=alpha.staff["accountant"].actor).breaks


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("LA", "LX", "loan", "write its number here"),
        ("Khoabane", "Tau", "borrower", "is of Mamello Khoabane"),
        (",100,", ",-100,", "amount", "above zero"),
        (",100,", ",,", "amount", "above zero"),
        (",100,", ",5000,", "amount", "Say for the file that it is kept as overpaid"),
        ("2026-03-20", "2199-01-01", "value_date", "in the future"),
        ("2026-03-20", "2026-03-01", "value_date", "when this began"),
        ("2026-03-20", "", "value_date", "Write the day"),
        ("2026-03-20", "05/06/2026", "value_date", "may be"),
        ("Cash,88", "Cheque,88", "channel", "write one of Cash, Bank transfer"),
        ("Cash,88", ",88", "channel", "Choose one of"),
        ("Cash,88", "EFT,", "reference", "Give the reference"),
    ],
)
def test_a_fault_is_named(alpha: Branch, loan: Loan, old: str, new: str, field: str, said: str) -> None:
    run = repayments(alpha, row(loan).replace(old, new))
    (errors,) = errors_of(run).values()
    assert list(errors) == [field]
    assert said in errors[field][0]
    assert not LoanEvent.objects.receipts().exists()


def test_what_is_said_for_the_whole_file_counts(alpha: Branch, loan: Loan) -> None:
    rows = row(loan, "1200", how=",77")
    run = repayments(alpha, rows, options={"channel": "cash", "accept_overpayment": "yes"})
    assert run.good == 1, errors_of(run)
    run_rows(run, actor=alpha.staff["cashier"].actor)
    assert LoanState.objects.get(loan=loan).status == "overpaid"


def test_a_loan_is_named_as_the_former_system_did(alpha: Branch) -> None:
    take(alpha, late(alpha))
    paid = Loan.objects.get(external_number="OLD-2")
    day = cut_over().isoformat()
    done = brought_in(alpha, f"old-2,Mamello Khoabane,80,{day},Cash,1\n{paid.number},,20,{day},Cash,2\n", who="manager")
    assert (done.inserted, paid.events.receipts().count()) == (2, 2), errors_of(done)
    early = (cut_over() - timedelta(days=1)).isoformat()
    assert "value_date" in errors_of(repayments(alpha, f"OLD-2,,80,{early},Cash,3\n"))[2]
    assert take_back(done, actor=alpha.staff["manager"].actor).taken_back == 2


def test_rows_are_weighed_one_after_the_other(alpha: Branch, loan: Loan) -> None:
    run = repayments(alpha, row(loan, "900", how="Cash,1"), row(loan, "900", how="Cash,2"))
    assert (run.good, list(errors_of(run)[3])) == (1, ["amount"])


def test_a_payment_is_booked_once_by_whatever_door(alpha: Branch, loan: Loan) -> None:
    cashier = alpha.staff["cashier"].actor
    day = date(2026, 3, 20)
    by_hand = {"loan_id": loan.pk, "actor": cashier, "value_date": day}
    cash = record_repayment(amount=D(100), channel="cash", reference="88", **by_hand)
    wallet = record_repayment(amount=D(60), channel="mpesa", reference="9F72KQ", **by_hand)
    run = repayments(
        alpha, row(loan), row(loan, "60", how="M-Pesa,9f7-2kq"), row(loan, "50", "2026-03-22", "M-Pesa,9F72KQ")
    )
    assert [line.note for line in rows_in(run, "passed")] == [
        f"booked already as {cash.number}",
        f"booked already as {wallet.number}",
    ]
    assert "M-Pesa reference 9F72KQ is already booked" in errors_of(run)[4]["reference"][0]
    twice = repayments(alpha, row(loan, "30"), row(loan, "30"))
    assert "Row 2 is the same payment" in errors_of(twice)[3][""][0]


def test_the_same_rows_in_another_file_are_passed_over(alpha: Branch, loan: Loan) -> None:
    brought_in(alpha, row(loan))
    run = repayments(alpha, row(loan), row(loan, "10", "2026-03-21", "Cash,89"))
    assert (run.passed, run.good) == (1, 1)


def test_receipts_are_reversed_and_booked_again(alpha: Branch, loan: Loan) -> None:
    manager = alpha.staff["manager"].actor
    done = brought_in(alpha, row(loan), row(loan, "60", how="M-Pesa,9F72KQ"), who="manager")
    before = LoanState.objects.get(loan=loan).principal_outstanding
    taken = take_back(done, actor=manager)
    assert (taken.taken_back, taken.stayed) == (2, 0)
    assert LoanState.objects.get(loan=loan).principal_outstanding > before
    assert brought_in(alpha, row(loan), row(loan, "60", how="M-Pesa,9F72KQ"), who="manager").inserted == 2
    assert LoanState.objects.get(loan=loan).principal_outstanding == before
    assert not check_books(actor=manager).breaks


def test_whose_duty_it_is_not_reverses_nothing(alpha: Branch, loan: Loan) -> None:
    done = brought_in(alpha, row(loan))
    taken = take_back(done, actor=alpha.staff["cashier"].actor)
    assert (taken.taken_back, taken.stayed) == (0, 1)
    assert rows_in(taken, "stayed")[0].note == "Your duties do not include this: reverse a repayment."
    again = take_back(taken, actor=alpha.staff["manager"].actor)
    assert (again.taken_back, again.stayed) == (1, 0)


def test_who_booked_it_reverses_it_with_a_second_person(alpha: Branch, loan: Loan) -> None:
    settle_alone(duties_apart=True)
    manager = alpha.staff["manager"].actor
    taken = take_back(brought_in(alpha, row(loan), who="manager"), actor=manager)
    assert "Its reversal waits for a second person" in rows_in(taken, "stayed")[0].note
    assert LoanEvent.objects.receipts().filter(loan=loan).count() == 1


def test_a_month_that_is_over_waits_for_a_second_person(alpha: Branch, loan: Loan) -> None:
    settle_alone(past_month_alone=D(0))
    cashier = alpha.staff["cashier"].actor
    day = (business_date().replace(day=1) - timedelta(days=1)).isoformat()
    run = repayments(alpha, row(loan, day=day), row(loan, "20", day, "Cash,89"))
    assert "a second person agrees" in (rows_in(run, "waiting")[0].kept or {})["value_date"]
    assert "still waits for a decision" in errors_of(run)[3]["loan"][0]
    done = run_rows(run, actor=cashier, leaves_out_faulty=True)
    assert not LoanEvent.objects.receipts().exists()
    taken = take_back(done, actor=cashier)
    assert "It waits for a second person" in rows_in(taken, "stayed")[0].note
    decide_proposal(loan_id=loan.pk, actor=alpha.staff["manager"].actor, agree=False, reason="Wrong file")
    assert take_back(taken, actor=cashier).taken_back == 1


def test_a_receipt_on_which_a_refund_rests_stays(alpha: Branch, loan: Loan) -> None:
    manager = alpha.staff["manager"].actor
    done = brought_in(alpha, row(loan, "1200"), who="manager", options={"accept_overpayment": "yes"})
    over = LoanState.objects.get(loan=loan).overpaid
    refund(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=over, channel="cash")
    taken = take_back(done, actor=manager)
    assert (taken.taken_back, taken.stayed) == (0, 1)
    assert "reverse the refund first" in rows_in(taken, "stayed")[0].note


@pytest.mark.parametrize("who", ["officer", "accountant", "auditor"])
def test_only_whose_duty_it_is_takes_money_in(alpha: Branch, loan: Loan, who: str) -> None:
    with pytest.raises(NotAllowed):
        repayments(alpha, row(loan), who=who)


def test_a_loan_of_another_mfi_is_none(
    alpha: Branch, beta: Branch, active: Callable[..., Loan], letsema_admin: Account
) -> None:
    connection.set_tenant(alpha.mfi)
    loan = active()
    connection.set_schema_to_public()
    head, body = HEAD.encode(), row(loan).encode()
    run = rehearsed("repayments", b"MFI," + head + b"beta," + body + b"alpha," + body, actor=letsema_admin.actor)
    assert (run.good, list(errors_of(run)[2])) == (1, ["loan"])


def test_the_command_books_them(alpha: Branch, loan: Loan, tmp_path: Path) -> None:
    path = tmp_path / "repayments.csv"
    path.write_text(HEAD + row(loan))
    out = io.StringIO()
    call_command("import_repayments", str(path), mfi="alpha", total=["amount=100.00"], stdout=out)
    assert "1 repayments imported." in out.getvalue()
