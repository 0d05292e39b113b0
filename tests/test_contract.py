"""The APIs against their own descriptions: whatever is sent, the answer is one that is declared, and never a fault.

600 examples in `make test`, 2,000 with HYPOTHESIS_PROFILE=nightly, over both documents, as each role.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.loans.book.models import Loan
from apps.users.access.services.tokens import create_token
from apps.users.accounts.models import Account
from config.api import public_api, tenant_api
from tests.factories import Branch

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def operations(api: Any) -> list[tuple[str, str]]:
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    return sorted((method, path) for path, found in paths.items() for method in found)


TENANT, PUBLIC = operations(tenant_api), operations(public_api)
EACH = max(2, (2000 if NIGHTLY else 600) // (len(TENANT) + len(PUBLIC)))
SETTINGS = settings(
    max_examples=EACH,
    deadline=None,
    database=None,
    derandomize=not NIGHTLY,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The test's transaction outlives its requests."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@cache
def described(host: str) -> Any:
    """The API as its description has it, called in this process through the whole WSGI application.

    Read once: that takes seconds, and two examples a tenth of one.
    """
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), headers={"Host": host})


def try_operation(host: str, method: str, path: str, token: str) -> None:
    operation = described(host)[path][method.upper()]
    headers = {"Host": host} | ({"Authorization": f"Bearer {token}"} if token else {})

    @SETTINGS
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    run()


@pytest.mark.parametrize("who", ["borrower", "officer", "nobody"])
@pytest.mark.parametrize(("method", "path"), TENANT)
def test_the_borrowers_api(alpha: Branch, who: str, method: str, path: str) -> None:
    account = {"borrower": alpha.borrower, "officer": alpha.staff["officer"]}.get(who)
    token = create_token(actor=account.actor, name="contract").secret if account else ""
    try_operation(alpha.host, method, path, token)


@pytest.mark.parametrize("who", ["admin", "nobody"])
@pytest.mark.parametrize(("method", "path"), PUBLIC)
def test_letsemas_api(letsema_admin: Account, who: str, method: str, path: str) -> None:
    token = create_token(actor=letsema_admin.actor, name="contract").secret if who == "admin" else ""
    try_operation("localhost", method, path, token)


def test_calls_that_follow_from_one_another(alpha: Branch, active: Callable[..., Loan]) -> None:
    """What one answer names is asked for in the next: the links of the description."""
    active()
    token = create_token(actor=alpha.borrower.actor, name="contract").secret
    machine = described(alpha.host).as_state_machine()

    class Machine(machine):  # type: ignore[misc, valid-type]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Host": alpha.host, "Authorization": f"Bearer {token}"}}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(
        Machine, settings=settings(SETTINGS, max_examples=30 if NIGHTLY else 4, stateful_step_count=10)
    )
