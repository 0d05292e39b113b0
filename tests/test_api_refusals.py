"""Whatever a call gets wrong is refused with problem details and a code: nothing is passed over in silence."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.mfis.core.clock import business_date
from apps.users.access.models import ApiToken
from apps.users.access.services.tokens import create_token
from apps.users.accounts.models import Account
from config.api import public_api, tenant_api
from config.described.openapi import operations
from tests.factories import Branch, agreed

pytestmark = pytest.mark.django_db

NOBODY = "0190a1b2-0000-7000-8000-00000000dead"
SCHEMAS = {"tenant": tenant_api, "public": public_api}
EVERY = [
    (name, method, address, "requestBody" in operation, "multipart" in str(operation.get("requestBody", "")))
    for name, api in SCHEMAS.items()
    for address, method, operation in operations(api.get_openapi_schema(path_prefix="/api/v1/"))
]
WITH_BODY = [(name, method, address) for name, method, address, has_body, is_form in EVERY if has_body and not is_form]


def address_of(template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: "sharing" if m[1] == "purpose" else NOBODY, template)


def send(client: Client, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
    data = body if isinstance(body, bytes | str) else json.dumps(body) if body is not None else ""
    return client.generic(method.upper(), path, data, content_type=kind)


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem, after a look at its status, its media type and its code."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert (found["status"], found["code"]) == (status, code)
    assert found["title"]
    assert found["detail"]
    return found


@pytest.fixture
def clients(alpha: Branch, letsema_admin: Account) -> dict[str, Client]:
    inside = Client(HTTP_HOST="localhost")
    inside.force_login(letsema_admin, backend="apps.users.access.backends.EmailOrPhoneBackend")
    return {"tenant": alpha.client(alpha.borrower), "public": inside}


@pytest.mark.parametrize(("api", "method", "address", "has_body", "is_form"), EVERY)
def test_a_parameter_that_nobody_knows(
    clients: dict[str, Client], api: str, method: str, address: str, has_body: bool, is_form: bool
) -> None:
    path = f"{address_of(address)}?statsu=active"
    answer = clients[api].post(path, {}) if is_form else send(clients[api], method, path, {} if has_body else None)
    assert "statsu" in refused(answer, 422, "invalid")["errors"]


@pytest.mark.parametrize(("api", "method", "address"), WITH_BODY)
def test_a_field_that_nobody_knows(clients: dict[str, Client], api: str, method: str, address: str) -> None:
    answer = send(clients[api], method, address_of(address), {"scope": ["read"]})
    assert "scope" in refused(answer, 422, "invalid")["errors"]


def test_a_typo_makes_no_token_of_full_power(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    answer = send(client, "post", "/api/v1/tokens", {"name": "till", "scope": ["read"]})
    assert [*refused(answer, 422, "invalid")["errors"]] == ["scope"]
    assert not ApiToken.objects.exists()


def test_a_form_with_a_field_that_nobody_knows(alpha: Branch) -> None:
    paper = SimpleUploadedFile("a.pdf", b"%PDF-1.4 a")
    answer = alpha.client(alpha.borrower).post(
        f"/api/v1/loans/{NOBODY}/documents", {"what": "other", "file": paper, "waht": "other"}
    )
    assert [*refused(answer, 422, "invalid")["errors"]] == ["waht"]


def test_something_in_a_body_that_takes_nothing(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    assert "until" in refused(send(client, "post", "/api/v1/sign-out", {"until": 5}), 422, "invalid")["errors"]
    assert send(client, "post", "/api/v1/sign-out", {}).status_code == 204


def test_one_parameter_twice(alpha: Branch) -> None:
    path = f"/api/v1/products/{alpha.product.pk}/quote?principal=1000&principal=2000&installments=6"
    assert "principal" in refused(alpha.client().get(path), 422, "invalid")["errors"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ('{"name": ', "application/json", 400, "bad_json"),
        ("[" * 100_000, "application/json", 400, "bad_json"),
        ('{"name": "a", "name": "b", "password": "c"}', "application/json", 400, "bad_json"),
        (b"\xff\xfe{", "application/json", 400, "bad_json"),
        ("[]", "application/json", 422, "invalid"),
        ("null", "application/json", 422, "invalid"),
        ('{"name": "a", "password": "b"}', "text/plain", 415, "wrong_content_type"),
        ("name=a&password=b", "application/x-www-form-urlencoded", 415, "wrong_content_type"),
        ("x" * (5 * 1024 * 1024 + 1), "application/json", 413, "too_large"),
    ],
)
def test_a_body_that_cannot_be_taken(alpha: Branch, body: Any, kind: str, status: int, code: str) -> None:
    refused(send(alpha.client(), "post", "/api/v1/sign-in", body, kind), status, code)


def test_json_where_a_form_is_wanted(alpha: Branch) -> None:
    answer = send(alpha.client(alpha.borrower), "post", f"/api/v1/loans/{NOBODY}/documents", {"what": "other"})
    refused(answer, 415, "wrong_content_type")


@pytest.mark.parametrize("host", ["alpha.localhost", "localhost"])
def test_what_is_not_there(alpha: Branch, host: str) -> None:
    client = Client(HTTP_HOST=host)
    for path in ("/api/v1/nothing", "/api/v1/", "/api/", "/api/v9/loans", "/api/v1/loans/1", "/api/v1/mfis/x"):
        refused(client.get(path), 404, "not_found")


def test_a_method_that_is_not_there(alpha: Branch) -> None:
    answer = alpha.client(alpha.borrower).delete("/api/v1/loans")
    refused(answer, 405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}
    refused(Client(HTTP_HOST="localhost").put("/api/v1/mfis"), 405, "method_not_allowed")


def test_nobody_and_a_stranger_of_the_institution(alpha: Branch) -> None:
    refused(alpha.client().get("/api/v1/loans"), 401, "not_signed_in")
    refused(Client(HTTP_HOST="localhost").get("/api/v1/mfis"), 401, "not_signed_in")
    refused(Client(HTTP_HOST="nowhere.localhost").get("/api/v1/loans"), 404, "not_found")
    refused(alpha.client("officer").get("/api/v1/loans"), 403, "not_allowed")


def test_a_form_of_another_site(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host, enforce_csrf_checks=True)
    client.force_login(alpha.borrower, backend="apps.users.access.backends.EmailOrPhoneBackend")
    refused(send(client, "post", "/api/v1/sign-out", {}), 403, "csrf")


def test_an_application_without_key_facts(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    wanted = {"product_id": str(alpha.product.pk), "principal": "1000.00", "installments": 6}
    assert [*refused(send(client, "post", "/api/v1/loans", wanted), 422, "invalid")["errors"]] == ["agreed"]
    empty = {**wanted, "agreed": ""}
    assert [*refused(send(client, "post", "/api/v1/loans", empty), 422, "invalid")["errors"]] == ["agreed"]
    other = {**wanted, "agreed": agreed(alpha.product, "1000.00", 7)}
    changed = refused(send(client, "post", "/api/v1/loans", other), 422, "key_facts_changed")
    assert [*changed["errors"]] == ["agreed"]
    kept = send(client, "post", "/api/v1/drafts", wanted).json()["id"]
    assert client.get(f"/api/v1/drafts/{kept}/key-facts").json()["hash"] == agreed(alpha.product)
    submitted = send(client, "post", f"/api/v1/drafts/{kept}/submit", {})
    assert [*refused(submitted, 422, "invalid")["errors"]] == ["agreed"]
    made = send(client, "post", "/api/v1/loans", {**wanted, "agreed": agreed(alpha.product)})
    assert made.status_code == 201, made.content


def test_what_is_no_member_of_a_list_is_named_with_those_there_are(alpha: Branch) -> None:
    token = create_token(actor=alpha.borrower.actor, name="till").secret
    client = Client(HTTP_HOST=alpha.host, HTTP_AUTHORIZATION=f"Bearer {token}")
    paid = {"amount": "10.00", "channel": "cash", "reference": "Q1", "paid_on": str(business_date())}
    answer = send(client, "post", f"/api/v1/loans/{NOBODY}/payments", paid)
    assert "mpesa" in refused(answer, 422, "invalid")["errors"]["channel"][0]
