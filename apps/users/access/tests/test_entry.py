"""Getting in by the API: registration, sign-in, tokens, sessions, limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.models import Command
from apps.users.access.rate_limits import client_address
from apps.users.access.tests.calls import register
from apps.users.accounts.models import OneTimeCode
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import PASSWORD, TODAY, Branch

Maker = Callable[..., Loan]


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", **headers)


def test_register_sign_out_sign_in(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    body = {"full_name": "Lerato Matete", "phone": "6812 3456", "password": "a-long-secret-9", "agreed": 1}
    made = register(client, body)
    assert made.status_code == 201, made.content
    assert made.json()["phone"] == "+26668123456"
    assert client.get("/api/v1/me").json()["full_name"] == "Lerato Matete"
    assert post(client, "sign-out", {}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert post(client, "sign-in", {"name": "68123456", "password": "a-long-secret-9"}).status_code == 200
    code = {"code": OneTimeCode.objects.get().digits}
    again = post(Client(HTTP_HOST=alpha.host), "register", body | code)  # the first answer was lost with the line
    assert again.json()["id"] == made.json()["id"]
    assert post(client, "register", {**body, **code, "password": "another-secret-8"}).status_code == 422
    assert post(client, "register", {**body, **code, "full_name": "Somebody Else"}).status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"full_name": "", "phone": "68123456", "password": "a-long-secret-9"}, "full_name"),
        ({"full_name": "L", "phone": "1", "password": "a-long-secret-9"}, "phone"),
        ({"full_name": "L", "phone": "68123456", "password": "short"}, "password"),
        ({"full_name": "L", "phone": "68123456"}, "password"),
        ({"full_name": "L", "phone": "68123456", "password": "a-long-secret-9"}, "agreed"),
    ],
)
def test_bad_registrations_name_the_field(alpha: Branch, body: dict, field: str) -> None:
    answer = post(Client(HTTP_HOST=alpha.host), "register", body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert field in answer.json()["errors"]


def test_a_form_of_another_site_is_refused(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    answer = client.post("/api/v1/sign-in", '{"name": "a", "password": "b"}', content_type="text/plain")
    assert answer.status_code == 415


def test_unsafe_calls_with_a_session_need_the_csrf_token(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host, enforce_csrf_checks=True)
    client.cookies = alpha.client(alpha.borrower).cookies
    assert post(client, "sign-out", {}).status_code == 403
    token = client.get("/api/v1/session").json()["csrf_token"]
    assert post(client, "sign-out", {}, HTTP_X_CSRFTOKEN=token).status_code == 204


def test_sign_in_is_closed_after_five_wrong_passwords(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    for _ in range(5):
        last = post(client, "sign-in", {"name": "58120001", "password": "wrong"})
    assert last.status_code == 429
    right = post(client, "sign-in", {"name": "58120001", "password": PASSWORD})
    assert right.status_code == 429


def test_lock_outs_are_each_mfis_own(alpha: Branch, beta: Branch) -> None:
    at_alpha, at_beta = Client(HTTP_HOST=alpha.host), Client(HTTP_HOST=beta.host)
    for _ in range(6):
        post(at_alpha, "sign-in", {"name": "58120001", "password": "wrong"})
    assert post(at_beta, "sign-in", {"name": "58120001", "password": PASSWORD}).status_code == 200


def test_staff_do_not_sign_in_here(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    assert post(client, "sign-in", {"name": "officer@alpha.example", "password": PASSWORD}).status_code == 401
    assert alpha.client("officer").get("/api/v1/loans").status_code == 403


def test_tokens(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    made = post(client, "tokens", {"name": "my phone"}).json()
    program = Client(HTTP_HOST=alpha.host)
    assert program.get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {made['token']}").status_code == 200
    assert "token" not in client.get("/api/v1/tokens").json()[0]
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert program.get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {made['token']}").status_code == 401


def test_a_token_made_again_with_its_key_is_one_and_its_secret_is_told_once(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    first = post(client, "tokens", {"name": "sheet"}, HTTP_IDEMPOTENCY_KEY="k1").json()
    again = post(client, "tokens", {"name": "sheet"}, HTTP_IDEMPOTENCY_KEY="k1").json()
    assert first["token"].startswith("lts_")
    assert again["id"] == first["id"]
    assert again["token"] is None
    assert len(client.get("/api/v1/tokens").json()) == 1
    assert not Command.objects.filter(answer__icontains=first["token"]).exists()
    assert post(client, "tokens", {"name": "other"}, HTTP_IDEMPOTENCY_KEY="k1").status_code == 409


def test_too_many_calls_are_refused_whatever_the_headers_say(alpha: Branch, beta: Branch, settings: Any) -> None:
    settings.CALLS_A_MINUTE = {"read": 5, "write": 3, "entry": 3}

    def knock(branch: Branch, n: int) -> Any:
        body = {"name": f"5{n:07d}", "password": "wrong-password-1"}
        return post(Client(HTTP_HOST=branch.host), "sign-in", body, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}")

    answers = [knock(alpha, n) for n in range(5)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert knock(beta, 9).status_code == 401  # another MFI counts for itself
    with tenant_context(alpha.mfi):
        somebody = register_borrower(
            person=Person("Neo Letuka", phone="58990022"), password=PASSWORD, actor=SYSTEM, today=TODAY
        )
    client = alpha.client(somebody)
    assert [post(client, "drafts", {}).status_code for _ in range(4)] == [201, 201, 201, 429]
    many = [client.get("/api/v1/me").status_code for _ in range(20)]
    assert many[:5] == [200] * 5  # a reader may pass by what a process counts by itself, not by more
    assert many[-1] == 429


def test_the_address_is_what_trusted_proxies_say(settings: Any) -> None:
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="6.6.6.6, 1.2.3.4", REMOTE_ADDR="127.0.0.1")
    assert client_address(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert client_address(request) == "1.2.3.4"
    settings.TRUSTED_PROXIES = 3
    assert client_address(request) == "127.0.0.1"  # it did not come through all of them


def test_one_sees_where_one_is_signed_in_and_ends_it(alpha: Branch) -> None:
    body = {"full_name": "Lerato Matete", "phone": "6812 9999", "password": "a-long-secret-9", "agreed": 1}
    phone = Client(HTTP_HOST=alpha.host, HTTP_USER_AGENT="Cheap phone")
    desk = Client(
        HTTP_HOST=alpha.host,
        HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36",
    )
    assert register(phone, body).status_code == 201
    assert post(desk, "sign-in", {"name": "68129999", "password": "a-long-secret-9"}).status_code == 200
    found = phone.get("/api/v1/sessions").json()
    assert [(s["device"], s["current"]) for s in found] == [("Chrome, Android", False), ("Cheap phone", True)]
    other = alpha.client(alpha.borrower)
    assert other.delete(f"/api/v1/sessions/{found[0]['id']}").status_code == 404
    assert phone.delete(f"/api/v1/sessions/{found[0]['id']}").status_code == 204
    assert desk.get("/api/v1/me").status_code == 401
    assert phone.get("/api/v1/me").status_code == 200
    assert len(phone.get("/api/v1/sessions").json()) == 1
