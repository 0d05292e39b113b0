"""The pages of an import, from the upload to taking it back, on both sites."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.tenancy.models import DirectoryEntry
from apps.users.accounts.models import Account
from apps.users.spreadsheets.kinds import KINDS
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.services.work import take_up_runs
from apps.users.spreadsheets.tests.rehearsals import imported, received, rehearsed
from tests.factories import Branch

PEOPLE = b"Grade,Phone,Name,Income\n7,59900001,Khotso Pheko,4500.50\n8,123,Thabo Tau,\n"
IMPORTS = "/admin/users/importrun/"


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.VAR = tmp_path
    return tmp_path / "imports"


@pytest.fixture
def officer(alpha: Branch) -> Client:
    return alpha.client("officer")


def upload(client: Client, content: bytes, kind: str = "people") -> str:
    """The address that an upload leads to."""
    file = SimpleUploadedFile("people.csv", content)
    answer = client.post(f"{IMPORTS}new/{kind}/", {"import_file": file})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def choices(client: Client, address: str, **more: str) -> dict[str, str]:
    """The form of the columns as it is proposed."""
    form = client.get(address).context["form"]
    return {name: field.initial or "" for name, field in form.fields.items()} | more


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_from_the_file_to_what_was_written_and_back(alpha: Branch, officer: Client, uploads: Path) -> None:
    columns = upload(officer, PEOPLE)
    assert list(uploads.iterdir()) == [], "the file is deleted once it is read"
    page = text(officer, columns)
    assert "Phone (B)" in page
    assert "Khotso Pheko" in page
    answer = officer.post(columns, choices(officer, columns))
    assert answer.status_code == 302
    run = str(answer["Location"])
    assert "data-progress" in text(officer, run)
    take_up_runs()
    page = text(officer, run)
    assert "Nothing takes what stands under “Grade” (A); it is left out." in page
    assert "“123” is not a phone number" in page
    assert "→ +26659900001" in page
    refused = officer.post(f"{columns.removesuffix('columns/')}start/", follow=True)
    assert "1 row(s) are faulty" in refused.content.decode()
    officer.post(f"{columns.removesuffix('columns/')}start/", {"leaves_out_faulty": "on"})
    take_up_runs()
    assert Account.objects.filter(full_name="Khotso Pheko").exists()
    assert "What became of each row" in text(officer, run)
    assert "undo_run" in text(officer, run)
    assert "Khotso Pheko" in text(officer, f"{columns.removesuffix('columns/')}rows/?state=done")


def test_the_faulty_rows_leave_as_they_came_and_come_back_mended(alpha: Branch, officer: Client) -> None:
    run = rehearsed("people", PEOPLE, actor=alpha.staff["officer"].actor)
    answer = officer.get(f"{IMPORTS}{run.pk}/faulty.xlsx")
    sheet = load_workbook(io.BytesIO(answer.getvalue())).worksheets[0]
    head, (_, phone, name, _, said) = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert head == ["Grade", "Phone", "Name", "Income", "Faults"]
    assert (phone, name) == ("123", "Thabo Tau")
    assert "is not a phone number" in said
    mended = officer.get(f"{IMPORTS}{run.pk}/faulty.csv").content.replace(b"123", b"59900002", 1)
    assert rehearsed("people", mended, actor=alpha.staff["officer"].actor).good == 1


@pytest.mark.parametrize("language", ["en", "st"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_template_is_read_as_it_was_made(kind: str, language: str, alpha: Branch, public_client: Client) -> None:
    """Its head names every column, in either language, and its example is no fault of reading."""
    connection.set_schema_to_public()
    if not KINDS[kind].on_public:
        return
    answer = public_client.get(f"{IMPORTS}new/{kind}/template.xlsx?language={language}")
    book = load_workbook(io.BytesIO(answer.content))
    book.worksheets[0].append(["x"])
    content = io.BytesIO()
    book.save(content)
    run = received(kind, content.getvalue())
    assert run.sheet == 0
    assert list(run.targets.values()) == [c.key for c in KINDS[kind].offered(of_many=True)]
    assert run.notes == ["Of 2 sheets “" + book.sheetnames[0] + "” is read."]


def test_pages_speak_sesotho(alpha: Branch, officer: Client) -> None:
    run = rehearsed("people", PEOPLE, actor=alpha.staff["officer"].actor)
    page = officer.get(f"{IMPORTS}{run.pk}/change/", headers={"Accept-Language": "st"}).content.decode()
    assert "Lebitso" in page
    assert "Nothing is written yet" not in page


def test_anothers_run_is_not_there(alpha: Branch, beta: Branch, officer: Client, public_client: Client) -> None:
    connection.set_tenant(alpha.mfi)
    run = imported("people", PEOPLE, actor=alpha.staff["officer"].actor)
    pages = ("change/", "columns/", "rows/", "rows.csv", "faulty.csv", "step/undo_run/", "history/")
    for client, status in ((officer, {200, 302}), (beta.client("officer"), {404}), (public_client, {404})):
        for page in pages:
            assert client.get(f"{IMPORTS}{run.pk}/{page}").status_code in status, (page, status)
    assert alpha.client("accountant").get(f"{IMPORTS}{run.pk}/change/").status_code == 404  # not their kind


def test_letsemas_admin_imports_for_one_institution(public_client: Client, alpha: Branch) -> None:
    connection.set_schema_to_public()
    columns = upload(public_client, PEOPLE)
    sent = public_client.post(columns, choices(public_client, columns))
    assert "No column of the file is taken for: MFI" in sent.content.decode()
    assert public_client.post(columns, choices(public_client, columns, mfi_id=str(alpha.mfi.pk))).status_code == 302
    take_up_runs()
    public_client.post(f"{columns.removesuffix('columns/')}start/", {"leaves_out_faulty": "on"})
    take_up_runs()
    assert DirectoryEntry.objects.get(full_name="Khotso Pheko").schema_name == alpha.mfi.schema_name


def test_a_file_that_cannot_be_read_is_refused_on_the_page(officer: Client, uploads: Path) -> None:
    for name, content, why in (("a.csv", b"", "empty"), ("a.pdf", b"x", "Send an XLSX"), ("a.csv", b" ", "empty")):
        file = SimpleUploadedFile(name, content)
        answer = officer.post(f"{IMPORTS}new/people/", {"import_file": file})
        assert answer.status_code == 422
        assert why in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_the_list_of_runs_is_exported(alpha: Branch, officer: Client) -> None:
    imported("people", PEOPLE, actor=SYSTEM)
    assert "rows.csv" in text(officer, IMPORTS)
    answer = officer.post(f"{IMPORTS}export/", {"format": "1"})
    content = b"".join(answer) if answer.streaming else answer.content
    assert "rows.csv" in content.decode("utf-8-sig")


BORN = b"Name,Phone,Day\nKhotso Pheko,59900001,27/05/1990\nThabo Tau,59900002,05/06/1990\nTotal,,\n"


def test_what_may_be_read_in_two_ways_is_asked_of_its_column(alpha: Branch, officer: Client) -> None:
    columns = upload(officer, BORN)
    assert "reading_3.days" not in choices(officer, columns), "nothing is known of the column yet"
    asked = officer.post(columns, choices(officer, columns, target_3="date_of_birth"))
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "Say of the columns that are marked" in page
    assert "1 cell is written so. 1 cell of the column proves it." in page
    said = choices(officer, columns, target_3="date_of_birth") | {"reading_3.days": "day-first"}
    address = str(officer.post(columns, said)["Location"])
    take_up_runs()
    page = text(officer, address)
    assert "→ 5 June 1990" in page
    assert "1 heading is left out: row 4 (“Total”)." in page
    assert choices(officer, upload(officer, BORN))["reading_3.days"] == "day-first"


def test_a_sum_that_differs_is_warned_of(alpha: Branch, officer: Client) -> None:
    content = b"Name,Phone,Income\nKhotso Pheko,59900001,100\nTotal,,120\n"
    columns = upload(officer, content)
    address = str(officer.post(columns, choices(officer, columns))["Location"])
    take_up_runs()
    assert "the rows above it add up to 100.00: a difference of 20.00." in text(officer, address)
