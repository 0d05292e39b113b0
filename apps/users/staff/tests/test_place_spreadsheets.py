"""Branches and employers from spreadsheets."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import Actor
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotAllowed
from apps.users.accounts.models import Account, BorrowerProfile, Branch, Employer
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in
from tests.factories import Branch as Lender

BRANCHES = "Office Code,Office Name,District,Location\nlrb,Leribe,Leribe,Main street\nMSU,Maseru,Maseru,Kingsway 12\n"
EMPLOYERS = (
    "Employer code,Employer,Contact person,Tel,Email address,Payday\nmoet,Education,Lineo,2231 2345,p@m.example,25\n"
)


@pytest.fixture
def manager(alpha: Lender) -> Actor:
    return alpha.staff["manager"].actor


def test_branches_are_opened_and_brought_up_to_date(manager: Actor) -> None:
    done = imported("branches", BRANCHES.encode(), actor=manager)
    leribe = Branch.objects.get(code="LRB")
    assert (done.inserted, leribe.name, leribe.district, leribe.address) == (2, "Leribe", "leribe", "Main street")
    again = rehearsed("branches", BRANCHES.replace("Main", "High").encode(), actor=manager)
    assert "already here; the file has another Address High street" in rows_in(again, "passed")[0].note
    changed = BRANCHES.replace("Main", "High").encode()
    done = imported("branches", changed, actor=manager, mode="upsert", key="code")
    assert (done.updated, Branch.objects.get(code="LRB").address) == (1, "High street")
    take_back(done, actor=manager)
    assert Branch.objects.get(code="LRB").address == "Main street"


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("lrb", "", "code", "it says which branch is meant"),
        ("lrb", "12345678901", "code", "at most 10 characters"),
        ("Leribe,Leribe", ",Leribe", "name", "cannot be blank"),
        ("Leribe,Leribe", "Leribe,Free State", "district", "write one of Berea"),
        ("lrb", "msu", "code", "stands in row 2 already"),
    ],
)
def test_a_fault_of_a_branch_is_named(manager: Actor, old: str, new: str, field: str, said: str) -> None:
    (errors,) = errors_of(rehearsed("branches", BRANCHES.replace(old, new).encode(), actor=manager)).values()
    assert list(errors) == [field]
    assert said in errors[field][0]


def test_a_branch_that_somebody_belongs_to_stays(alpha: Lender, manager: Actor) -> None:
    done = imported("branches", BRANCHES.encode(), actor=manager)
    Account.objects.filter(pk=alpha.staff["officer"].pk).update(branch=Branch.objects.get(code="LRB"))
    taken = take_back(done, actor=manager)
    assert (taken.taken_back, taken.stayed) == (1, 1)
    assert "1 colleague(s)" in rows_in(taken, "stayed")[0].note
    assert not Branch.objects.get(code="MSU").is_active
    assert imported("branches", BRANCHES.encode(), actor=manager).updated == 1
    assert Branch.objects.get(code="MSU").is_active


def test_employers_are_listed_and_one_that_is_worked_for_stays(alpha: Lender, manager: Actor) -> None:
    done = imported("employers", EMPLOYERS.encode(), actor=manager)
    employer = Employer.objects.get(code="MOET")
    assert (employer.phone, employer.pay_day, employer.email) == ("+26622312345", 25, "p@m.example")
    again = rehearsed("employers", EMPLOYERS.encode(), actor=manager, mode="upsert", key="code")
    assert [row.note for row in rows_in(again, "passed")] == ["nothing would change"]
    BorrowerProfile.objects.filter(account=alpha.borrower).update(listed_employer=employer)
    assert take_back(done, actor=manager).stayed == 1


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("2231 2345", "12", "phone", "not a phone number"),
        ("p@m.example", "p", "email", "valid email"),
        (",25", ",32", "pay_day", "less than or equal to 31"),
    ],
)
def test_a_fault_of_an_employer_is_named(manager: Actor, old: str, new: str, field: str, said: str) -> None:
    (errors,) = errors_of(rehearsed("employers", EMPLOYERS.replace(old, new).encode(), actor=manager)).values()
    assert list(errors) == [field]
    assert said in errors[field][0]


@pytest.mark.parametrize("kind", ["branches", "employers"])
def test_only_who_manages_people_brings_them_in(alpha: Lender, kind: str) -> None:
    with pytest.raises(NotAllowed):
        rehearsed(kind, b"Code,Name\nX,Y\n", actor=alpha.staff["officer"].actor)


def test_letsema_brings_them_in_for_each(alpha: Lender, beta: Lender, letsema_admin: Account) -> None:
    connection.set_schema_to_public()
    content = b"MFI,Branch code,Branch\nalpha,LRB,Leribe\nbeta,MFT,Mafeteng\n"
    imported("branches", content, actor=letsema_admin.actor)
    for lender, code in ((alpha, "LRB"), (beta, "MFT")):
        with tenant_context(lender.mfi):
            assert set(Branch.objects.values_list("code", flat=True)) == {"HO", code}


@pytest.mark.parametrize(("kind", "content"), [("branches", BRANCHES), ("employers", EMPLOYERS)])
def test_the_command_imports_them(alpha: Lender, kind: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / f"{kind}.csv"
    path.write_text(content)
    out = io.StringIO()
    call_command(f"import_{kind}", str(path), mfi="alpha", stdout=out)
    assert f"{kind} imported." in out.getvalue()
