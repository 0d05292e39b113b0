"""MongoDB is killed (SIGKILL) again and again while repayments are posted on two MFIs by four processes at once.

Lending never fails; the outbox drains when MongoDB stands again; no event is lost, and none is there twice.
LETSEMA_HISTORIES_SCALE=1 posts 5,000 and kills 20 times, as it runs at night; `make test` posts 200 and kills 4 times.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django_tenants.utils import tenant_context

from apps.credit.documents import CreditEventDocument
from apps.credit.models import OutboxEntry
from apps.credit.tests import kept
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.histories.services.reconciliation import compare_histories
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services import pay_out
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from config.embedded.mongo import EmbeddedMongo
from tests.factories import TODAY, Branch, make_branch
from tests.racing import approved_loan
from tests.test_killed import this_database

ROOT = Path(__file__).resolve().parent.parent
SCALE = float(os.environ.get("LETSEMA_HISTORIES_SCALE", "0.04"))
REPAYMENTS = int(5000 * SCALE)
KILLS = max(4, int(20 * SCALE))
LOANS = 5  # at each MFI
SEED = int(os.environ.get("LETSEMA_HISTORIES_SEED", "1"))


@pytest.fixture(scope="module")
def lenders(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Iterator[list[Branch]]:
    with django_db_blocker.unblock():
        made = []
        for n, name in enumerate(("psi", "chi")):
            connection.set_schema_to_public()
            branch = make_branch(name, name.title(), f"5812001{n}", f"10000000001{n}")
            for k in range(LOANS):
                loan = approved_loan(branch, f"6400{k:04d}")
                with tenant_context(branch.mfi):
                    pay_out.disburse(
                        loan_id=loan, actor=branch.staff["cashier"].actor, channel="cash", value_date=TODAY
                    )
            made.append(branch)
        yield made
        connection.set_schema_to_public()


@pytest.fixture
def mongo(tmp_path: Path, settings: Any) -> Iterator[EmbeddedMongo]:
    server = EmbeddedMongo(tmp_path)
    server.start()
    settings.MONGODB_URL = server.url()
    yield server
    server.stop()


@pytest.mark.django_db
def test_no_event_is_lost_or_doubled(lenders: list[Branch], mongo: EmbeddedMongo) -> None:
    schemas = [branch.mfi.schema_name for branch in lenders]
    chance = random.Random(SEED)
    env = {**os.environ, "DATABASE_URL": this_database(), "MONGODB_URL": mongo.url(), "MONGODB_TIMEOUT_MS": "500"}

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.posting", *arguments],
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    relays = [start("relay", *schemas) for _ in range(2)]
    posting = [start("post", schemas[n % 2], str(REPAYMENTS // 4), str(n)) for n in range(4)]
    try:
        kills = 0
        while kills < KILLS:
            time.sleep(chance.uniform(0.2, 1.5))
            mongo.kill()
            kills += 1
            time.sleep(chance.uniform(0, 1))
            mongo.start()
        for process in posting:
            printed, _ = process.communicate()
            assert process.returncode == 0, printed
        _wait_until_all_arrived(lenders, relays)
    finally:
        for process in (*relays, *posting):
            process.kill()
            process.wait()
    posted = sum(_arrived(branch) for branch in lenders)
    assert posted == REPAYMENTS // 4 * 4
    print(f"{posted} repayments, MongoDB killed {kills} times")


def _wait_until_all_arrived(lenders: list[Branch], relays: list[subprocess.Popen[str]]) -> None:
    until = time.monotonic() + 120
    while waiting := sum(_waiting(branch) for branch in lenders):
        assert time.monotonic() < until, f"{waiting} events still wait"
        assert all(p.poll() is None for p in relays), [p.stdout.read() for p in relays if p.poll() and p.stdout]
        time.sleep(0.2)


def _arrived(branch: Branch) -> int:
    """How many repayments the histories hold of this lender, after all that must agree was compared."""
    with tenant_context(branch.mfi):
        assert compare_histories() == []
        assert not OutboxEntry.objects.filter(dead_letter=True).exists()
        assert check_books(actor=SYSTEM).breaks == []
        loans = list(Loan.objects.values_list("pk", flat=True))
        arrived = kept.count(CreditEventDocument, {"account": {"$in": loans}, "kind": "repayment"})
        assert arrived == LoanEvent.objects.filter(type="repayment").count()
        return arrived


def _waiting(branch: Branch) -> int:
    with tenant_context(branch.mfi):
        return OutboxEntry.objects.filter(relayed_at=None).count()
