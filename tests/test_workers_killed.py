"""Two workers share the schemas; one is killed (SIGKILL) while events are queued, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django_tenants.utils import tenant_context

from apps.credit.models import OutboxEntry
from apps.loans.histories.services.reconciliation import compare_histories
from apps.loans.servicing.services import pay_out
from apps.mfis.core.database import connection
from apps.mfis.work.kinds import NOTES
from apps.mfis.work.models import WorkNote
from apps.mfis.work.queries import holding
from tests.factories import TODAY, Branch, make_branch
from tests.racing import approved_loan
from tests.test_killed import this_database

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def sigma(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Iterator[Branch]:
    """An MFI whose rows are committed, for workers that are processes of their own."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        yield make_branch(f"sigma-{uuid4().hex[:8]}", "Sigma", "58120005", "100000000005")
        connection.set_schema_to_public()


def start_worker(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": this_database()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def waits(branch: Branch) -> int:
    with tenant_context(branch.mfi):
        return OutboxEntry.objects.deliverable().count()


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_two_workers_share_and_a_killed_one_loses_nothing(sigma: Branch) -> None:
    workers = [start_worker(), start_worker("--lane", "quick")]
    try:
        for n in range(6):
            loan = approved_loan(sigma, f"6577{n:04d}")
            with tenant_context(sigma.mfi):
                pay_out.disburse(loan_id=loan, actor=sigma.staff["cashier"].actor, channel="cash", value_date=TODAY)
            if n == 3:
                workers[0].send_signal(signal.SIGKILL)
                workers[0].wait()
        until(lambda: waits(sigma) == 0 and not WorkNote.objects.filter(schema_name=sigma.mfi.schema_name).exists())
        assert workers[1].poll() is None
    finally:
        for process in workers:
            process.kill()
            process.wait()
    with holding(sigma.mfi.schema_name, NOTES) as mine:
        assert mine, "what a killed worker held is free"
    with tenant_context(sigma.mfi):
        assert OutboxEntry.objects.filter(relayed_at__isnull=False).count() >= 6
        assert compare_histories() == []
