"""Files that are too long to wait for: written by the worker, as who asked may see them, and handed to nobody else."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotAllowed, NotFound, WrongState
from apps.mfis.work.models import Job
from apps.users.accounts.models import Account
from apps.users.exporting import files, lists
from apps.users.exporting.files import ask_for_file, fetch_file, forget_old_files, path_of, write_files
from apps.users.exporting.models import ExportedFile
from apps.users.messaging.models import Message
from tests.factories import Branch

LIST = "/admin/users/borrowerprofile/"
EXPORT = f"{LIST}export/"


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    """Already one row is too long to wait for."""
    settings.VAR = tmp_path
    monkeypatch.setattr(lists, "AT_ONCE", dict.fromkeys(files.AT_ONCE, 0))


def asked(branch: Branch, who: str = "manager", query: str = "") -> ExportedFile:
    answer = branch.client(who).post(f"{EXPORT}?{query}", {"format": "1"})
    assert answer.status_code == 302, answer.content
    assert answer["Location"] == "/admin/users/exportedfile/"
    return ExportedFile.objects.get()


def test_a_long_list_is_written_by_the_worker_as_the_page_would(alpha: Branch) -> None:
    file = asked(alpha, query="q=khoabane")
    assert Job.objects.filter(name="files", schema_name=connection.schema_name, due_at__lte=timezone.now()).exists()
    assert write_files() == 1
    page = alpha.client("manager").get("/admin/users/exportedfile/").content.decode()
    assert "Ready" in page
    fetched = alpha.client("manager").get(f"/admin/users/exportedfile/{file.pk}/fetch/")
    assert "attachment" in fetched["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(b"".join(fetched.streaming_content).decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Name", alpha.borrower.full_name]
    file.refresh_from_db()
    assert file.fetched_at
    assert path_of(file.pk).stat().st_mode & 0o077 == 0
    told = Message.objects.get(about="file_ready")
    assert (told.address, told.values["title"]) == (alpha.staff["manager"].email, "Borrowers")
    assert write_files() == 0


def test_nobody_else_gets_it(alpha: Branch, beta: Branch) -> None:
    file = asked(alpha)
    write_files()
    fetch = f"/admin/users/exportedfile/{file.pk}/fetch/"
    assert alpha.client("officer").get(fetch).status_code == 404
    assert beta.client("manager").get(fetch).status_code == 404
    assert alpha.client(alpha.borrower).get(fetch).status_code in (302, 403)
    assert (
        "Borrowers"
        not in alpha.client("officer")
        .get("/admin/users/exportedfile/")
        .content.decode()
        .partition("<main")[2]
        .partition("result")[2]
    )
    with pytest.raises(NotFound):
        fetch_file(file_id=file.pk, actor=alpha.staff["officer"].actor)


def test_it_is_written_as_its_reader_may_see_it_by_then(alpha: Branch) -> None:
    file = asked(alpha)
    Account.objects.filter(pk=file.account_id).update(is_active=False)
    write_files()
    file.refresh_from_db()
    assert (file.state, file.error) == ("failed", "You may no longer see this.")
    assert not path_of(file.pk).exists()


def test_what_fails_is_said_and_not_tried_for_ever(alpha: Branch) -> None:
    account = alpha.staff["manager"]
    ask_for_file(title="Nowhere", address="/admin/nowhere/", form={}, actor=account.actor)
    ask_for_file(title="A page", address=LIST, form={}, actor=account.actor)
    assert write_files() == 2
    assert {f.title: f.state for f in ExportedFile.objects.all()} == {"Nowhere": "failed", "A page": "failed"}
    assert write_files() == 0
    assert Message.objects.filter(about="file_failed").count() == 2


def test_a_file_of_a_killed_process_is_written_anew(alpha: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    file = asked(alpha)

    def killed(*_: Any) -> int:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(files, "_keep", killed)
        with pytest.raises(SystemExit):
            write_files()
    assert write_files() == 1
    file.refresh_from_db()
    assert file.state == "ready"


def test_one_person_asks_for_ten_at_a_time(alpha: Branch) -> None:
    actor = alpha.staff["manager"].actor
    for n in range(files.MOST_WAITING):
        ask_for_file(title=str(n), address=LIST, form={}, actor=actor)
    with pytest.raises(WrongState):
        ask_for_file(title="One more", address=LIST, form={}, actor=actor)
    with pytest.raises(NotAllowed):
        ask_for_file(title="Nobody's", address=LIST, form={}, actor=SYSTEM)


def test_files_are_kept_for_a_week(alpha: Branch) -> None:
    file = asked(alpha)
    write_files()
    assert forget_old_files() == 0
    ExportedFile.objects.update(asked_at=timezone.now() - files.KEPT - timedelta(minutes=1))
    assert forget_old_files() == 1
    assert not path_of(file.pk).exists()
    assert reverse("admin:users_exportedfile_changelist", urlconf="config.urls_tenant")
