"""The borrower's API: each call as it should go, refused, repeated."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.loans.models import Loan, LoanEvent, PaymentNotice
from apps.users.models import Account
from conftest import PASSWORD, Branch

Maker = Callable[..., Loan]


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"/api/{path}", json.dumps(body), content_type="application/json", **headers)


def test_register_sign_out_sign_in(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    body = {"full_name": "Lerato Matete", "phone": "6812 3456", "password": "a-long-secret-9"}
    made = post(client, "register", body)
    assert made.status_code == 201, made.content
    assert made.json()["phone"] == "+26668123456"
    assert client.get("/api/me").json()["full_name"] == "Lerato Matete"
    assert post(client, "sign-out", {}).status_code == 204
    assert client.get("/api/me").status_code == 401
    assert post(client, "sign-in", {"name": "68123456", "password": "a-long-secret-9"}).status_code == 200
    assert post(client, "register", body).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"full_name": "", "phone": "68123456", "password": "a-long-secret-9"}, "full_name"),
        ({"full_name": "L", "phone": "1", "password": "a-long-secret-9"}, "phone"),
        ({"full_name": "L", "phone": "68123456", "password": "short"}, "password"),
        ({"full_name": "L", "phone": "68123456"}, "password"),
    ],
)
def test_bad_registrations_name_the_field(alpha: Branch, body: dict, field: str) -> None:
    answer = post(Client(HTTP_HOST=alpha.host), "register", body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert field in answer.json()["errors"]


def test_a_form_of_another_site_is_refused(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    answer = client.post("/api/sign-in", '{"name": "a", "password": "b"}', content_type="text/plain")
    assert answer.status_code == 415


def test_unsafe_calls_with_a_session_need_the_csrf_token(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host, enforce_csrf_checks=True)
    client.cookies = alpha.client(alpha.borrower).cookies
    assert post(client, "sign-out", {}).status_code == 403
    token = client.get("/api/session").json()["csrf_token"]
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
    assert alpha.client("officer").get("/api/loans").status_code == 403


def test_a_quote_is_the_engines(alpha: Branch) -> None:
    quote = Client(HTTP_HOST=alpha.host).get(
        f"/api/products/{alpha.product.pk}/quote?principal=1000.00&installments=12"
    )
    found = quote.json()
    assert (found["installment"], found["net"], found["fee"], found["interest"]) == (
        "94.56",
        "970.00",
        "30.00",
        "134.70",
    )
    assert len(found["schedule"]) == 12


@pytest.mark.parametrize("query", ["principal=1&installments=12", "principal=1000&installments=99", "principal=x",
                                   "principal=NaN&installments=3", "principal=1e30&installments=3", ""])  # fmt: skip
def test_bad_quotes_are_422(alpha: Branch, query: str) -> None:
    answer = Client(HTTP_HOST=alpha.host).get(f"/api/products/{alpha.product.pk}/quote?{query}")
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
    detail = client.get(f"/api/loans/{one.json()['id']}").json()
    assert [s["state"] for s in detail["steps"]] == ["now", "todo", "todo", "todo", "todo"]
    ended = post(client, f"loans/{one.json()['id']}/withdraw", {})
    assert ended.json()["status"] == "withdrawn"
    assert post(client, f"loans/{one.json()['id']}/withdraw", {}).status_code == 409


def test_a_loan_its_schedule_receipts_and_statement(alpha: Branch, active: Maker) -> None:
    from decimal import Decimal

    from apps.loans.services import money
    from conftest import TODAY

    loan = active()
    event = money.record_repayment(
        loan_id=loan.pk, by=alpha.staff["cashier"], amount=Decimal("94.56"), channel="cash", on=TODAY
    )
    money.record_repayment(loan_id=loan.pk, by=alpha.staff["cashier"], amount=Decimal(10), channel="cash", on=TODAY)
    money.reverse_repayment(event_id=event["id"], by=alpha.staff["accountant"], reason="Wrong loan")
    client = alpha.client(alpha.borrower)
    assert client.get("/api/loans").json()[0]["outstanding"] == "1124.70"
    schedule = client.get(f"/api/loans/{loan.pk}/schedule").json()
    assert (len(schedule), schedule[0]["paid"]) == (12, "10.00")
    receipts = client.get(f"/api/loans/{loan.pk}/repayments").json()
    assert [(r["amount"], r["reversed"]) for r in receipts] == [("10.00", False), ("94.56", True)]
    statement = client.get(f"/api/loans/{loan.pk}/statement").json()
    assert [r["type"] for r in statement["rows"]] == ["disbursement", "repayment", "repayment"]
    assert [r["undone"] for r in statement["rows"]] == [False, True, False]
    sheet = client.get(f"/api/loans/{loan.pk}/statement.csv")
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
        "full_name": "Mamello Khoabane", "phone": "58120001", "national_id": "100000000001", "district": "berea",
        "date_of_birth": "1990-05-27", "net_monthly_income": "4500.00",
    }  # fmt: skip
    answer = client.put("/api/me", json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["net_monthly_income"]) == (200, "4500.00")
    wrong = client.put("/api/me", json.dumps({**body, "date_of_birth": "2020-01-01"}), content_type="application/json")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["date_of_birth"])


def test_what_identifies_a_person_is_given_once(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    body = {"full_name": "Mamello Khoabane", "phone": "58120001", "date_of_birth": "1990-05-27"}
    for wrong in ({"national_id": "999999999999"}, {"national_id": ""}, {"national_id": "100000000001",
                                                                          "date_of_birth": "1991-01-01"}):  # fmt: skip
        answer = client.put("/api/me", json.dumps({**body, **wrong}), content_type="application/json")
        assert answer.status_code == 422, wrong
        assert "ask your branch" in answer.json()["detail"]
    assert client.get("/api/me").json()["national_id"] == "100000000001"


def test_tokens(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    made = post(client, "tokens", {"name": "my phone"}).json()
    program = Client(HTTP_HOST=alpha.host)
    assert program.get("/api/me", HTTP_AUTHORIZATION=f"Bearer {made['token']}").status_code == 200
    assert "token" not in client.get("/api/tokens").json()[0]
    assert client.delete(f"/api/tokens/{made['id']}").status_code == 204
    assert program.get("/api/me", HTTP_AUTHORIZATION=f"Bearer {made['token']}").status_code == 401


@pytest.mark.parametrize("path", ["openapi.json", "docs"])
def test_the_documents_stay_on_this_host(alpha: Branch, public_client: Client, path: str) -> None:
    for client in (Client(HTTP_HOST=alpha.host), public_client):
        text = client.get(f"/api/{path}").content.decode()
        assert "cdn" not in text.lower()
        assert "https://" not in text.replace("https://json-schema.org", "")


def test_mfis_by_api(public_client: Client, letsema_admin: Account) -> None:
    from apps.mfis.acting import SYSTEM
    from apps.users.services.tokens import create_token

    _, secret = create_token(account=letsema_admin, name="ops", actor=SYSTEM)
    program = Client(HTTP_HOST="localhost")
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    body = {
        "name": "Delta", "subdomain": "delta", "licence_type": "credit_only_3", "district": "Quthing",
        "contact_email": "a@delta.example", "admin_name": "Sello Shale", "admin_email": "s@delta.example",
    }  # fmt: skip
    made = post(program, "mfis", body, **headers)
    assert made.status_code == 201, made.content
    assert "/invitation/" in made.json()["invitation_url"]
    assert post(program, "mfis", body, **headers).status_code == 409
    wrong = post(program, "mfis", {**body, "subdomain": "www", "district": "Paris"}, **headers)
    assert wrong.status_code == 422
    assert post(Client(HTTP_HOST="localhost"), "mfis", body).status_code == 401
    changed = post(program, f"mfis/{made.json()['id']}/status", {"status": "suspended", "reason": "Test"}, **headers)
    assert changed.json()["status"] == "suspended"
