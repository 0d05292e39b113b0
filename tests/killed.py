"""Runs one command on one loan again and again, killed before its first, second, third … statement, until it lives.

    python -m tests.killed SCHEMA COMMAND LOAN

A program of its own, started by test_killed.py: each attempt is a fork, and a test's process may have an event loop
running (a browser's), under which Django's connections are not what they are in production.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import django

django.setup()

from django_tenants.utils import tenant_context  # noqa: E402

from apps.credit.models import OutboxEntry  # noqa: E402
from apps.loans.book.models import Loan, LoanEvent, NumberSequence  # noqa: E402
from apps.loans.ledger.models import JournalLine  # noqa: E402
from apps.loans.servicing.services.pay_out import disburse  # noqa: E402
from apps.loans.servicing.services.proposals import decide_proposal  # noqa: E402
from apps.loans.servicing.services.repayment import record_repayment  # noqa: E402
from apps.mfis.core.database import connection  # noqa: E402
from apps.mfis.core.durability import WAIT  # noqa: E402
from apps.mfis.core.models import Command  # noqa: E402
from apps.mfis.core.roles import Role  # noqa: E402
from apps.mfis.tenancy.models import MFI  # noqa: E402
from apps.users.accounts.models import Account  # noqa: E402
from tests.factories import TODAY  # noqa: E402

Staff = dict[str, Account]


def traces(loan: UUID) -> tuple[Any, ...]:
    """Everything a command may leave behind."""
    state = Loan.objects.select_related("state").get(pk=loan).state
    return (
        LoanEvent.objects.filter(loan_id=loan).count(),
        JournalLine.objects.filter(loan_id=loan).count(),
        OutboxEntry.objects.count(),
        Command.objects.count(),
        tuple(NumberSequence.objects.order_by("name").values_list("name", "last")),
        (state.status, state.total_outstanding, state.total_paid, state.overpaid),
    )


def run_killed_at(mfi: MFI, statement: int, command: Callable[[], Any]) -> bool:
    """Runs the command in a process of its own that dies before its nth statement. True when it lived to the end."""
    connection.close()
    child = os.fork()
    if child == 0:
        seen = 0

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == statement and sql == WAIT:
                os._exit(0)  # it is committed: all of it stands, though nobody was answered
            if seen == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        code = 1
        try:
            with tenant_context(mfi), connection.execute_wrapper(count):
                command()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0, "the command itself failed"
    return True


def write_off(staff: Staff, loan: UUID) -> None:
    decide_proposal(loan_id=loan, actor=staff["manager"].actor, agree=True, value_date=TODAY)


COMMANDS: dict[str, Callable[[Staff, UUID], Any]] = {
    "disburse": lambda b, loan: disburse(
        loan_id=loan, actor=b["cashier"].actor, channel="cash", value_date=TODAY, idempotency_key=f"d-{loan}"
    ),
    "repay": lambda b, loan: record_repayment(
        loan_id=loan,
        actor=b["cashier"].actor,
        amount=Decimal("77.70"),
        channel="cash",
        value_date=TODAY,
        idempotency_key=f"r-{loan}",
    ),
    "write off": write_off,
}


def main(schema: str, name: str, key: str) -> int:
    """Returns 0 when every kill left nothing, and the last run everything."""
    mfi, loan = MFI.objects.get(schema_name=schema), UUID(key)
    with tenant_context(mfi):
        staff = {duty: a for a in Account.objects.filter(role=Role.MFI_ADMIN) for duty in a.duties}
        before = traces(loan)
    for statement in range(1, 200):
        if run_killed_at(mfi, statement, lambda: COMMANDS[name](staff, loan)):
            print(f"{name}: killed before each of {statement - 1} statements")
            return 0 if statement > 10 else 1
        with tenant_context(mfi):
            if traces(loan) != before:
                print(f"{name}: killed before statement {statement}, it left {traces(loan)} instead of {before}")
                return 1
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
