"""Complaints: filed once, answered once within thirty days, by whom may; by borrower and back-office."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.mfis.core.models import Revision
from apps.mfis.core.workflow import WORKFLOWS
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.complaints.models import Complaint
from apps.users.complaints.services import MAXIMUM_OPEN, answer_complaint, complain
from apps.users.complaints.workflow import COMPLAINT
from tests.factories import Branch


def post(client: Client, body: dict[str, str], key: str = "") -> Any:
    return client.post(
        "/api/v1/complaints", json.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=key
    )


def test_a_complaint_from_the_phone_to_the_answer(alpha: Branch) -> None:
    client, body = alpha.client(alpha.borrower), {"about": "charges", "text": "I was charged twice."}
    filed = post(client, body, "k")
    assert filed.status_code == 201, filed.content
    assert post(client, body, "k").json() == filed.json()
    (shown,) = client.get("/api/v1/complaints").json()
    assert shown["due_on"] == (business_date() + timedelta(days=30)).isoformat()
    assert shown["answered_on"] is None

    officer = alpha.client("officer")
    page = officer.get("/admin/users/complaint/?answered_on__isempty=1").content.decode()
    assert "30 days left" in page
    answer = f"/admin/users/complaint/{filed.json()['id']}/answer/"
    assert "I was charged twice." in officer.get(answer).content.decode()
    assert alpha.client("cashier").get(answer).status_code == 403
    assert officer.post(answer, {"answer": " "}).status_code == 422
    assert officer.post(answer, {"answer": "It was one charge, shown twice; mended."}).status_code == 302
    (shown,) = client.get("/api/v1/complaints").json()
    assert shown["answer"].startswith("It was one charge")
    assert Revision.objects.filter(table_name="users_complaint", row_id=filed.json()["id"]).count() == 2
    assert "Answered" in officer.get("/admin/users/complaint/").content.decode()


def test_complaints_are_refused_by_name(alpha: Branch) -> None:
    today = business_date()
    with pytest.raises(InvalidInput):
        complain(actor=alpha.borrower.actor, about="weather", text="Rain", value_date=today)
    with pytest.raises(InvalidInput):
        complain(actor=alpha.borrower.actor, about="other", text="  ", value_date=today)
    with pytest.raises(NotAllowed):
        complain(actor=alpha.staff["officer"].actor, about="other", text="x", value_date=today)
    complaint = complain(actor=alpha.borrower.actor, about="other", text="x", value_date=today)
    with pytest.raises(NotAllowed):
        answer_complaint(complaint_id=complaint.id, actor=alpha.borrower.actor, answer="No", value_date=today)
    answer_complaint(complaint_id=complaint.id, actor=alpha.staff["manager"].actor, answer="Yes", value_date=today)
    with pytest.raises(WrongState):
        answer_complaint(
            complaint_id=complaint.id, actor=alpha.staff["manager"].actor, answer="Other", value_date=today
        )
    for n in range(MAXIMUM_OPEN):
        complain(actor=alpha.borrower.actor, about="other", text=f"{n}", value_date=today)
    with pytest.raises(WrongState):
        complain(actor=alpha.borrower.actor, about="other", text="more", value_date=today)


def test_another_borrowers_complaints_are_not_seen(alpha: Branch) -> None:
    complain(actor=alpha.borrower.actor, about="other", text="mine", value_date=business_date())
    other = register_borrower(person=Person("Neo Letuka", phone="58990033"), actor=SYSTEM, today=business_date())
    assert alpha.client(other).get("/api/v1/complaints").json() == []


def test_the_database_keeps_an_answer_and_its_day_together(alpha: Branch) -> None:
    complaint = complain(actor=alpha.borrower.actor, about="other", text="x", value_date=business_date())
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=complaint.id).update(answered_on=business_date())


def test_the_workflow_says_what_may_be_done(alpha: Branch) -> None:
    complaint = Complaint.objects.get(pk=complain(actor=alpha.borrower.actor, about="other", text="x").id)
    assert WORKFLOWS["complaint"] is COMPLAINT
    assert complaint.state in COMPLAINT["answer_complaint"].sources
    answered = answer_complaint(
        complaint_id=complaint.pk, actor=alpha.staff["officer"].actor, answer="Yes", value_date=business_date()
    )
    assert {answered.state} == COMPLAINT["answer_complaint"].targets
    page = alpha.client("officer").get(f"/admin/users/complaint/{complaint.pk}/change/").content.decode()
    assert f"/admin/users/complaint/{complaint.pk}/answer/" not in page
