"""Spreadsheets: every faulty row named, nothing written until it is confirmed, nothing written twice."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput
from apps.mfis.tenancy.models import MFI, DirectoryEntry
from apps.users.accounts.models import Account
from apps.users.operators.spreadsheets.mfis import MFIImport
from apps.users.operators.spreadsheets.people import PeopleImport
from apps.users.spreadsheets.reading import read_rows
from tests.factories import Branch

HEAD = "MFI,Name,Phone,E-mail,National ID,Date of birth,District,Village,Employer,Net monthly income\n"

GOOD = 'alpha,Khotso Pheko,+266 5990 0001,,200000000001,27/05/1990,Berea,Peka,Self-employed,"4,500.00"\n'

FIXTURES = Path(settings.ROOT) / "fixtures"


def csv(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


@pytest.fixture
def public(alpha: Branch) -> Branch:
    connection.set_schema_to_public()
    return alpha


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("nobody,A B,59900002,,,,,,,\n", "mfi"),
        ("alpha,,59900002,,,,,,,\n", "full_name"),
        ("alpha,A B,082 123,,,,,,,\n", "phone"),
        ("alpha,A B,,,,,,,,\n", "phone"),
        ("alpha,A B,59900002,x@,,,,,,\n", "email"),
        ("alpha,A B,59900002,,,31/02/1988,,,,\n", "date_of_birth"),
        ("alpha,A B,59900002,,,2015-01-01,,,,\n", "date_of_birth"),
        ("alpha,A B,59900002,,,,Maserru,,,\n", "district"),
        ("alpha,A B,59900002,,,,,,,lots\n", "net_monthly_income"),
        ("alpha,A B,58120001,,,,,,,\n", "phone"),  # somebody else's at this MFI
        ("alpha,A B,59900002,,100000000001,,,,,\n", "national_id"),
    ],
)
def test_each_fault_is_named(public: Branch, row: str, field: str) -> None:
    plan = PeopleImport().plan(csv(GOOD, row), "people.csv")
    assert len(plan.good) == 1
    assert [(r.number, list(r.errors)) for r in plan.faulty] == [(3, [field])]
    assert not DirectoryEntry.objects.filter(full_name="Khotso Pheko").exists()


def test_two_rows_of_one_file_share_no_number(public: Branch) -> None:
    plan = PeopleImport().plan(csv(GOOD, GOOD.replace("Khotso", "Thabo")), "people.csv")
    assert [list(r.errors) for r in plan.faulty] == [["phone", "national_id"]]


def test_writing_and_writing_again(public: Branch) -> None:
    importer = PeopleImport()
    assert importer.run(importer.plan(csv(GOOD), "people.csv"), actor=SYSTEM) == 1
    with tenant_context(public.mfi):
        account = Account.objects.select_related("profile").get(full_name="Khotso Pheko")
        assert (account.phone, account.has_usable_password()) == ("+26659900001", False)
        assert str(account.profile.net_monthly_income) == "4500.00"
    again = importer.plan(csv(GOOD), "people.csv")
    assert ([r.note for r in again.unchanged], again.good) == (["already registered"], [])
    with pytest.raises(InvalidInput):
        importer.run(again, actor=SYSTEM)


def test_a_row_refused_late_undoes_all(public: Branch) -> None:
    importer = PeopleImport()
    plan = importer.plan(csv(GOOD, GOOD.replace("Khotso", "Thabo").replace("0001", "0003")), "people.csv")
    with tenant_context(public.mfi):  # somebody registers between preview and confirmation
        Account.objects.filter(pk=public.borrower.pk).update(phone=plan.good[-1].ready[1].phone)
    with pytest.raises(InvalidInput, match="Row 3"):
        importer.run(plan, actor=SYSTEM)
    assert not DirectoryEntry.objects.filter(full_name="Khotso Pheko").exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.csv"), (b"\x00\x01", "a.xlsx"), (b"Name\nX\n", "a.csv"), (b"PK\x03\x04broken", "a.xlsx")],
)
def test_files_that_cannot_be_used(public: Branch, content: bytes, name: str) -> None:
    with pytest.raises(InvalidInput):
        PeopleImport().plan(content, name)


def test_the_demonstration_file_has_nine_faulty_rows(public: Branch) -> None:
    content = (FIXTURES / "people.csv").read_bytes()
    for subdomain in ("maluti", "thaba-bosiu", "senqu", "mafeteng", "khubelu"):
        content = content.replace(f"\n{subdomain},".encode(), b"\nalpha,")
    plan = PeopleImport().plan(content, "people.csv")
    assert (len(plan.rows), len(plan.faulty)) == (1200, 9)


def test_xlsx_and_csv_are_read_alike() -> None:
    xlsx, sheet = (
        read_rows((FIXTURES / name).read_bytes(), name, PeopleImport.columns) for name in ("people.xlsx", "people.csv")
    )
    assert len(xlsx) == 1200
    assert [(r.number, r.cells) for r in xlsx] == [(r.number, r.cells) for r in sheet]


def test_mfis_are_opened_all_or_none(public: Branch) -> None:
    head = "Name,Subdomain,Licence,District,Contact e-mail,Admin name,Admin e-mail\n"
    good = "Gamma,gamma,credit_only_3,Maseru,a@g.example,Thabo T,t@g.example\n"
    bad = "Delta,public,credit_only_3,Nowhere,a@d.example,,x\n"
    plan = MFIImport().plan((head + good + bad).encode(), "m.csv")
    assert (len(plan.good), len(plan.faulty)) == (1, 1)
    MFIImport().run(plan, actor=SYSTEM)
    assert MFI.objects.filter(subdomain="gamma").exists()
    assert len(MFIImport().plan((head + good).encode(), "m.csv").unchanged) == 1


def test_the_command_says_what_is_wrong_and_writes_nothing(public: Branch, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(csv(GOOD, "alpha,A B,123,,,,,,,\n"))
    out = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_people", str(path), stdout=out)
    assert "row 3: “123” is not a phone number" in out.getvalue()
    call_command("import_people", str(path), skip_faulty=True, stdout=out)
    assert "1 people imported." in out.getvalue()


def test_a_confirmation_names_no_other_file(public_client: Client, tmp_path: Path) -> None:
    for name in ("../../../etc/passwd", "00000000000000000000000000000000"):
        answer = public_client.post(
            "/admin/mfis/directoryentry/process_import/",
            {"import_file_name": name, "original_file_name": "x.csv", "format": "1", "resource": "0"},
        )
        assert answer.status_code == 302, name
        assert "import" in answer["Location"]
