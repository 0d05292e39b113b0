"""A worker is killed (SIGKILL) inside a run, again and again: nothing twice, nothing missing. Two people run one file
at once: one run.

LETSEMA_IMPORT_ROWS makes it larger: 50,000 at night.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import AlreadyExists, ServiceError
from apps.users.accounts.models import Account
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.services.uploads import map_columns, receive_file
from apps.users.spreadsheets.services.work import start_run, work_on
from apps.users.spreadsheets.tests.rehearsals import rehearsed
from tests.factories import Branch, make_branch
from tests.test_workers_killed import start_worker, until

ROWS = int(os.environ.get("LETSEMA_IMPORT_ROWS", "4000"))
KILLS = 3


@pytest.fixture(scope="module")
def tau(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Iterator[Branch]:
    """An MFI whose rows are committed, for workers that are processes of their own."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        yield make_branch(f"tau-{uuid4().hex[:8]}", "Tau", "58120006", "100000000006")
        connection.set_schema_to_public()


def people(rows: int, first: int = 50_000_000) -> bytes:
    return ("Name,Phone\n" + "".join(f"Person {n},{first + n}\n" for n in range(rows))).encode()


def handled(run: ImportRun) -> int:
    return ImportRun.objects.values_list("handled", flat=True).get(pk=run.pk)


def kill_inside(run: ImportRun, worker: subprocess.Popen[str], beyond: int) -> None:
    """Kills the worker once it is past so many rows."""
    until(lambda: handled(run) > beyond or ImportRun.objects.get(pk=run.pk).state == "done")
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def test_a_killed_worker_writes_nothing_twice_and_leaves_nothing_out(tau: Branch, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(people(ROWS))
    with tenant_context(tau.mfi):
        officer = tau.staff["officer"].actor
        run = receive_file(kind_name="people", path=path, file_name=path.name, actor=officer)
        map_columns(run_id=run.pk, targets={1: "full_name", 2: "phone"}, actor=officer)
        assert work_on(run.pk).good == ROWS
        start_run(run_id=run.pk, actor=officer)
        worker = start_worker("--lane", "long")
        try:
            for _ in range(KILLS):
                kill_inside(run, worker, handled(run))
                worker = start_worker("--lane", "long")
            until(lambda: ImportRun.objects.get(pk=run.pk).state == "done", 60 + ROWS / 50)
        finally:
            worker.kill()
            worker.wait()
        done = ImportRun.objects.get(pk=run.pk)
        names = Counter(Account.objects.filter(full_name__startswith="Person ").values_list("full_name", flat=True))
        assert (done.inserted, done.refused) == (ROWS, 0)
        assert set(names.values()) == {1}
        assert len(names) == ROWS
        records = ImportRow.objects.filter(run=run, state="done").values_list("record", flat=True)
        kept = Account.objects.filter(full_name__startswith="Person ").values_list("pk", flat=True)
        assert set(records) == set(map(str, kept))


def test_two_people_who_run_one_file_at_once_run_it_once(tau: Branch) -> None:
    with tenant_context(tau.mfi):
        runs = [rehearsed("people", people(200, 60_000_000), actor=SYSTEM) for _ in range(2)]
    outcome: list[str] = []
    at_once = threading.Barrier(2)

    def start(run: ImportRun) -> None:
        try:
            with tenant_context(tau.mfi):
                at_once.wait()
                start_run(run_id=run.pk, actor=SYSTEM)
                outcome.append(work_on(run.pk).state)
        except AlreadyExists:
            outcome.append("refused")
        except ServiceError as error:
            outcome.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=start, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["done", "refused"]
    with tenant_context(tau.mfi):
        assert Account.objects.filter(phone__startswith="+2666000").count() == 200


def test_two_processes_that_work_on_one_run_write_its_rows_once(tau: Branch) -> None:
    with tenant_context(tau.mfi):
        run = rehearsed("people", people(3000, 61_000_000), actor=SYSTEM)
        start_run(run_id=run.pk, actor=SYSTEM)

    def work() -> None:
        try:
            with tenant_context(tau.mfi):
                work_on(run.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    with tenant_context(tau.mfi):
        done = ImportRun.objects.get(pk=run.pk)
        assert (done.state, done.inserted, done.refused) == ("done", 3000, 0)
        assert Account.objects.filter(phone__startswith="+266610").count() == 3000
