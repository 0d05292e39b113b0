"""The application is killed (SIGKILL) before each statement of a service in turn: all of a command, or none of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import LoanEvent
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services import pay_out, write_off
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from tests.factories import TODAY, Branch, make_branch
from tests.racing import approved_loan

ROOT = Path(__file__).resolve().parent.parent
PHONES = iter(range(63_000_000, 63_000_100))
EVENT = {"disburse": "disbursement", "repay": "repayment", "write off": "write_off"}


@pytest.fixture(scope="module")
def omega(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        yield make_branch("omega", "Omega", "58120001", "100000000001")
        connection.set_schema_to_public()


def this_database() -> str:
    """The address of the database that the tests use."""
    s = connection.settings_dict
    return f"postgres://{quote(s['USER'])}:{quote(s['PASSWORD'])}@{s['HOST']}:{s['PORT']}/{s['NAME']}"


@pytest.mark.parametrize("name", EVENT)
def test_a_kill_leaves_no_half_command(omega: Branch, name: str) -> None:
    with tenant_context(omega.mfi):
        loan = approved_loan(omega, str(next(PHONES)))
        if name != "disburse":
            pay_out.disburse(loan_id=loan, actor=omega.staff["cashier"].actor, channel="cash", value_date=TODAY)
        if name == "write off":
            write_off.propose_write_off(
                loan_id=loan, actor=omega.staff["officer"].actor, reason="Gone", value_date=TODAY
            )
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", omega.mfi.schema_name, name, str(loan)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": this_database()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with tenant_context(omega.mfi):
        assert LoanEvent.objects.filter(loan_id=loan, type=EVENT[name]).count() == 1
        assert check_books(actor=SYSTEM).breaks == []
