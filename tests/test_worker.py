"""The worker's schedule: what is due is done, and one step that fails keeps no other waiting."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.db.utils import OperationalError

from apps.mfis.core.database import connection
from apps.mfis.tenancy.models import MFI
from config.worker import schedule, steps
from config.worker.schedule import RETRY_AFTER, Step, Worker, in_each, run
from tests.factories import Branch


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    """One that goes on after a failure; what it says is kept in `lines`."""
    monkeypatch.setattr(schedule.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(connection, "close", lambda: None)  # a test's own transaction must not end
    lines: list[str] = []
    worker = Worker(lines.append, lines.append)
    return worker


def work(fails: BaseException | None = None) -> Callable[[Worker, Step], None]:
    def step(worker: Worker, step: Step) -> None:
        worker.say("done")
        if fails:
            raise fails

    return step


def wait(step: Step) -> float:
    return step.due_at - time.monotonic()


def test_a_step_is_due_again_after_its_time(worker: Worker, alpha: Branch) -> None:
    step = Step(work(), 3600)
    step.run_if_due(worker)
    assert 3590 < wait(step) <= 3600
    due_at = step.due_at
    step.run_if_due(worker)
    assert step.due_at == due_at


@pytest.mark.parametrize("fault", [OperationalError("away"), RuntimeError("a fault of ours")])
def test_a_step_that_fails_is_tried_again_soon(worker: Worker, alpha: Branch, fault: Exception) -> None:
    step = Step(work(fault), 3600)
    step.run_if_due(worker)
    assert 0 < wait(step) <= RETRY_AFTER


def test_a_single_round_does_all_and_raises_what_fails(alpha: Branch) -> None:
    lines: list[str] = []
    run(Worker(lines.append, lines.append, once=True), [Step(work(), 1), Step(work(), 3600)])
    assert lines == ["done", "done"]
    with pytest.raises(RuntimeError):
        run(Worker(lines.append, lines.append, once=True), [Step(work(RuntimeError("no")), 1)])


def test_an_mfi_that_fails_keeps_no_other_waiting(worker: Worker, branches: tuple[Branch, Branch], db: None) -> None:
    schemas: list[str] = []

    def fails_at_alpha(worker: Worker, mfi: MFI) -> None:
        schemas.append(connection.schema_name)
        if mfi.schema_name == "alpha":
            raise RuntimeError("no")

    in_each(worker, fails_at_alpha)
    assert schemas == list(MFI.objects.order_by("schema_name").values_list("schema_name", flat=True))
    assert schemas[:2] == ["alpha", "beta"]


def test_a_mongodb_that_is_away_is_asked_less_and_less_often(
    worker: Worker, alpha: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = True
    monkeypatch.setattr(steps, "fold_arrivals", lambda *args, **kwargs: 0)
    monkeypatch.setattr(steps, "_relay", lambda worker, mfi: away)
    step = Step(steps.relay, steps.SECOND)
    waits = []
    for _ in range(7):
        steps.relay(worker, step)
        waits.append(step.every)
    assert waits == [2, 4, 8, 16, 30, 30, 30]
    away = False
    steps.relay(worker, step)
    assert step.every == steps.SECOND
