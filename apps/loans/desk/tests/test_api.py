"""The borrower's API: each call as it should go, refused, repeated."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from apps.loans.applications.services import review
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.repayment import record_repayment
from apps.users.accounts.models import Account
from tests.factories import TODAY, Branch, agreed

Maker = Callable[..., Loan]


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", **headers)


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
    unseen = post(client, "loans", body)
    assert (unseen.status_code, [*unseen.json()["errors"]]) == (422, ["agreed"])
    body["agreed"] = agreed(alpha.product, "1500.00")
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
    assert made.json()["invited"] == "s•••@delta.example"
    assert "/invitation/" not in made.content.decode()
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


def test_a_call_of_the_api_takes_no_language_over_from_a_page(alpha: Branch) -> None:
    """A server's thread answers pages and calls in turn."""
    client = alpha.client(alpha.borrower)
    client.get("/password-reset/", HTTP_ACCEPT_LANGUAGE="st")
    assert translation.get_language() == "st"
    assert client.get("/api/v1/loans").status_code == 200
    assert translation.get_language() == "en"
