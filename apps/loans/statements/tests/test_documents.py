"""What borrowers are handed: key facts and what they agree to, receipts that can be verified, statements."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from apps.loans.book.key_facts import facts_hash
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.repayment import record_repayment
from apps.loans.statements.pdf import Paper, render
from apps.mfis.core.actor import SYSTEM
from tests.factories import TODAY, Branch

WANTED = "principal=1000.00&installments=12"

LOCALE = Path(settings.ROOT) / "apps" / "loans" / "locale" / "st" / "LC_MESSAGES"


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", **headers)


def facts_shown(alpha: Branch, wanted: str = WANTED) -> dict[str, Any]:
    answer = Client(HTTP_HOST=alpha.host).get(f"/api/v1/products/{alpha.product.pk}/key-facts?{wanted}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_key_facts_are_the_quotes_figures(alpha: Branch) -> None:
    found = facts_shown(alpha)
    quote = Client(HTTP_HOST=alpha.host).get(f"/api/v1/products/{alpha.product.pk}/quote?{WANTED}").json()
    facts = found["facts"]
    for name in ("principal", "net", "fee", "interest", "total", "installment", "apr", "eir"):
        assert facts[name] == quote[name], name
    assert found["hash"] == facts_hash(facts)
    assert Decimal(facts["cost"]) == Decimal(facts["total"]) + Decimal(facts["fee"]) - Decimal(facts["principal"])
    assert Decimal(facts["total"]) == sum(Decimal(row["total_due"]) for row in facts["schedule"])
    assert [r["due_date"] for r in facts["schedule"]] == [r["due_date"] for r in quote["schedule"]]


def test_what_was_agreed_to_is_kept_with_the_application(alpha: Branch) -> None:
    client = alpha.client(alpha.borrower)
    shown = facts_shown(alpha)
    body = {"product_id": str(alpha.product.pk), "principal": "1000.00", "installments": 12, "language": "st"}
    wrong = post(client, "loans", {**body, "installments": 11, "agreed": shown["hash"]})
    assert wrong.status_code == 422
    assert "agreed" in wrong.json()["errors"]
    assert not Loan.objects.exists()
    made = post(client, "loans", {**body, "agreed": shown["hash"]})
    assert made.status_code == 201, made.content
    kept = LoanEvent.objects.get(loan_id=made.json()["id"], type="submitted").payload["key_facts"]
    assert kept["facts"] == shown["facts"]
    assert kept["hash"] == shown["hash"] == facts_hash(kept["facts"])
    assert (kept["name"], kept["language"]) == (alpha.borrower.full_name, "st")
    alpha.product.refresh_from_db()
    alpha.product.__class__.objects.filter(pk=alpha.product.pk).update(name="Renamed")
    first = client.get(f"/api/v1/loans/{made.json()['id']}/key-facts.pdf")
    again = client.get(f"/api/v1/loans/{made.json()['id']}/key-facts.pdf")
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == again.content
    assert check_books(actor=SYSTEM).breaks == []


def test_the_same_paper_gives_the_same_bytes() -> None:
    paper = Paper(
        lender="Alpha <& Co>", title="T", facts=[("a", "b & <c>")], columns=["x"], rows=[["1"]], code="http://x/"
    )
    assert render(paper) == render(paper)


def test_a_receipt_can_be_verified_by_anybody_and_names_nobody(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    made = record_repayment(
        loan_id=loan.pk,
        actor=alpha.staff["cashier"].actor,
        amount=Decimal(50),
        channel="mpesa",
        reference="MP77",
        value_date=TODAY,
    )
    client = alpha.client(alpha.borrower)
    paper = client.get(f"/api/v1/loans/{loan.pk}/receipts/{made.id}.pdf?language=st")
    assert paper.content.startswith(b"%PDF-")
    page = Client(HTTP_HOST=alpha.host).get(f"/receipts/{made.id}/").content.decode()
    assert "it stands" in page
    assert made.number in page
    assert "M 50.00" in page
    assert alpha.borrower.full_name not in page
    assert loan.number not in page
    reverse_repayment(event_id=made.id, actor=alpha.staff["accountant"].actor, reason="Wrong loan")
    assert "no longer counts" in Client(HTTP_HOST=alpha.host).get(f"/receipts/{made.id}/").content.decode()
    disbursed = LoanEvent.objects.get(loan=loan, type="disbursement")
    assert Client(HTTP_HOST=alpha.host).get(f"/receipts/{disbursed.pk}/").status_code == 404


def test_statement_and_pay_off(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan, client = active(), alpha.client(alpha.borrower)
    assert client.get(f"/api/v1/loans/{loan.pk}/statement.pdf").content.startswith(b"%PDF-")
    today = client.get(f"/api/v1/loans/{loan.pk}/pay-off").json()
    assert Decimal(today["amount"]) > 0
    assert client.get(f"/api/v1/loans/{loan.pk}/pay-off?on=2020-01-01").status_code == 422


@pytest.mark.parametrize("language", ["st"])
def test_every_word_of_the_papers_is_translated(language: str) -> None:
    used = {
        m
        for _, _, m, _, _ in extract_from_dir(
            Path(settings.ROOT) / "apps" / "loans", [("**.py", "python")], keywords={"_": None}
        )
    }
    with (LOCALE / "django.po").open("rb") as file:
        catalog = read_po(file)
    words = {m.id: m.string for m in catalog if m.id}
    assert set(words) == used
    for word, said in words.items():
        assert said, word
        places = re.compile(r"%\(\w+\)s|%%")
        assert sorted(places.findall(word)) == sorted(places.findall(said)), word
    with (LOCALE / "django.mo").open("rb") as compiled:
        assert {m.id: m.string for m in read_mo(compiled) if m.id} == words, "run pybabel compile; see the .po file"
    with translation.override(language):
        assert gettext("Receipt") == "Resiti"


def test_the_receipts_code_leads_to_the_address_of_the_settings(
    alpha: Branch, active: Callable[..., Loan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever port the caller names: a paper is read by others."""
    loan = active()
    paid = {"amount": Decimal(50), "channel": "cash", "value_date": TODAY}
    made = record_repayment(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, **paid)
    urls: list[str] = []

    def keep(*_: Any, url: str, **__: Any) -> bytes:
        urls.append(url)
        return b"%PDF"

    monkeypatch.setattr("apps.loans.statements.api.documents.receipt_pdf", keep)
    client = alpha.client(alpha.borrower)
    assert (
        client.get(f"/api/v1/loans/{loan.pk}/receipts/{made.id}.pdf", HTTP_HOST=f"{alpha.host}:6666").status_code == 200
    )
    assert urls == [f"http://alpha.localhost:8000/receipts/{made.id}/"]
