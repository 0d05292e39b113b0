"""Colleagues from spreadsheets: invited, changed, taken back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotAllowed
from apps.mfis.core.roles import Duty, Role
from apps.users.access.models import Invitation
from apps.users.accounts.models import HEAD_OFFICE_ID, Account
from apps.users.accounts.models import Branch as Office
from apps.users.accounts.services.branches import save_branch
from apps.users.accounts.services.passwords import set_password
from apps.users.messaging.models import Message
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in
from apps.users.staff.spreadsheets.duties import read_duties
from tests.factories import PASSWORD, Branch

HEAD = "First name,Last name,Email address,Mobile no,Role\n"
THABO = "Thabo,Tau,Thabo@alpha.example,5990 0001,Loan officer / Teller\n"
LINEO = "Lineo,Mofokeng,lineo@alpha.example,,Motsamaisi\n"


def staff(branch: Branch, *rows: str, who: str = "manager", **settings: object) -> ImportRun:
    return rehearsed("staff", (HEAD + "".join(rows)).encode(), actor=branch.staff[who].actor, **settings)


def test_colleagues_get_accounts_duties_and_invitations(alpha: Branch) -> None:
    done = imported("staff", (HEAD + THABO + LINEO).encode(), actor=alpha.staff["manager"].actor)
    assert (done.inserted, done.refused) == (2, 0)
    thabo = Account.objects.get(email="thabo@alpha.example")
    assert (thabo.full_name, thabo.phone, thabo.role) == ("Thabo Tau", "+26659900001", Role.MFI_ADMIN)
    assert (thabo.duties, thabo.has_usable_password()) == (["officer", "cashier"], False)
    assert Account.objects.get(email="lineo@alpha.example").duties == ["manager"]
    assert Invitation.objects.good().filter(account=thabo).count() == 1
    assert Message.objects.filter(account=thabo, about="invitation", channel="email").count() == 1


def test_nobody_is_invited_where_that_comes_later(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    imported("staff", (HEAD + THABO).encode(), actor=manager, options={"uninvited": "yes"})
    assert not Invitation.objects.filter(account__email="thabo@alpha.example").exists()


@pytest.mark.parametrize(
    ("text", "duties"),
    [
        ("Loan officer", [Duty.OFFICER]),
        ("officer; CASHIER", [Duty.OFFICER, Duty.CASHIER]),
        ("Keshiri le motsamaisi", [Duty.CASHIER, Duty.MANAGER]),
        ("Accountant and internal auditor", [Duty.ACCOUNTANT, Duty.AUDITOR]),
    ],
)
def test_duties_are_read_in_both_languages(text: str, duties: list[Duty]) -> None:
    assert read_duties(text) == duties


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("Thabo@alpha.example", "", "email", "the invitation goes there"),
        ("Thabo@alpha.example", "thabo", "email", "valid email"),
        ("Loan officer / Teller", "Driver", "duties", "“Driver” is no duty; write one or more of Loan officer"),
        ("Loan officer / Teller", "", "duties", "at least one duty"),
        ("5990 0001", "5812 0001", "phone", "a borrower here"),
        ("5990 0001", "123", "phone", "not a phone number"),
        ("Thabo,Tau", ",", "full_name", "Give the person's name"),
    ],
)
def test_a_fault_is_named_with_its_remedy(alpha: Branch, old: str, new: str, field: str, said: str) -> None:
    run = staff(alpha, THABO.replace(old, new), LINEO)
    assert run.good == 1
    (errors,) = errors_of(run).values()
    assert list(errors) == [field]
    assert said in errors[field][0]


def test_an_address_twice_in_a_file_is_said(alpha: Branch) -> None:
    assert errors_of(staff(alpha, THABO, THABO.replace("Thabo,", "Neo,").replace("5990 0001", ""))) == {
        3: {"email": ["thabo@alpha.example stands in row 2 already; leave one of them out."]}
    }


def test_who_is_here_is_passed_over_or_changed(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    row = "Officer of,Alpha,officer@alpha.example,,Officer and Cashier\n"
    (passed,) = rows_in(staff(alpha, row), "passed")
    assert "already here; the file has another name Officer of Alpha" in passed.note
    done = imported("staff", (HEAD + row).encode(), actor=manager, mode="update", key="email")
    officer = Account.objects.get(email="officer@alpha.example")
    assert (done.updated, officer.duties) == (1, ["officer", "cashier"])
    take_back(done, actor=manager)
    officer.refresh_from_db()
    assert (officer.full_name, officer.duties) == ("Loan officer of Alpha Credit", ["officer"])
    (errors,) = errors_of(staff(alpha, THABO, mode="update", key="email")).values()
    assert "Nobody here has thabo@alpha.example" in errors["email"][0]


def test_a_colleague_works_at_a_branch(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    leribe = save_branch(branch=Office(code="LRB", name="Leribe"), actor=manager)
    head = HEAD.strip() + ",Branch code\n"
    done = imported("staff", (head + THABO.strip() + ",lrb\n").encode(), actor=manager)
    assert Account.objects.get(email="thabo@alpha.example").branch == leribe
    wrong = rehearsed("staff", (head + LINEO.strip() + ",Quthing\n").encode(), actor=manager)
    assert "bring the branches in first" in errors_of(wrong)[2]["branch"][0]
    moved = (head + THABO.strip() + ",Head office\n").encode()
    done = imported("staff", moved, actor=manager, mode="update", key="email")
    assert Account.objects.get(email="thabo@alpha.example").branch_id == HEAD_OFFICE_ID
    take_back(done, actor=manager)
    assert Account.objects.get(email="thabo@alpha.example").branch == leribe


def test_nobody_changes_their_own_duties_by_a_file(alpha: Branch) -> None:
    row = f"Nthabiseng,Letsie,{alpha.staff['manager'].email},,Cashier\n"
    done = imported("staff", (HEAD + row).encode(), actor=alpha.staff["manager"].actor, mode="upsert", key="email")
    (refused,) = rows_in(done, "refused")
    assert "Nobody changes their own duties" in str(refused.errors)


def test_who_has_signed_up_stays_and_the_others_come_again(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    done = imported("staff", (HEAD + THABO + LINEO).encode(), actor=manager)
    set_password(account=Account.objects.get(email="lineo@alpha.example"), password=PASSWORD, actor=SYSTEM)
    taken = take_back(done, actor=manager)
    assert (taken.taken_back, taken.stayed) == (1, 1)
    assert "Lineo Mofokeng has signed up since" in rows_in(taken, "stayed")[0].note
    thabo = Account.objects.get(email="thabo@alpha.example")
    assert not thabo.is_active
    assert not Invitation.objects.good().filter(account=thabo).exists()
    again = imported("staff", (HEAD + THABO + LINEO).encode(), actor=manager)
    assert (again.inserted, again.passed) == (1, 1)
    assert Account.objects.get(email="thabo@alpha.example").is_active


def test_only_who_manages_people_brings_staff_in(alpha: Branch) -> None:
    with pytest.raises(NotAllowed):
        staff(alpha, THABO, who="officer")


def test_letsema_brings_staff_in_for_one_mfi_alone(alpha: Branch, beta: Branch, letsema_admin: Account) -> None:
    connection.set_schema_to_public()
    imported("staff", (HEAD + THABO).encode(), actor=letsema_admin.actor, mfi_id=beta.mfi.pk)
    with tenant_context(alpha.mfi):
        assert not Account.objects.filter(email="thabo@alpha.example").exists()
    with tenant_context(beta.mfi):
        assert Account.objects.get(email="thabo@alpha.example").duties == ["officer", "cashier"]


def test_the_command_invites_them(alpha: Branch, tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text(HEAD + THABO)
    out = io.StringIO()
    call_command("import_staff", str(path), mfi="alpha", stdout=out)
    assert "1 colleagues imported." in out.getvalue()
