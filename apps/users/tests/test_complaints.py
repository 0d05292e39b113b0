"""Complaints: filed once, answered once within thirty days, by whom may; by borrower and back-office."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, WrongState
from apps.users.models import Complaint, Revision
from apps.users.services.accounts import Person, register_borrower
from apps.users.services.complaints import MOST_OPEN, answer_complaint, complain
from conftest import Branch


def post(client: Client, body: dict[str, str], key: str = "") -> Any:
    return client.post(
        "/api/v1/complaints", json.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=key
    )


def test_a_complaint_from_the_phone_to_the_answer(alpha: Branch) -> None:
    client, body = alpha.client(alpha.borrower), {"about": "charges", "text": "I was charged twice."}
    made = post(client, body, "k")
    assert made.status_code == 201, made.content
    assert post(client, body, "k").json() == made.json()
    (told,) = client.get("/api/v1/complaints").json()
    assert told["due_on"] == (business_date() + timedelta(days=30)).isoformat()
    assert told["answered_on"] is None

    officer = alpha.client("officer")
    page = officer.get("/admin/users/complaint/?answered_on__isempty=1").content.decode()
    assert "30 days left" in page
    answer = f"/admin/users/complaint/{made.json()['id']}/answer/"
    assert "I was charged twice." in officer.get(answer).content.decode()
    assert alpha.client("cashier").get(answer).status_code == 403
    assert officer.post(answer, {"answer": " "}).status_code == 422
    assert officer.post(answer, {"answer": "It was one charge, shown twice; mended."}).status_code == 302
    (told,) = client.get("/api/v1/complaints").json()
    assert told["answer"].startswith("It was one charge")
    assert Revision.objects.filter(table_name="users_complaint", row_id=made.json()["id"]).count() == 2
    assert "Answered" in officer.get("/admin/users/complaint/").content.decode()


def test_complaints_are_refused_by_name(alpha: Branch) -> None:
    today = business_date()
    with pytest.raises(InvalidInput):
        complain(account=alpha.borrower, about="weather", text="Rain", on=today)
    with pytest.raises(InvalidInput):
        complain(account=alpha.borrower, about="other", text="  ", on=today)
    with pytest.raises(NotAllowed):
        complain(account=alpha.staff["officer"], about="other", text="x", on=today)
    made = complain(account=alpha.borrower, about="other", text="x", on=today)
    with pytest.raises(NotAllowed):
        answer_complaint(complaint_id=made["id"], by=alpha.borrower, answer="No", on=today)
    answer_complaint(complaint_id=made["id"], by=alpha.staff["manager"], answer="Yes", on=today)
    with pytest.raises(WrongState):
        answer_complaint(complaint_id=made["id"], by=alpha.staff["manager"], answer="Other", on=today)
    for n in range(MOST_OPEN):
        complain(account=alpha.borrower, about="other", text=f"{n}", on=today)
    with pytest.raises(WrongState):
        complain(account=alpha.borrower, about="other", text="more", on=today)


def test_another_borrowers_complaints_are_not_seen(alpha: Branch) -> None:
    complain(account=alpha.borrower, about="other", text="mine", on=business_date())
    other = register_borrower(person=Person("Neo Letuka", phone="58990033"), today=business_date())
    assert alpha.client(other).get("/api/v1/complaints").json() == []


def test_the_database_keeps_an_answer_and_its_day_together(alpha: Branch) -> None:
    made = complain(account=alpha.borrower, about="other", text="x", on=business_date())
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=made["id"]).update(answered_on=business_date())
