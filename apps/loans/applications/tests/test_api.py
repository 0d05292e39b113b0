"""The way to a loan through the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.loans.applications.services import review
from apps.loans.book.models import Loan
from apps.mfis.core.actor import SYSTEM
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.django_db


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(body), "application/json", **headers)  # type: ignore[arg-type]


def test_a_borrower_answers_hands_in_papers_and_keeps_drafts(alpha: Branch, apply: Callable[..., Loan]) -> None:
    client = alpha.client(alpha.borrower)
    draft = post(
        client, "drafts", {"product_id": str(alpha.product.pk), "principal": "700.00"}, HTTP_IDEMPOTENCY_KEY="a"
    )
    assert draft.status_code == 201, draft.content
    assert (
        post(
            client, "drafts", {"product_id": str(alpha.product.pk), "principal": "700.00"}, HTTP_IDEMPOTENCY_KEY="a"
        ).json()
        == draft.json()
    )
    path = f"/api/v1/drafts/{draft.json()['id']}"
    changed = client.put(path, json.dumps({"principal": "800.00", "installments": 6}), content_type="application/json")
    assert (changed.json()["principal"], changed.json()["product_id"]) == ("800.00", None)
    assert post(client, f"drafts/{draft.json()['id']}/submit", {}).status_code == 422
    assert client.delete(path).status_code == 204
    assert client.get("/api/v1/drafts").json() == []

    loan = apply()
    review.start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor)
    review.request_info(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="A payslip, please")

    def send(content: bytes) -> Any:
        file = SimpleUploadedFile("../slip.pdf", content)
        return client.post(f"/api/v1/loans/{loan.pk}/documents", {"what": "payslip", "file": file})

    assert send(b"<html>").status_code == 422
    kept = send(b"%PDF-1.4 slip")
    assert kept.status_code == 201, kept.content
    assert kept.json()["file_name"] == "slip.pdf"
    assert send(b"%PDF-1.4 slip").json()["id"] == kept.json()["id"]
    assert client.get(f"/api/v1/documents/{kept.json()['id']}").content == b"%PDF-1.4 slip"
    assert post(client, f"loans/{loan.pk}/answer", {"text": "  "}).json()["codes"] == {"text": ["required"]}
    neighbour = register_borrower(person=Person("Neo Letuka", phone="58990011"), actor=SYSTEM, today=TODAY)
    assert alpha.client(neighbour).get(f"/api/v1/documents/{kept.json()['id']}").status_code == 404
    assert len(client.get(f"/api/v1/loans/{loan.pk}/documents").json()) == 1
    answered = post(client, f"loans/{loan.pk}/answer", {"text": "Here it is"})
    assert answered.json()["status"] == "under_review"
    asked = [(question["question"], question["answer"]) for question in answered.json()["questions"]]
    assert asked == [("A payslip, please", "Here it is")]
    assert post(client, f"loans/{loan.pk}/answer", {"text": "Again"}).status_code == 409
    types = [e["type"] for e in client.get(f"/api/v1/loans/{loan.pk}/events").json()]
    assert types == ["submitted", "info_requested", "info_given"]
