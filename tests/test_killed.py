"""The application is killed (SIGKILL) before each statement of a service in turn: all of a command, or none of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django_tenants.utils import tenant_context

from apps.credit.models import OutboxEntry
from apps.loans.models import JournalLine, Loan, LoanEvent, NumberSequence
from apps.loans.services import money, servicing
from apps.loans.services.books import check_books
from apps.mfis.database import connection
from apps.users.models import Command
from conftest import TODAY, Branch, make_branch
from tests.test_races import approved_loan

PHONES = iter(range(63_000_000, 63_000_100))


@pytest.fixture(scope="module")
def omega(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        yield make_branch("omega", "Omega", "58120001", "100000000001")
        connection.set_schema_to_public()


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


def run_killed_at(branch: Branch, statement: int, command: Callable[[], Any]) -> bool:
    """Runs the command in a process of its own that dies before its nth statement. True when it lived to the end."""
    connection.close()
    child = os.fork()
    if child == 0:
        seen = 0

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        code = 1
        try:
            with tenant_context(branch.mfi), connection.execute_wrapper(count):
                command()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0, "the command itself failed"
    return True


def write_off(branch: Branch, loan: UUID) -> None:
    servicing.decide_proposal(loan_id=loan, by=branch.staff["manager"], agree=True, on=TODAY)


COMMANDS: dict[str, Callable[[Branch, UUID], Any]] = {
    "disburse": lambda b, loan: money.disburse(
        loan_id=loan, by=b.staff["cashier"], channel="cash", on=TODAY, key=f"d-{loan}"
    ),
    "repay": lambda b, loan: money.record_repayment(
        loan_id=loan, by=b.staff["cashier"], amount=Decimal("77.70"), channel="cash", on=TODAY, key=f"r-{loan}"
    ),
    "write off": write_off,
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_leaves_no_half_command(omega: Branch, name: str) -> None:
    with tenant_context(omega.mfi):
        loan = approved_loan(omega, str(next(PHONES)))
        if name != "disburse":
            money.disburse(loan_id=loan, by=omega.staff["cashier"], channel="cash", on=TODAY)
        if name == "write off":
            servicing.propose_write_off(loan_id=loan, by=omega.staff["officer"], reason="Gone", on=TODAY)
        before = traces(loan)
    statement, lived = 0, False
    while not lived:
        statement += 1
        assert statement < 200
        lived = run_killed_at(omega, statement, lambda: COMMANDS[name](omega, loan))
        with tenant_context(omega.mfi):
            if not lived:
                assert traces(loan) == before, f"killed before statement {statement}"
    assert statement > 10  # there was something to kill
    with tenant_context(omega.mfi):
        assert traces(loan) != before
        assert check_books().breaks == []
