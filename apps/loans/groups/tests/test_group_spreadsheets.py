"""Groups with their members from spreadsheets."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django_tenants.utils import tenant_context

from apps.loans.groups.models import Group, Membership
from apps.loans.groups.tests.fixtures import lend
from apps.loans.products.models import Product
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotAllowed
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in
from tests.factories import TODAY, Branch

HEAD = "Group Name,ID Number,Mobile No,Client Name,Position,Date joined,Meeting date,Meeting frequency,Staff\n"
CHAIR = "Kopano,100000000001,,Mamello Khoabane,Chairperson,2026-01-07,2026-01-07,Weekly,officer@alpha.example\n"
FRIEND = "kopano,,5812 0077,Nkhahle Palesa,,,,,\n"


@pytest.fixture
def people(alpha: Branch, friend: Account) -> Account:
    """Beside the borrower and her friend a third one."""
    person = Person("Lerato Phiri", phone="58120088", national_id="100000000088")
    return register_borrower(person=person, actor=SYSTEM, today=TODAY)


def groups(branch: Branch, *rows: str, who: str = "officer", **settings: object) -> ImportRun:
    return rehearsed("groups", (HEAD + "".join(rows)).encode(), actor=branch.staff[who].actor, **settings)


def brought_in(branch: Branch, *rows: str, **settings: object) -> ImportRun:
    return imported("groups", (HEAD + "".join(rows)).encode(), actor=branch.staff["officer"].actor, **settings)


def test_rows_of_one_group_make_it_with_its_members(alpha: Branch, people: Account) -> None:
    other = "Tsoelopele,100000000088,,,Ramatlotlo,,2026-02-02,Months,\n"
    done = brought_in(alpha, CHAIR, other, FRIEND)
    assert (done.inserted, done.refused) == (3, 0), [row.errors for row in rows_in(done, "refused")]
    kopano = Group.objects.get(name="Kopano")
    assert (kopano.meets_from, kopano.rhythm) == (date(2026, 1, 7), "every week")
    assert kopano.officer == alpha.staff["officer"]
    members = Membership.objects.current().filter(group=kopano).order_by("joined_on")
    assert [(m.borrower.full_name, m.office) for m in members] == [
        ("Mamello Khoabane", "chair"),
        ("Palesa Nkhahle", "member"),
    ]
    assert Membership.objects.get(group__name="Tsoelopele").office == "treasurer"


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("100000000001", "100000000009", "national_id", "register the borrower first"),
        ("100000000001", "", "national_id", "Say who it is"),
        ("100000000001,", "100000000001,58120088", "phone", "belongs to Lerato Phiri"),
        ("Mamello Khoabane", "Mamello Tau", "member", "Mamello Khoabane is registered with these numbers"),
        ("Chairperson", "King", "office", "write one of Member, Chair, Secretary, Treasurer"),
        ("2026-01-07,Weekly", ",Weekly", "meets_from", "say when it met first"),
        ("Weekly", "Daily", "frequency", "write one of Weeks, Months"),
        ("officer@alpha.example", "nobody@alpha.example", "officer", "write the e-mail of one"),
        ("2026-01-07,2026-01-07", "2199-01-07,2026-01-07", "joined_on", "in the future"),
    ],
)
def test_a_fault_is_named_and_keeps_the_group_back(
    alpha: Branch, people: Account, old: str, new: str, field: str, said: str
) -> None:
    run = groups(alpha, CHAIR.replace(old, new), FRIEND)
    errors = errors_of(run)
    assert list(errors[2]) == [field]
    assert said in errors[2][field][0]
    assert "Row 2 of the same record is faulty" in errors[3][""][0]


def test_rows_of_one_group_say_one_thing(alpha: Branch, people: Account) -> None:
    errors = errors_of(groups(alpha, CHAIR, FRIEND.replace(",,,,\n", ",,2026-01-08,,\n")))
    assert "Row 2 says 7 January 2026 of the same group" in errors[3]["meets_from"][0]


def test_a_borrower_is_in_one_group(alpha: Branch, people: Account, women: Group) -> None:
    second = CHAIR.replace("Kopano", "Tsoelopele")
    assert "is in Kopano; who leaves it can join another" in errors_of(groups(alpha, second))[2]["group"][0]
    errors = errors_of(groups(alpha, FRIEND, FRIEND.replace("5812 0077", "+26658120077")))
    assert "stands in row 2 already" in errors[3]["national_id"][0]


def test_who_is_in_it_is_passed_over_or_given_another_office(alpha: Branch, people: Account, women: Group) -> None:
    row = CHAIR.replace("Chairperson", "Secretary")
    run = groups(alpha, row, FRIEND)
    assert (run.good, rows_in(run, "passed")[0].note) == (
        1,
        "a member already; the file has another office, which is left out",
    )
    done = brought_in(alpha, row.replace("Weekly", "Monthly"), mode="upsert", key="national_id")
    women.refresh_from_db()
    assert (done.updated, Membership.objects.get().office, women.frequency) == (1, "secretary", "months")
    assert take_back(done, actor=alpha.staff["officer"].actor).taken_back == 1
    women.refresh_from_db()
    assert (Membership.objects.get().office, women.frequency, women.is_active) == ("chair", "weeks", True)


def test_who_borrowed_in_the_group_stays_and_the_others_come_again(
    alpha: Branch, people: Account, weekly: Product
) -> None:
    officer = alpha.staff["officer"].actor
    done = brought_in(alpha, CHAIR, FRIEND)
    taken = take_back(done, actor=officer)
    assert (taken.taken_back, Group.objects.get().is_active) == (2, False)
    again = brought_in(alpha, CHAIR, FRIEND)
    group = Group.objects.get()
    assert (again.inserted, group.is_active) == (2, True)
    loan = lend(alpha, weekly, group, alpha.borrower)
    taken = take_back(again, actor=officer)
    assert (taken.taken_back, taken.stayed) == (0, 2)
    assert {loan.number in row.note for row in rows_in(taken, "stayed")} == {True}


def test_only_whose_duty_it_is_brings_groups_in(alpha: Branch) -> None:
    with pytest.raises(NotAllowed):
        groups(alpha, CHAIR, who="cashier")


def test_letsema_brings_groups_in_where_their_members_are(
    alpha: Branch, beta: Branch, people: Account, letsema_admin: Account
) -> None:
    connection.set_schema_to_public()
    content = ("MFI," + HEAD + "alpha," + CHAIR + "beta," + CHAIR.replace("alpha", "beta")).encode()
    run = rehearsed("groups", content, actor=letsema_admin.actor)
    assert "Tumelo Sekonyela is registered" in str(errors_of(run))
    with tenant_context(alpha.mfi):
        assert not Group.objects.exists()


def test_the_command_imports_them(alpha: Branch, people: Account, tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text(HEAD + CHAIR + FRIEND)
    out = io.StringIO()
    call_command("import_groups", str(path), mfi="alpha", stdout=out)
    assert "2 members imported." in out.getvalue()
