"""The worker: what is noted is taken up, what fails keeps nothing else waiting, and what is away is waited for."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DataError, OperationalError
from django.test import Client
from django.utils import timezone

from apps.credit.repository import connection as repository_connection
from apps.mfis.core.database import connection, execute
from apps.mfis.tenancy.models import PortfolioSnapshot
from apps.mfis.work import health
from apps.mfis.work.kinds import NOTES
from apps.mfis.work.models import Job, WorkNote
from apps.mfis.work.queries import note_at
from config.worker import jobs, lanes, notes, schedule
from config.worker.schedule import RETRY_AFTER, WAIT_FOR_DATABASE, Lane, Worker, kept_apart, reason_of, run_round
from tests.factories import Branch

NOWHERE = "mongodb://127.0.0.1:9/letsema"


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, lines: list[str]) -> Worker:
    """One that goes on after a failure; what it says is kept in `lines`."""
    monkeypatch.setattr(connection, "close", lambda: None)  # a test's own transaction must not end
    return Worker(lines.append, lines.append)


@pytest.fixture
def noted(alpha: Branch) -> Branch:
    """An MFI with one note and nothing else that waits."""
    WorkNote.objects.all().delete()
    Job.objects.all().delete()
    note_at("alpha", timezone.now())
    return alpha


@pytest.fixture
def without_mongodb(settings: Any) -> None:
    settings.MONGODB_URL, settings.MONGODB_TIMEOUT_MS = NOWHERE, 200


def raises(error: Exception) -> Any:
    def work(*_: Any, **__: Any) -> Any:
        raise error

    return work


@pytest.mark.parametrize(
    ("fault", "wait"), [(OperationalError("away"), WAIT_FOR_DATABASE), (RuntimeError("a fault of ours"), RETRY_AFTER)]
)
def test_a_round_that_fails_is_done_again(worker: Worker, db: None, fault: Exception, wait: float) -> None:
    assert run_round(worker, Lane("x", raises(fault))) == wait


def test_a_round_with_nothing_to_do_is_one_query(worker: Worker, noted: Branch) -> None:
    WorkNote.objects.all().delete()
    worker.signed_at = time.monotonic()
    for round_of in (notes.take_up_notes, lanes.do_jobs):
        round_of(worker)  # the path of the connection is set
        seen: list[str] = []

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any, seen: list[str] = seen) -> Any:
            seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            round_of(worker)
        assert len(seen) == 1, seen


def test_a_note_is_taken_up_and_gone(worker: Worker, noted: Branch) -> None:
    notes.take_up_notes(worker)
    assert not WorkNote.objects.filter(due_at__lte=timezone.now()).exists()


def test_what_fails_at_one_schema_keeps_its_notes_and_waits(
    worker: Worker, noted: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "fold_arrivals", raises(RuntimeError("Naleli owes 5")))
    note_at("public", timezone.now())
    notes.take_up_notes(worker)
    assert list(WorkNote.objects.values_list("schema_name", flat=True)) == ["alpha"]
    job = Job.objects.get(schema_name="alpha", name=NOTES)
    assert (job.attempts, job.error) == (1, "RuntimeError")
    monkeypatch.undo()
    monkeypatch.setattr(connection, "close", lambda: None)
    notes.take_up_notes(worker)
    assert WorkNote.objects.exists(), "it waits for its minute"
    Job.objects.update(due_at=timezone.now())
    notes.take_up_notes(worker)
    job.refresh_from_db()
    assert (job.attempts, WorkNote.objects.exists()) == (0, False)


def test_a_job_that_fails_is_noted_and_the_next_is_done(
    worker: Worker, noted: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jobs.AT_AN_MFI, "day", raises(ValueError("Naleli owes 5")))
    for name in ("day", "snapshot"):
        Job.objects.create(schema_name="alpha", name=name, due_at=timezone.now())
    assert lanes.do_jobs(worker) == 0
    assert lanes.do_jobs(worker) == lanes.LOOK_EVERY
    day, snapshot = Job.objects.get(name="day"), Job.objects.get(name="snapshot")
    assert (day.attempts, day.error) == (1, "ValueError")
    assert snapshot.last_done_at
    assert snapshot.took is not None
    assert PortfolioSnapshot.objects.filter(mfi=noted.mfi).exists()


def test_a_single_round_does_all_and_raises_what_fails(alpha: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    once = Worker(lines.append, lines.append, once=True)
    lanes.run_once(once)
    assert Job.objects.filter(schema_name="alpha", last_done_at=None).count() == 0
    monkeypatch.setitem(jobs.AT_AN_MFI, "reminders", raises(RuntimeError("no")))
    with pytest.raises(RuntimeError):
        lanes.run_once(once)


def test_a_deadlock_is_a_failure_and_no_database_that_is_away(worker: Worker, noted: Branch) -> None:
    with kept_apart(worker, "alpha", "day"):
        raise OperationalError("deadlock detected")
    assert Job.objects.get(schema_name="alpha", name="day").error == "OperationalError"


def test_a_reason_holds_no_value(db: None) -> None:
    with pytest.raises(DataError) as raised, transaction.atomic():
        execute("SELECT 'Naleli'::int")
    assert "Naleli" in str(raised.value)
    assert reason_of(raised.value) == "DataError 22P02"


def test_mongodb_away_is_met_once_and_then_known(
    worker: Worker, alpha: Branch, active: Any, without_mongodb: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay stops at the first time-out; dashboards make no attempt; once it is back all that waits is noted."""
    active()
    note_at("alpha", timezone.now())
    manager = alpha.client("manager")
    attempts: list[int] = []
    connect = repository_connection.connect

    def counted() -> Any:
        attempts.append(1)
        return connect()

    monkeypatch.setattr(repository_connection, "connect", counted)
    notes.take_up_notes(worker)
    assert health.is_away("mongodb")
    assert attempts
    attempts.clear()
    page = manager.get("/admin/").content.decode()
    assert "out of reach since" in page
    note_at("alpha", timezone.now())
    notes.take_up_notes(worker)
    assert attempts == []
    monkeypatch.setattr(lanes, "ping", lambda: True)
    lanes.watch(worker)
    assert "alpha" in WorkNote.objects.values_list("schema_name", flat=True)
    assert "out of reach since" not in manager.get("/admin/").content.decode()


def test_a_lane_that_ends_ends_the_worker(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "run_round", lambda worker, lane: 0 if lane.name == "start" else sys.exit(3))
    with pytest.raises(SystemExit):
        schedule.run(worker, [Lane("x", lambda worker: 0)], lambda worker: 0)


def test_what_fails_is_shown_where_it_concerns(branches: tuple[Branch, Branch], public_client: Client) -> None:
    """On the MFI's own dashboard and on Letsema's, and nowhere else."""
    Job.objects.all().delete()
    Job.objects.create(
        schema_name="alpha", name="snapshot", attempts=3, failing_since=timezone.now(), error="RuntimeError"
    )
    alpha, beta = (branch.client("manager").get("/admin/").content.decode() for branch in branches)
    letsema = public_client.get("/admin/").content.decode()
    assert "Portfolio figures: failed 3 times" in alpha
    assert "Portfolio figures: failed" not in beta
    assert "Portfolio figures: failed 3 times" in letsema
    assert "(RuntimeError)" in letsema
