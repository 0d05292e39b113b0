"""The borrower's API: each call as it should go, refused, repeated."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import translation
from django_tenants.utils import tenant_context

from apps.loans.applications.services import review
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.models import Command
from apps.users.access.rate_limits import client_address
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import PASSWORD, TODAY, Branch

Maker = Callable[..., Loan]


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", **headers)


def test_register_sign_out_sign_in(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    body = {"full_name": "Lerato Matete", "phone": "6812 3456", "password": "a-long-secret-9", "agreed": 1}
    made = post(client, "register", body)
    assert made.status_code == 201, made.content
    assert made.json()["phone"] == "+26668123456"
    assert client.get("/api/v1/me").json()["full_name"] == "Lerato Matete"
    assert post(client, "sign-out", {}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert post(client, "sign-in", {"name": "68123456", "password": "a-long-secret-9"}).status_code == 200
    again = post(Client(HTTP_HOST=alpha.host), "register", body)  # the first answer was lost with the line
    assert again.json()["id"] == made.json()["id"]
    assert post(client, "register", {**body, "password": "another-secret-8"}).status_code == 409
    assert post(client, "register", {**body, "full_name": "Somebody Else"}).status_code == 409


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


def test_a_quote_is_the_engines(alpha: Branch) -> None:
    quote = Client(HTTP_HOST=alpha.host).get(
        f"/api/v1/products/{alpha.product.pk}/quote?principal=1000.00&installments=12"
    )
    found = quote.json()
    assert (found["installment"], found["net"], found["fee"], found["interest"]) == (
        "94.56",
        "970.00",
        "30.00",
        "134.70",
    )
    assert len(found["schedule"]) == 12


@pytest.mark.parametrize(
    "query",
    [
        "principal=1&installments=12",
        "principal=1000&installments=99",
        "principal=x",
        "principal=NaN&installments=3",
        "principal=1e30&installments=3",
        "",
    ],
)
def test_bad_quotes_are_422(alpha: Branch, query: str) -> None:
    answer = Client(HTTP_HOST=alpha.host).get(f"/api/v1/products/{alpha.product.pk}/quote?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_apply_once_and_withdraw(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    body = {"product_id": str(alpha.product.pk), "principal": "1500.00", "installments": 6, "purpose": "Stock"}
    one = post(client, "loans", body, HTTP_IDEMPOTENCY_KEY="key-1")
    two = post(client, "loans", body, HTTP_IDEMPOTENCY_KEY="key-1")
    assert (one.status_code, one.json()) == (201, two.json())
    other = post(client, "loans", {**body, "principal": "1600.00"}, HTTP_IDEMPOTENCY_KEY="key-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert post(client, "loans", body).status_code == 409
    detail = client.get(f"/api/v1/loans/{one.json()['id']}").json()
    assert [s["state"] for s in detail["steps"]] == ["now", "todo", "todo", "todo", "todo"]
    ended = post(client, f"loans/{one.json()['id']}/withdraw", {})
    assert ended.json()["status"] == "withdrawn"
    assert post(client, f"loans/{one.json()['id']}/withdraw", {}).status_code == 409


def test_a_loan_its_schedule_receipts_and_statement(alpha: Branch, active: Maker) -> None:
    from decimal import Decimal

    from tests.factories import TODAY

    loan = active()
    event = record_repayment(
        loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal("94.56"), channel="cash", value_date=TODAY
    )
    record_repayment(
        loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(10), channel="cash", value_date=TODAY
    )
    reverse_repayment(event_id=event.id, actor=alpha.staff["accountant"].actor, reason="Wrong loan")
    client = alpha.client(alpha.borrower)
    assert client.get("/api/v1/loans").json()["items"][0]["outstanding"] == "1124.70"
    schedule = client.get(f"/api/v1/loans/{loan.pk}/schedule").json()
    assert (len(schedule), schedule[0]["paid"]) == (12, "10.00")
    receipts = client.get(f"/api/v1/loans/{loan.pk}/repayments").json()
    assert [(r["amount"], r["reversed"]) for r in receipts] == [("10.00", False), ("94.56", True)]
    statement = client.get(f"/api/v1/loans/{loan.pk}/statement").json()
    assert [r["type"] for r in statement["rows"]] == ["disbursement", "repayment", "repayment"]
    assert [r["undone"] for r in statement["rows"]] == [False, True, False]
    sheet = client.get(f"/api/v1/loans/{loan.pk}/statement.csv")
    assert len(list(csv.DictReader(io.StringIO(sheet.content.decode())))) == 3


def test_a_payment_is_reported_once(alpha: Branch, active: Maker) -> None:
    loan, client = active(), alpha.client(alpha.borrower)
    body = {"amount": "50.00", "channel": "mpesa", "reference": "MP77"}
    answers = [post(client, f"loans/{loan.pk}/payments", body, HTTP_IDEMPOTENCY_KEY="p-1") for _ in range(3)]
    assert [a.status_code for a in answers] == [201, 201, 201]
    assert PaymentNotice.objects.filter(loan=loan).count() == 1
    assert not LoanEvent.objects.filter(loan=loan, type="repayment").exists()
    cash = post(client, f"loans/{loan.pk}/payments", {**body, "channel": "cash"})
    assert (cash.status_code, list(cash.json()["errors"])) == (422, ["channel"])


def test_the_profile(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    body = {
        "full_name": "Mamello Khoabane",
        "phone": "58120001",
        "national_id": "100000000001",
        "district": "berea",
        "date_of_birth": "1990-05-27",
        "net_monthly_income": "4500.00",
    }
    answer = client.put("/api/v1/me", json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["net_monthly_income"]) == (200, "4500.00")
    wrong = client.put(
        "/api/v1/me", json.dumps({**body, "date_of_birth": "2020-01-01"}), content_type="application/json"
    )
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["date_of_birth"])


def test_what_identifies_a_person_is_given_once(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    body = {"full_name": "Mamello Khoabane", "phone": "58120001", "date_of_birth": "1990-05-27"}
    for wrong in (
        {"national_id": "999999999999"},
        {"national_id": ""},
        {"national_id": "100000000001", "date_of_birth": "1991-01-01"},
    ):
        answer = client.put("/api/v1/me", json.dumps({**body, **wrong}), content_type="application/json")
        assert answer.status_code == 422, wrong
        assert "ask your branch" in answer.json()["detail"]
    assert client.get("/api/v1/me").json()["national_id"] == "100000000001"


def test_tokens(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    made = post(client, "tokens", {"name": "my phone"}).json()
    program = Client(HTTP_HOST=alpha.host)
    assert program.get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {made['token']}").status_code == 200
    assert "token" not in client.get("/api/v1/tokens").json()[0]
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert program.get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {made['token']}").status_code == 401


@pytest.mark.parametrize("path", ["openapi.json", "docs"])
def test_the_documents_stay_on_this_host(alpha: Branch, public_client: Client, path: str) -> None:
    for client in (Client(HTTP_HOST=alpha.host), public_client):
        text = client.get(f"/api/v1/{path}").content.decode()
        assert "cdn" not in text.lower()
        assert "https://" not in text.replace("https://json-schema.org", "")


def test_mfis_by_api(public_client: Client, letsema_admin: Account) -> None:
    from apps.users.access.services.tokens import create_token

    secret = create_token(actor=letsema_admin.actor, name="ops").secret
    program = Client(HTTP_HOST="localhost")
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    body = {
        "name": "Delta",
        "subdomain": "delta",
        "licence_type": "credit_only_3",
        "district": "Quthing",
        "contact_email": "a@delta.example",
        "admin_name": "Sello Shale",
        "admin_email": "s@delta.example",
    }
    made = post(program, "mfis", body, **headers)
    assert made.status_code == 201, made.content
    assert "/invitation/" in made.json()["invitation_url"]
    assert post(program, "mfis", body, **headers).status_code == 409
    wrong = post(program, "mfis", {**body, "subdomain": "www", "district": "Paris"}, **headers)
    assert wrong.status_code == 422
    assert post(Client(HTTP_HOST="localhost"), "mfis", body).status_code == 401
    changed = post(program, f"mfis/{made.json()['id']}/status", {"status": "suspended", "reason": "Test"}, **headers)
    assert changed.json()["status"] == "suspended"


def test_pages_of_loans_follow_one_another(alpha: Branch, apply: Callable[..., Loan]) -> None:
    made = []
    for _ in range(3):
        loan = apply()
        review.withdraw(loan_id=loan.pk, actor=alpha.borrower.actor)
        made.append(str(loan.pk))
    client, found, after = alpha.client(alpha.borrower), [], ""
    for _ in range(5):
        page = client.get(f"/api/v1/loans?most=2{after}").json()
        found += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == sorted(made, reverse=True)
    assert client.get("/api/v1/loans?most=0").status_code == 422
    assert client.get("/api/v1/loans?after=x").status_code == 422


def test_what_the_client_holds_is_not_sent_again(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan, client = active(), alpha.client(alpha.borrower)
    first = client.get(f"/api/v1/loans/{loan.pk}")
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(f"/api/v1/loans/{loan.pk}", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    record_repayment(
        loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(10), channel="cash", value_date=TODAY
    )
    assert client.get(f"/api/v1/loans/{loan.pk}", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


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
    assert post(phone, "register", body).status_code == 201
    assert post(desk, "sign-in", {"name": "68129999", "password": "a-long-secret-9"}).status_code == 200
    found = phone.get("/api/v1/sessions").json()
    assert [(s["device"], s["current"]) for s in found] == [("Chrome, Android", False), ("Cheap phone", True)]
    other = alpha.client(alpha.borrower)
    assert other.delete(f"/api/v1/sessions/{found[0]['id']}").status_code == 404
    assert phone.delete(f"/api/v1/sessions/{found[0]['id']}").status_code == 204
    assert desk.get("/api/v1/me").status_code == 401
    assert phone.get("/api/v1/me").status_code == 200
    assert len(phone.get("/api/v1/sessions").json()) == 1


def test_a_call_of_the_api_takes_no_language_over_from_a_page(alpha: Branch) -> None:
    """A server's thread answers pages and calls in turn."""
    client = alpha.client(alpha.borrower)
    client.get("/password-reset/", HTTP_ACCEPT_LANGUAGE="st")
    assert translation.get_language() == "st"
    assert client.get("/api/v1/loans").status_code == 200
    assert translation.get_language() == "en"
