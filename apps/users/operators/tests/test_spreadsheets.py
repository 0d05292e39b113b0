"""Spreadsheets: every faulty row named, nothing written until it is confirmed, nothing written twice."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.mfis.tenancy.models import MFI, DirectoryEntry
from apps.mfis.tenancy.services.provisioning import set_status
from apps.users.accounts.models import Account
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in, run_rows
from apps.users.spreadsheets.tests.workbooks import sheets, workbook
from tests.factories import Branch

HEAD = "MFI,Name,Phone,E-mail,National ID,Date of birth,District,Village,Employer,Net monthly income\n"

GOOD = 'alpha,Khotso Pheko,+266 5990 0001,,200000000001,27/05/1990,Berea,Peka,Self-employed,"4,500.00"\n'

FIXTURES = Path(settings.ROOT) / "fixtures"


def csv(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def good(run: ImportRun) -> list[ImportRow]:
    return rows_in(run, "waiting")


def passed(run: ImportRun) -> list[str]:
    return [row.note for row in rows_in(run, "passed")]


def people(*rows: str) -> ImportRun:
    return rehearsed("people", csv(*rows))


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
    run = people(GOOD, row)
    assert (run.good, run.faulty) == (1, 1)
    assert {number: list(errors) for number, errors in errors_of(run).items()} == {3: [field]}
    assert not DirectoryEntry.objects.filter(full_name="Khotso Pheko").exists()


def test_two_rows_of_one_file_share_no_number(public: Branch) -> None:
    run = people(GOOD, GOOD.replace("Khotso", "Thabo"))
    assert [list(errors) for errors in errors_of(run).values()] == [["phone", "national_id"]]


def test_writing_and_writing_again(public: Branch) -> None:
    run = imported("people", csv(GOOD))
    assert (run.state, run.inserted) == ("done", 1)
    with tenant_context(public.mfi):
        account = Account.objects.select_related("profile").get(full_name="Khotso Pheko")
        assert (account.phone, account.has_usable_password()) == ("+26659900001", False)
        assert str(account.profile.net_monthly_income) == "4500.00"
    assert [row.record for row in rows_in(run, "done")] == [str(account.pk)]
    again = people(GOOD)
    assert (passed(again), again.good) == (["already registered"], 0)
    with pytest.raises(WrongState, match="No row of the file can be imported"):
        run_rows(again, actor=SYSTEM)


def test_a_row_that_is_refused_late_stops_no_other(public: Branch) -> None:
    run = people(GOOD, GOOD.replace("Khotso", "Thabo").replace("0001", "0003"))
    with tenant_context(public.mfi):  # somebody registers between rehearsal and run
        Account.objects.filter(pk=public.borrower.pk).update(phone="+26659900003")
    done = run_rows(run, actor=SYSTEM)
    assert (done.inserted, done.refused) == (1, 1)
    (refused,) = rows_in(done, "refused")
    assert (refused.number, list(refused.errors or {})) == (3, ["phone"])


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.csv"), (b"\x00\x01", "a.xlsx"), (b"Name\nX\n", "a.csv"), (b"PK\x03\x04broken", "a.xlsx")],
)
def test_files_that_cannot_be_used(public: Branch, content: bytes, name: str) -> None:
    with pytest.raises(InvalidInput):
        rehearsed("people", content, name=name)


def test_the_demonstration_file_has_nine_faulty_rows(public: Branch) -> None:
    content = (FIXTURES / "people.csv").read_bytes()
    for subdomain in ("maluti", "thaba-bosiu", "senqu", "mafeteng", "khubelu"):
        content = content.replace(f"\n{subdomain},".encode(), b"\nalpha,")
    run = rehearsed("people", content)
    assert (run.rows, run.faulty) == (1200, 9)


def test_xlsx_and_csv_are_read_alike(public: Branch) -> None:
    xlsx, sheet = (
        rehearsed("people", (FIXTURES / name).read_bytes(), name=name) for name in ("people.xlsx", "people.csv")
    )
    assert errors_of(xlsx) == errors_of(sheet)
    assert xlsx.rows == sheet.rows == 1200


def test_mfis_are_opened_and_passed_over_after_that(public: Branch) -> None:
    head = "Name,Subdomain,Licence,District,Contact e-mail,Admin name,Admin e-mail\n"
    gamma = "Gamma,gamma,credit_only_3,Maseru,a@g.example,Thabo T,t@g.example\n"
    bad = "Delta,public,credit_only_3,Nowhere,a@d.example,,x\n"
    run = imported("mfis", (head + gamma + bad).encode())
    assert (run.inserted, run.faulty) == (1, 1)
    assert MFI.objects.filter(subdomain="gamma").exists()
    assert rehearsed("mfis", (head + gamma).encode()).passed == 1


def test_the_command_says_what_is_wrong_and_writes_nothing(public: Branch, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(csv(GOOD, "alpha,A B,123,,,,,,,\n"))
    out = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_people", str(path), stdout=out)
    assert "row 3: “123” is not a phone number" in out.getvalue()
    call_command("import_people", str(path), skip_faulty=True, stdout=out)
    assert "1 people imported." in out.getvalue()


def test_an_institution_named_as_anothers_subdomain_gets_none_of_its_people(public: Branch, beta: Branch) -> None:
    MFI.objects.filter(pk=beta.mfi.pk).update(name="alpha")
    (row,) = good(people(GOOD))
    assert (row.kept or {})["mfi"] == f"{public.mfi.name} (alpha)"


def test_a_name_that_two_institutions_have_names_neither(public: Branch, beta: Branch) -> None:
    MFI.objects.filter(pk__in=(public.mfi.pk, beta.mfi.pk)).update(name="Lesotho Loans")
    (errors,) = errors_of(people(GOOD.replace("alpha,", "lesotho  loans,"))).values()
    assert errors["mfi"] == ["“lesotho  loans” is the name of 2 MFIs; write the subdomain: alpha or beta."]


@pytest.mark.parametrize("phone", ["5990-CALL", "58OO1234", "59900001 x5", "59900001/59900002", "５９９００００１"])
def test_a_phone_is_digits(public: Branch, phone: str) -> None:
    (errors,) = errors_of(people(GOOD.replace("+266 5990 0001", phone))).values()
    assert list(errors) == ["phone"]


@pytest.mark.parametrize(
    ("written", "kept"), [("4500,50", "4500.50"), ("4.500,00", "4500.00"), ("4 500.00", "4500.00"), ("M4500", "4500")]
)
def test_an_income_is_read_as_it_is_written(public: Branch, written: str, kept: str) -> None:
    (row,) = good(people(GOOD.replace("4,500.00", written)))
    assert (row.kept or {})["net_monthly_income"] == kept


@pytest.mark.parametrize(("written", "field"), [("4.500", "net_monthly_income"), ("05/06/1990", "date_of_birth")])
def test_what_may_be_read_in_two_ways_is_asked_about(public: Branch, written: str, field: str) -> None:
    old = {"net_monthly_income": "4,500.00", "date_of_birth": "27/05/1990"}[field]
    (errors,) = errors_of(people(GOOD.replace(old, written))).values()
    assert "may be" in errors[field][0]


def test_leading_zeros_that_a_cell_shows_are_kept(public: Branch) -> None:
    head = ["MFI", "Name", "Phone", "National ID"]
    content = workbook(head, ["alpha", "Khotso Pheko", 59900001, 12345], formats={"D2": "000000000000"})
    (row,) = good(rehearsed("people", content))
    assert (row.kept or {})["national_id"] == "000000012345"
    assert (row.kept or {})["phone"] == "+26659900001"


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
    imported("people", csv(GOOD))
    (errors,) = errors_of(people(GOOD.replace(old, new))).values()
    assert list(errors) == [field]
    assert "Khotso Pheko is registered here already" in errors[field][0]


def test_somebody_registered_who_moved_is_passed_over_and_it_is_said(public: Branch) -> None:
    imported("people", csv(GOOD))
    (note,) = passed(people(GOOD.replace("Peka", "Mapoteng")))
    assert note == "already registered; the file has another village Mapoteng (here: Peka), which is left out"


def test_the_same_person_twice_in_a_file_is_said(public: Branch) -> None:
    assert passed(people(GOOD, GOOD)) == ["as in row 2"]
    (errors,) = errors_of(people(GOOD, GOOD.replace("Peka", "Mapoteng"))).values()
    assert errors == {"full_name": ["Khotso Pheko stands in row 2 already; leave one of the rows out."]}


def test_a_colleagues_phone_is_no_borrowers(public: Branch) -> None:
    with tenant_context(public.mfi):
        Account.objects.filter(pk=public.staff["officer"].pk).update(full_name="Khotso Pheko", phone="+26659900001")
    (errors,) = errors_of(people(GOOD)).values()
    assert "works here" in errors["phone"][0]


def test_an_institution_suspended_meanwhile_gets_nobody(public: Branch) -> None:
    run = people(GOOD)
    set_status(mfi=public.mfi, status="suspended", reason="Licence", actor=SYSTEM)
    done = run_rows(run, actor=SYSTEM)
    (refused,) = rows_in(done, "refused")
    assert "is suspended; reopen it" in (refused.errors or {})["mfi"][0]
    assert not DirectoryEntry.objects.filter(full_name="Khotso Pheko").exists()
    assert [list(errors) for errors in errors_of(people(GOOD)).values()] == [["mfi"]]


def test_a_subdomain_twice_in_a_file_is_said_before_anything_is_written(public: Branch) -> None:
    head = "Name,Subdomain,Licence,District,Contact e-mail,Admin name,Admin e-mail\n"
    gamma = "Gamma,gamma,credit_only_3,Maseru,a@g.example,Thabo T,t@g.example\n"
    twice = head + gamma + gamma.replace("Gamma", "Delta").replace("gamma", "GAMMA")
    assert list(errors_of(rehearsed("mfis", twice.encode())).values()) == [
        {"subdomain": ["gamma stands in row 2 already; leave one of the rows out."]}
    ]


def test_names_in_two_columns_are_joined(public: Branch) -> None:
    (row,) = good(rehearsed("people", b"MFI,Surname,First name,Phone\nalpha,Pheko,Khotso,59900001\n"))
    assert (row.kept or {})["full_name"] == "Khotso Pheko"


def test_one_institution_is_chosen_for_a_whole_file(public: Branch, beta: Branch) -> None:
    content = b"Name,Phone\nKhotso Pheko,59900001\n"
    with pytest.raises(InvalidInput, match="taken for: MFI"):
        rehearsed("people", content)
    imported("people", content, mfi_id=beta.mfi.pk)
    assert DirectoryEntry.objects.get(full_name="Khotso Pheko").schema_name == beta.mfi.schema_name


def test_an_mfi_imports_its_own_people(alpha: Branch) -> None:
    officer = alpha.staff["officer"].actor
    run = imported("people", b"Name,Phone\nKhotso Pheko,59900001\n", actor=officer)
    assert (run.inserted, run.by_name) == (1, officer.name)
    assert Account.objects.get(full_name="Khotso Pheko").phone == "+26659900001"
    with pytest.raises(NotAllowed):
        rehearsed("people", b"Name,Phone\nX Y,59900002\n", actor=alpha.staff["accountant"].actor)
    with pytest.raises(NotAllowed):
        rehearsed("mfis", b"Name\nX\n", actor=alpha.staff["manager"].actor)


def test_the_command_takes_everything_that_the_pages_do(public: Branch, tmp_path: Path) -> None:
    path, out = tmp_path / "people.xlsx", io.StringIO()
    path.write_bytes(sheets(A=[["Who", "Cell"], ["Khotso Pheko", "59900001"]], B=[["Name"], ["x"]]))
    with pytest.raises(CommandError, match="taken for: MFI"):
        call_command("import_people", str(path), sheet="A", map=["Who=Name"], stdout=out)
    with pytest.raises(CommandError, match="There is no sheet “C”"):
        call_command("import_people", str(path), sheet="C", stdout=out)
    with pytest.raises(CommandError, match="names no MFI alone"):
        call_command("import_people", str(path), mfi="nobody", stdout=out)
    asked = {"mfi": "alpha", "sheet": "A", "map": ["Who=Name"], "stdout": out}
    call_command("import_people", str(path), dry_run=True, **asked)
    assert "1 good, 0 faulty, 0 already there" in out.getvalue()
    assert not DirectoryEntry.objects.filter(full_name="Khotso Pheko").exists()
    call_command("import_people", str(path), option=["invite=yes"], **asked)
    with tenant_context(public.mfi):
        assert Account.objects.get(full_name="Khotso Pheko").invitations.count() == 1
    with pytest.raises(CommandError, match="by what a row is recognised"):
        call_command("import_people", str(path), mode="upsert", **asked)
    call_command("import_people", str(path), mode="upsert", key="phone", **asked)
    assert "row 2: already so" in out.getvalue()


def test_of_two_sheets_that_fit_the_command_takes_none(public: Branch, tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(sheets(A=[["Name", "Phone"], ["x", "1"]], B=[["Name", "Phone"], ["y", "2"]]))
    with pytest.raises(CommandError, match="“A” and “B” both have a head; name the one that is meant"):
        call_command("import_people", str(path), mfi="alpha")
    assert set(ImportRun.objects.values_list("state", flat=True)) == {"discarded"}


def test_what_was_written_at_several_mfis_is_taken_back_at_each(public: Branch, beta: Branch) -> None:
    run = imported("people", csv(GOOD, GOOD.replace("alpha,Khotso", "beta,Thabo")))
    assert run.inserted == 2
    done = take_back(run, actor=SYSTEM)
    assert (done.taken_back, done.stayed) == (2, 0)
    for branch, name in ((public, "Khotso Pheko"), (beta, "Thabo Pheko")):
        with tenant_context(branch.mfi):
            assert Account.objects.get(full_name=name).withdrawn_at
    assert imported("people", csv(GOOD)).inserted == 1


def test_the_command_takes_what_is_said_of_columns(public: Branch, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(csv(GOOD.replace("27/05/1990", "05/06/1990").replace("4,500.00", "4.500")))
    out = io.StringIO()
    call_command("import_people", str(path), dates="day-first", point="thousands", stdout=out)
    assert "1 people imported." in out.getvalue()
    with tenant_context(public.mfi):
        profile = Account.objects.get(full_name="Khotso Pheko").profile
    assert (str(profile.date_of_birth), str(profile.net_monthly_income)) == ("1990-06-05", "4500.00")
