"""Spreadsheets: every faulty row named, nothing written until it is confirmed, nothing written twice."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput
from apps.mfis.tenancy.models import MFI, DirectoryEntry
from apps.mfis.tenancy.services.provisioning import set_status
from apps.users.accounts.models import Account
from apps.users.operators.spreadsheets.mfis import MFIImport
from apps.users.operators.spreadsheets.people import PeopleImport
from apps.users.spreadsheets import storage
from apps.users.spreadsheets.reading import read_table
from apps.users.spreadsheets.tests.workbooks import workbook
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
        read_table((FIXTURES / name).read_bytes(), PeopleImport.columns).rows for name in ("people.xlsx", "people.csv")
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


def test_an_institution_named_as_anothers_subdomain_gets_none_of_its_people(public: Branch, beta: Branch) -> None:
    MFI.objects.filter(pk=beta.mfi.pk).update(name="alpha")
    (row,) = PeopleImport().plan(csv(GOOD)).good
    assert row.ready[0].pk == public.mfi.pk
    assert row.kept["mfi"] == f"{public.mfi.name} (alpha)"


def test_a_name_that_two_institutions_have_names_neither(public: Branch, beta: Branch) -> None:
    MFI.objects.filter(pk__in=(public.mfi.pk, beta.mfi.pk)).update(name="Lesotho Loans")
    (row,) = PeopleImport().plan(csv(GOOD.replace("alpha,", "lesotho  loans,"))).faulty
    assert row.errors["mfi"] == ["“lesotho  loans” is the name of 2 MFIs; write the subdomain: alpha or beta."]


@pytest.mark.parametrize("phone", ["5990-CALL", "58OO1234", "59900001 x5", "59900001/59900002", "５９９００００１"])
def test_a_phone_is_digits(public: Branch, phone: str) -> None:
    (row,) = PeopleImport().plan(csv(GOOD.replace("+266 5990 0001", phone))).faulty
    assert list(row.errors) == ["phone"]


@pytest.mark.parametrize(
    ("written", "kept"), [("4500,50", "4500.50"), ("4.500,00", "4500.00"), ("4 500.00", "4500.00"), ("M4500", "4500")]
)
def test_an_income_is_read_as_it_is_written(public: Branch, written: str, kept: str) -> None:
    (row,) = PeopleImport().plan(csv(GOOD.replace("4,500.00", written))).good
    assert str(row.ready[1].net_monthly_income) == kept
    assert row.kept["net_monthly_income"] == kept


@pytest.mark.parametrize(("written", "field"), [("4.500", "net_monthly_income"), ("05/06/1990", "date_of_birth")])
def test_what_may_be_read_in_two_ways_is_asked_about(public: Branch, written: str, field: str) -> None:
    old = {"net_monthly_income": "4,500.00", "date_of_birth": "27/05/1990"}[field]
    (row,) = PeopleImport().plan(csv(GOOD.replace(old, written))).faulty
    assert "may be" in row.errors[field][0]


def test_leading_zeros_that_a_cell_shows_are_kept(public: Branch) -> None:
    head = ["MFI", "Name", "Phone", "National ID"]
    content = workbook(head, ["alpha", "Khotso Pheko", 59900001, 12345], formats={"D2": "000000000000"})
    (row,) = PeopleImport().plan(content).good
    assert row.ready[1].national_id == "000000012345"
    assert row.ready[1].phone == "+26659900001"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("200000000001", "200000000002", "national_id"),
        ("5990 0001", "5990 0002", "phone"),
        ("27/05/1990", "28/05/1990", "date_of_birth"),
    ],
)
def test_somebody_registered_with_another_number_is_not_passed_over(
    public: Branch, old: str, new: str, field: str
) -> None:
    importer = PeopleImport()
    importer.run(importer.plan(csv(GOOD)), actor=SYSTEM)
    (row,) = importer.plan(csv(GOOD.replace(old, new))).faulty
    assert list(row.errors) == [field]
    assert "Khotso Pheko is registered here already" in row.errors[field][0]


def test_somebody_registered_who_moved_is_passed_over_and_it_is_said(public: Branch) -> None:
    importer = PeopleImport()
    importer.run(importer.plan(csv(GOOD)), actor=SYSTEM)
    (row,) = importer.plan(csv(GOOD.replace("Peka", "Mapoteng"))).unchanged
    assert row.note == "already registered; the file has another village Mapoteng (here: Peka), which is left out"


def test_the_same_person_twice_in_a_file_is_said(public: Branch) -> None:
    (row,) = PeopleImport().plan(csv(GOOD, GOOD)).faulty
    assert row.errors == {"full_name": ["Khotso Pheko stands in row 2 already; leave one of the rows out."]}


def test_a_colleagues_phone_is_no_borrowers(public: Branch) -> None:
    with tenant_context(public.mfi):
        Account.objects.filter(pk=public.staff["officer"].pk).update(full_name="Khotso Pheko", phone="+26659900001")
    (row,) = PeopleImport().plan(csv(GOOD)).faulty
    assert "works here" in row.errors["phone"][0]


def test_an_institution_suspended_meanwhile_gets_nobody(public: Branch) -> None:
    importer = PeopleImport()
    plan = importer.plan(csv(GOOD))
    set_status(mfi=public.mfi, status="suspended", reason="Licence", actor=SYSTEM)
    with pytest.raises(InvalidInput, match=r"Row 2: .* is suspended; reopen it"):
        importer.run(plan, actor=SYSTEM)
    assert not DirectoryEntry.objects.filter(full_name="Khotso Pheko").exists()
    assert list(importer.plan(csv(GOOD)).faulty[0].errors) == ["mfi"]


def test_a_subdomain_twice_in_a_file_is_said_before_anything_is_written(public: Branch) -> None:
    head = "Name,Subdomain,Licence,District,Contact e-mail,Admin name,Admin e-mail\n"
    good = "Gamma,gamma,credit_only_3,Maseru,a@g.example,Thabo T,t@g.example\n"
    plan = MFIImport().plan((head + good + good.replace("Gamma", "Delta").replace("gamma", "GAMMA")).encode())
    assert [row.errors for row in plan.faulty] == [
        {"subdomain": ["gamma stands in row 2 already; leave one of the rows out."]}
    ]


PAGE = "/admin/mfis/directoryentry/"


def upload(client: Client, content: bytes) -> str:
    """The page that the upload gives."""
    file = SimpleUploadedFile("people.csv", content)
    answer = client.post(f"{PAGE}import/", {"import_file": file, "format": "0", "resource": "0"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def uploads(settings: object, tmp_path: Path) -> Path:
    settings.VAR = tmp_path  # type: ignore[attr-defined]
    return tmp_path / "imports"


def test_the_preview_shows_what_would_be_kept_under_its_own_heading(
    public: Branch, public_client: Client, uploads: Path
) -> None:
    content = b'Grade,Phone,Name,MFI,Income\n7,59900001,Khotso Pheko,alpha,"4500,50"\n'
    page = upload(public_client, content)
    assert "Nothing takes what stands under “Grade” (A); it is left out." in page
    heads = [part.partition("<")[0] for part in page.split('<th scope="col">')[1:]]
    assert heads == ["Row", "Phone", "Name", "MFI", "Net monthly income"]
    for kept in ("+26659900001", "4500.50", f"{public.mfi.name} (alpha)"):
        assert f"→ {kept}" in page


def test_an_upload_is_deleted_once_it_is_imported_or_cannot_be(
    public: Branch, public_client: Client, uploads: Path
) -> None:
    upload(public_client, csv("alpha,A B,123,,,,,,,\n"))
    assert list(uploads.iterdir()) == []
    upload(public_client, csv(GOOD))
    (kept,) = uploads.iterdir()
    form = {"import_file_name": kept.name, "original_file_name": "x.csv", "format": "0", "resource": "0"}
    assert public_client.post(f"{PAGE}process_import/", form).status_code == 302
    assert list(uploads.iterdir()) == []
    assert DirectoryEntry.objects.filter(full_name="Khotso Pheko").exists()


def test_an_upload_that_nobody_confirms_is_deleted_after_a_day(uploads: Path) -> None:
    storage.PrivateTempStorage().save(b"Name\n")
    assert storage.remove_old_uploads() == 0
    (kept,) = uploads.iterdir()
    os.utime(kept, (0, 0))
    assert storage.remove_old_uploads() == 1
    assert list(uploads.iterdir()) == []
