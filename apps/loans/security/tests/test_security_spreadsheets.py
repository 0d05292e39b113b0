"""Guarantors and collateral from spreadsheets."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.security.models import Collateral, Guarantor
from apps.loans.servicing.services import pay_out
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotAllowed
from apps.users.accounts.models import Account
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in
from tests.factories import Branch

GUARANTORS = "Loan No,Client Name,First name,Last name,Mobile no,Relationship,Guarantee amount\n"
THINGS = "Loan ID,Collateral type,Item,Registration No,Market value\n"


def neo(loan: Loan) -> str:
    return f"{loan.number},Khoabane Mamello,Neo,Letuka,5990 0009,Sister,800\n"


def hilux(loan: Loan) -> str:
    return f"{loan.number.lower()},Bakkie,Toyota Hilux,A 123 BC,45000\n"


def rehearsal(branch: Branch, kind: str, *rows: str, who: str = "officer", **settings: object) -> ImportRun:
    head = GUARANTORS if kind == "guarantors" else THINGS
    return rehearsed(kind, (head + "".join(rows)).encode(), actor=branch.staff[who].actor, **settings)


def brought_in(branch: Branch, kind: str, *rows: str, **settings: object) -> ImportRun:
    head = GUARANTORS if kind == "guarantors" else THINGS
    return imported(kind, (head + "".join(rows)).encode(), actor=branch.staff["officer"].actor, **settings)


def test_guarantors_and_things_are_entered_by_the_loans_number(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    done = brought_in(alpha, "guarantors", neo(loan), expected={"amount": "800"})
    guarantor = Guarantor.objects.get(loan=loan)
    assert [row.record for row in rows_in(done, "done")] == [str(guarantor.pk)]
    assert (guarantor.full_name, guarantor.phone, guarantor.amount) == ("Neo Letuka", "+26659900009", Decimal(800))
    brought_in(alpha, "collateral", hilux(loan))
    thing = Collateral.objects.get(loan=loan)
    assert (thing.what, thing.serial, thing.value) == ("vehicle", "A 123 BC", Decimal(45000))
    assert "Collateral: Toyota Hilux" in loan.events.latest_first()[0].reason


def test_security_of_a_running_loan_is_taken_on(alpha: Branch, active: Callable[..., Loan]) -> None:
    done = brought_in(alpha, "guarantors", neo(active()))
    assert (done.inserted, take_back(done, actor=alpha.staff["officer"].actor).taken_back) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("LA", "LX", "loan", "write its number here"),
        ("Khoabane", "Tau", "borrower", "is of Mamello Khoabane"),
        ("Neo,Letuka", "Neo,", "full_name", "Only one name is given. Is there no other? Mend it, or say"),
        ("Neo,Letuka", "Mamello,Khoabane", "full_name", "This is the borrower"),
        ("5990 0009", "12", "phone", "not a phone number"),
        (",800", ",1001", "amount", "nobody answers for more"),
        (",800", ",", "amount", "above zero"),
    ],
)
def test_a_fault_of_a_guarantor_is_named(
    alpha: Branch, apply: Callable[..., Loan], old: str, new: str, field: str, said: str
) -> None:
    (errors,) = errors_of(rehearsal(alpha, "guarantors", neo(apply()).replace(old, new))).values()
    assert list(errors) == [field]
    assert said in errors[field][0]


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("Bakkie", "Gold", "what", "write one of Vehicle, Livestock"),
        ("A 123 BC", "", "serial", "A vehicle is known by its registration"),
        ("Toyota Hilux", "Lesotho passport", "description", "2023 Disclosure Regulations"),
        ("45000", "0", "value", "above zero"),
    ],
)
def test_a_fault_of_a_thing_is_named(
    alpha: Branch, apply: Callable[..., Loan], old: str, new: str, field: str, said: str
) -> None:
    (errors,) = errors_of(rehearsal(alpha, "collateral", hilux(apply()).replace(old, new))).values()
    assert list(errors) == [field]
    assert said in errors[field][0]


def test_what_is_asked_about_may_be_meant(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    row = hilux(loan).replace("A 123 BC", "")
    assert rehearsal(alpha, "collateral", row, options={"confirmed": "yes"}).good == 1
    twice = neo(loan) + neo(loan).replace("800", "100")
    assert "in row 2. Is it somebody else?" in errors_of(rehearsal(alpha, "guarantors", twice))[3][""][0]


def test_what_stands_already_is_passed_over_and_pledged_twice_is_asked_about(
    alpha: Branch, active: Callable[..., Loan], apply: Callable[..., Loan]
) -> None:
    first, second = active(), apply()
    brought_in(alpha, "guarantors", neo(first))
    brought_in(alpha, "collateral", hilux(first))
    assert rehearsal(alpha, "guarantors", neo(first)).passed == 1
    run = rehearsal(alpha, "collateral", hilux(first), hilux(second).replace("A 123 BC", "a-123-bc"))
    assert (run.passed, run.faulty) == (1, 1)
    assert f"is pledged for loan {first.number} already" in errors_of(run)[3]["serial"][0]


def test_what_was_paid_out_on_stays_and_the_rest_is_released(alpha: Branch, approved: Callable[..., Loan]) -> None:
    officer, loan = alpha.staff["officer"].actor, approved()
    done = brought_in(alpha, "guarantors", neo(loan))
    other = brought_in(alpha, "collateral", hilux(loan))
    assert take_back(other, actor=officer).taken_back == 1
    assert not Collateral.objects.get().is_active
    assert brought_in(alpha, "collateral", hilux(loan)).inserted == 1
    Guarantor.objects.update(created_at="2026-01-01T00:00:00Z")  # a test is one transaction, with one time
    pay_out.disburse(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash")
    taken = take_back(done, actor=officer)
    assert (taken.taken_back, taken.stayed) == (0, 1)
    assert "was paid out on it" in rows_in(taken, "stayed")[0].note
    assert Guarantor.objects.get().is_active


@pytest.mark.parametrize("kind", ["guarantors", "collateral"])
def test_only_whose_duty_it_is_brings_security_in(alpha: Branch, kind: str) -> None:
    with pytest.raises(NotAllowed):
        rehearsal(alpha, kind, who="cashier")


def test_a_loan_of_another_mfi_is_none(
    alpha: Branch, beta: Branch, apply: Callable[..., Loan], letsema_admin: Account
) -> None:
    with tenant_context(alpha.mfi):
        loan = apply()
    connection.set_schema_to_public()
    content = (GUARANTORS + neo(loan)).encode()
    run = rehearsed("guarantors", content, actor=letsema_admin.actor, mfi_id=beta.mfi.pk)
    assert "No loan is called" in errors_of(run)[2]["loan"][0]
    assert rehearsed("guarantors", content, actor=letsema_admin.actor, mfi_id=alpha.mfi.pk).good == 1


@pytest.mark.parametrize("kind", ["guarantors", "collateral"])
def test_the_command_enters_them(alpha: Branch, apply: Callable[..., Loan], kind: str, tmp_path: Path) -> None:
    loan = apply()
    path = tmp_path / "rows.csv"
    path.write_text(GUARANTORS + neo(loan) if kind == "guarantors" else THINGS + hilux(loan))
    out = io.StringIO()
    call_command(f"import_{kind}", str(path), mfi="alpha", stdout=out)
    assert "imported." in out.getvalue()
