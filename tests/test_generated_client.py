"""A client that a program generates from the API's description, through a borrower's whole journey.

Generated here, anew each time and without a network, by openapi-python-client: what a partner would do.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from apps.loans.applications.services.review import approve, recommend, start_review
from apps.loans.servicing.services.pay_out import disburse
from apps.mfis.core.clock import business_date
from apps.users.accounts.models import OneTimeCode
from apps.users.consents.texts import current_text
from config.api import tenant_api
from tests.factories import PASSWORD, Branch

# What a client cannot read as JSON, it hands on as bytes.
OPAQUE = ("application/pdf", "text/csv", "image/jpeg", "image/png")

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Finds an operation of the generated package by its tag and name, or a model by its name."""
    folder = tmp_path_factory.mktemp("client")
    description = tenant_api.get_openapi_schema(path_prefix="/api/v1/")
    (folder / "openapi.json").write_text(json.dumps(description, default=str), encoding="utf-8")
    settings = {"post_hooks": [], "content_type_overrides": dict.fromkeys(OPAQUE, "application/octet-stream")}
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    names = ["--path", "openapi.json", "--output-path", "letsema_client", "--config", "settings.json", "--meta", "none"]
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", *names, "--fail-on-warning"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module("letsema_client")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "letsema_client"]:
        del sys.modules[name]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The test's transaction outlives its requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Partner:
    """A program that calls by the generated package alone."""

    def __init__(self, host: str, token: str = "") -> None:
        module = importlib.import_module("letsema_client")
        base = f"http://{host}"
        transport = httpx.WSGITransport(app=get_wsgi_application())
        made = module.AuthenticatedClient(base, token) if token else module.Client(base)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = made.set_httpx_client(httpx.Client(base_url=base, transport=transport, headers=headers))

    def call(self, operation: str, *place: Any, status: int = 200, **values: Any) -> Any:
        """What the operation answers, read into its model."""
        answer = operation_of(operation).sync_detailed(*place, client=self.client, **values)
        assert answer.status_code == status, answer.content
        return answer.parsed

    def authorised(self, csrf: str) -> None:
        self.client.get_httpx_client().headers["X-CSRFToken"] = csrf


def operation_of(name: str) -> Any:
    folder = Path(importlib.import_module("letsema_client").__file__ or "").parent / "api"
    (path,) = folder.glob(f"*/{name}.py")
    return importlib.import_module(f"letsema_client.api.{path.parent.name}.{name}")


def model(name: str) -> Any:
    return getattr(importlib.import_module("letsema_client.models"), name)


def registered(partner: Partner) -> None:
    """Opens an account, signs in with it, and makes the session's calls count."""
    person = {"full_name": "Khotso Pheko", "phone": "59990009", "password": PASSWORD}
    body = {**person, "agreed": current_text("records").version}
    partner.call("register", body=model("Registration").from_dict(body), status=202)
    code = OneTimeCode.objects.get(purpose=OneTimeCode.Purpose.REGISTER).digits
    partner.call("register", body=model("Registration").from_dict({**body, "code": code}), status=201)
    partner.authorised(partner.call("get_session").csrf_token)
    partner.call("sign_out", status=204)
    name = model("SignIn").from_dict({"name": "59990009", "password": PASSWORD})
    assert partner.call("sign_in", body=name).full_name == "Khotso Pheko"
    partner.authorised(partner.call("get_session").csrf_token)


def program(partner: Partner, host: str) -> Partner:
    """The same borrower by a token that may do no more than it must."""
    wanted = {"name": "till", "scopes": ["read", "loans", "payments"]}
    made = partner.call("create_token", body=model("TokenIn").from_dict(wanted), status=201)
    return Partner(host, made.token)


def applied(partner: Partner) -> Any:
    """Looks at what is offered, reads the key facts, agrees, and applies."""
    (product,) = partner.call("list_products")
    wanted: dict[str, Any] = {"principal": "1500.00", "installments": 6}
    quote = partner.call("get_quote", product.id, **wanted)
    shown = partner.call("get_key_facts", product.id, **wanted)
    assert (shown.facts.total, shown.facts.apr) == (quote.total, quote.apr)
    body = {**wanted, "product_id": str(product.id), "agreed": shown.hash_}
    return partner.call("apply_for_loan", body=model("ApplicationIn").from_dict(body), status=201)


def paid_out(branch: Branch, loan_id: Any) -> None:
    officer = branch.staff["officer"].actor
    start_review(loan_id=loan_id, actor=officer)
    recommend(loan_id=loan_id, actor=officer, reason="Papers seen")
    approve(loan_id=loan_id, actor=branch.staff["approver"].actor)
    disburse(loan_id=loan_id, actor=branch.staff["cashier"].actor, channel="cash")


def test_a_borrowers_journey_by_a_generated_client(alpha: Branch, generated: Any) -> None:
    person = Partner(alpha.host)
    registered(person)
    partner = program(person, alpha.host)
    made = applied(partner)
    paid_out(alpha, made.id)

    loan = partner.call("get_loan", made.id)
    assert (loan.number, loan.status.value, loan.cost.total) == (made.number, "active", loan.outstanding)
    schedule = partner.call("get_schedule", made.id)
    assert [type(row.due_date) for row in schedule] == [date] * 6
    paid = {"amount": schedule[0].total_due, "channel": "mpesa", "reference": "QX12", "paid_on": str(business_date())}
    report = model("PaymentIn").from_dict(paid)
    partner.call("report_payment", made.id, body=report, status=201, idempotency_key="p-1")
    (kept,) = partner.call("list_payments", made.id).items
    assert (kept.amount, kept.status.value) == (schedule[0].total_due, "waiting")
    assert [row.number for row in partner.call("list_loans").items] == [made.number]


def test_a_generated_client_reads_what_was_wrong(alpha: Branch, generated: Any) -> None:
    partner = Partner(alpha.host)
    refused = partner.call("list_loans", status=401)
    assert (type(refused).__name__, refused.code) == ("Problem", "not_signed_in")
