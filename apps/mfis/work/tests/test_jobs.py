"""Jobs: when each is due, what becomes of one that fails, and what is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import NotFound
from apps.mfis.work import health, queries
from apps.mfis.work.kinds import AFTER_MIDNIGHT, OF_EACH_MFI, SPREAD, next_due
from apps.mfis.work.models import Health, Job
from apps.mfis.work.selectors import failing_jobs
from apps.mfis.work.services import retry_job

KINDS = {kind.name: kind for kind in OF_EACH_MFI}
WAITS = (1, 5, 30)


@pytest.fixture(autouse=True)
def _nothing_known(db: None) -> None:
    Health.objects.all().delete()


@pytest.fixture
def job(db: None) -> Job:
    return Job.objects.create(schema_name="omega", name="snapshot", due_at=timezone.now())


def minutes(job: Job) -> float:
    job.refresh_from_db()
    return (job.due_at - timezone.now()).total_seconds() / 60


def test_a_schema_gets_each_job_once(db: None) -> None:
    queries.plan_mfi("omega")
    queries.plan_mfi("omega")
    jobs = Job.objects.filter(schema_name="omega")
    assert sorted(jobs.values_list("name", flat=True)) == sorted(KINDS)
    assert all(-1 < minutes(one) < 5 for one in jobs)


def test_daily_jobs_are_spread_over_the_hour_after_midnight() -> None:
    midnight = datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())
    first = timezone.make_aware(midnight) + AFTER_MIDNIGHT
    dues = [next_due(KINDS["day"], f"mfi_{n}", datetime.now(UTC)) for n in range(100)]
    assert all(first <= due < first + SPREAD for due in dues)
    assert max(dues) - min(dues) > SPREAD * 0.8
    assert dues[3] == next_due(KINDS["day"], "mfi_3", datetime.now(UTC))


def test_what_fails_waits_longer_each_time_and_is_shown_from_the_third(job: Job) -> None:
    waits, shown = [], []
    for _ in range(4):
        queries.note_failed("omega", "snapshot", "RuntimeError", WAITS)
        waits.append(round(minutes(job)))
        shown.append(len(failing_jobs("omega")))
    assert waits == [1, 5, 30, 30]
    assert shown == [0, 0, 1, 1]
    ((title, one),) = failing_jobs("omega")
    assert (title, one.error, one.attempts) == ("Portfolio figures", "RuntimeError", 4)
    queries.note_done("omega", "snapshot", timezone.now() + timedelta(hours=1), 0.5)
    job.refresh_from_db()
    assert (job.attempts, job.failing_since, job.error) == (0, None, "")


def test_a_failing_job_is_tried_at_once_where_somebody_says_so(job: Job) -> None:
    queries.note_failed("omega", "snapshot", "RuntimeError", WAITS)
    assert not queries.is_still_due("omega", "snapshot")
    retry_job(job_id=job.pk, actor=SYSTEM)
    assert queries.is_still_due("omega", "snapshot")
    with pytest.raises(NotFound):
        retry_job(job_id=0, actor=SYSTEM)


def test_a_change_brings_forward_what_follows_it(job: Job) -> None:
    queries.note_done("omega", "snapshot", timezone.now() + timedelta(days=1), 0)
    queries.note_changed("omega")
    assert 0.9 < minutes(job) <= 1, "a minute after it was last taken"
    Job.objects.filter(pk=job.pk).update(last_done_at=None, due_at=timezone.now() + timedelta(days=1))
    queries.note_changed("omega")
    assert minutes(job) <= 0


def test_a_change_while_it_runs_is_not_missed(job: Job) -> None:
    queries.note_changed("omega")  # it is due, so it may be running
    queries.note_done("omega", "snapshot", timezone.now() + timedelta(days=1), took=10, after=60)
    assert 0.9 < minutes(job) <= 1


def test_a_change_does_not_shorten_the_wait_of_what_fails(job: Job) -> None:
    queries.note_failed("omega", "snapshot", "RuntimeError", (30,))
    queries.note_changed("omega")
    assert round(minutes(job)) == 30


def test_what_asks_the_histories_waits_while_they_are_away(db: None) -> None:
    Job.objects.all().delete()
    for name in ("told", "snapshot"):
        Job.objects.create(schema_name="omega", name=name, due_at=timezone.now())
    due = lambda: {name for _, name in queries.due_jobs(list(KINDS), histories="mongodb")}  # noqa: E731
    assert due() == {"told", "snapshot"}
    health.met_failure("mongodb", "MongoDB does not answer")
    assert due() == {"snapshot"}
    assert health.seen_well("mongodb") is True
    assert health.seen_well("mongodb") is False
    assert due() == {"told", "snapshot"}


def test_a_failure_is_believed_only_while_it_is_fresh(db: None) -> None:
    health.met_failure("sms", "gateway: 503")
    since = health.failing_since("sms")
    assert health.is_away("sms")
    health.met_failure("sms", "gateway: 500")
    assert health.failing_since("sms") == since
    Health.objects.filter(pk="sms").update(seen_at=timezone.now() - timedelta(seconds=16))
    assert not health.is_away("sms"), "whoever needs it may ask again"
    assert [str(row) for row in health.what_is_away()] == ["The SMS gateway"]


def test_a_worker_without_a_sign_is_said_to_be_away(db: None) -> None:
    health.seen_well("worker")
    assert health.what_is_away() == []
    Health.objects.filter(pk="worker").update(well_at=timezone.now() - timedelta(minutes=2))
    assert [row.what for row in health.what_is_away()] == ["worker"]
