"""Disputes: filed on one's own history, decided by somebody else within thirty days, told to whoever had asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django_tenants.utils import tenant_context

from apps.credit.documents import CreditCorrection, CreditDispute, CreditEventDocument
from apps.credit.relay import relay_outbox
from apps.credit.tests import kept
from apps.loans.applications.services import apply
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.histories.models import Dispute
from apps.loans.histories.services.disputes import MAXIMUM_OPEN, decide_dispute, open_dispute, tell_of_corrections
from apps.loans.histories.services.inquiries import ask_other_lenders
from apps.loans.histories.services.reconciliation import compare_histories, rebuild_histories
from apps.loans.servicing.services import charges
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound, ServiceError, WrongState
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower, update_borrower
from apps.users.accounts.services.people import Person
from apps.users.consents.services import give_consent
from apps.users.messaging.models import Message
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]

pytestmark = pytest.mark.usefixtures("own_histories")

SECRET = "My neighbour Tumelo owed it"


def paid(branch: Branch, loan: Loan, amount: int = 100, actor: str = "cashier") -> LoanEvent:
    receipt = record_repayment(
        loan_id=loan.pk,
        actor=branch.staff[actor].actor,
        amount=Decimal(amount),
        channel="cash",
        value_date=TODAY + timedelta(days=1),
    )
    return LoanEvent.objects.get(pk=receipt.id)


def post(client: Client, body: dict[str, Any], key: str = "") -> Any:
    return client.post("/api/v1/disputes", json.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=key)


def entry_of(branch: Branch, kind: str = "repayment") -> tuple[str, str]:
    """The loan and the entry's key, as the borrower's page has them."""
    (account,) = branch.client(branch.borrower).get("/api/v1/credit-history").json()["accounts"]
    (entry,) = [e for e in account["events"] if e["kind"] == kind]
    return account["loan"], entry["id"]


def test_a_dispute_from_the_phone_to_a_correction(alpha: Branch, active: Maker) -> None:
    loan = active()
    receipt = paid(alpha, loan)
    relay_outbox()
    client = alpha.client(alpha.borrower)
    loan_id, entry = entry_of(alpha)
    body = {"loan": loan_id, "entry": entry, "text": f" {SECRET}. "}
    made = post(client, body, "k")
    assert made.status_code == 201, made.content
    assert post(client, body, "k").json() == made.json()
    assert post(client, body).status_code == 409
    (told,) = client.get("/api/v1/disputes").json()
    assert told["due_on"] == (business_date() + timedelta(days=30)).isoformat()
    relay_outbox()
    (dispute,) = kept.documents(CreditDispute, {"_id": UUID(made.json()["id"])})
    assert (dispute["outcome"], str(dispute["entry"]), dispute["account"]) == ("open", entry, loan.pk)

    manager, url = alpha.client("manager"), f"/admin/loans/dispute/{made.json()['id']}/decide/"
    assert "30 days left" in manager.get("/admin/loans/dispute/?decided_on__isempty=1").content.decode()
    assert SECRET in manager.get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert SECRET in manager.get(url).content.decode()
    assert alpha.client("cashier").get(url).status_code == 403
    # It was wrong; but nothing was put right yet.
    assert manager.post(url, {"outcome": "corrected", "answer": "Indeed."}).status_code == 422
    reverse_repayment(event_id=receipt.pk, actor=alpha.staff["manager"].actor, reason="Another's")
    undo = LoanEvent.objects.get(reverses=receipt)
    assert (
        manager.post(url, {"outcome": "corrected", "answer": "Indeed.", "correction": str(undo.pk)}).status_code == 302
    )
    (told,) = client.get("/api/v1/disputes").json()
    assert (told["outcome"], told["answer"]) == ("corrected", "Indeed.")
    assert Message.objects.filter(account=alpha.borrower, about="dispute_corrected").count() == 1
    relay_outbox()
    (correction,) = kept.documents(CreditCorrection)
    assert str(correction["entry"]) == entry
    assert correction["corrected_by"] in [
        UUID(e["id"]) for e in client.get("/api/v1/credit-history").json()["accounts"][0]["events"]
    ]
    # What was said stays with the MFI.
    everything = kept.everything()
    assert SECRET not in everything
    assert "Indeed" not in everything
    assert "It was wrong and is corrected" in manager.get("/admin/loans/dispute/").content.decode()


def test_who_entered_it_does_not_decide(alpha: Branch, active: Maker) -> None:
    loan = active()
    paid(alpha, loan, actor="manager")
    relay_outbox()
    _, entry = entry_of(alpha)
    made = open_dispute(actor=alpha.borrower.actor, loan_id=loan.pk, entry=UUID(entry), text="Wrong")
    whole = open_dispute(actor=alpha.borrower.actor, loan_id=loan.pk, entry=None, text="All of it")
    for dispute in (made, whole):
        with pytest.raises(NotAllowed, match="somebody else"):
            decide_dispute(dispute_id=dispute.id, actor=alpha.staff["manager"].actor, outcome="stands", answer="No")
    with pytest.raises(NotAllowed):
        decide_dispute(dispute_id=made.id, actor=alpha.staff["accountant"].actor, outcome="stands", answer="No")
    decide_dispute(dispute_id=made.id, actor=alpha.staff["officer"].actor, outcome="stands", answer="The slip is here")
    with pytest.raises(WrongState, match="before"):
        decide_dispute(dispute_id=made.id, actor=alpha.staff["officer"].actor, outcome="stands", answer="Again")
    assert Message.objects.filter(about="dispute_stands").count() == 1
    relay_outbox()
    assert kept.count(CreditCorrection) == 0


def test_what_is_no_dispute_is_refused_by_name(alpha: Branch, active: Maker) -> None:
    loan = active()
    relay_outbox()

    def refused(expected: type[ServiceError], **changed: Any) -> None:
        values = {"actor": alpha.borrower.actor, "loan_id": loan.pk, "entry": None, "text": "x"} | changed
        with pytest.raises(expected):
            open_dispute(**values)

    refused(InvalidInput, text="  ")
    refused(InvalidInput, text="x" * 2001)
    refused(NotFound, loan_id=uuid4())
    refused(NotFound, entry=uuid4())
    refused(NotAllowed, actor=alpha.staff["officer"].actor)
    neighbour = register_borrower(person=Person("Neo Letuka", phone="58990061"), actor=SYSTEM, today=TODAY)
    refused(NotFound, actor=neighbour.actor)
    assert not Dispute.objects.exists()
    _, entry = entry_of(alpha, "disbursement")
    open_dispute(actor=alpha.borrower.actor, loan_id=loan.pk, entry=UUID(entry), text="x")
    Dispute.objects.bulk_create(
        Dispute(account=alpha.borrower, loan=loan, entry=uuid4(), text="x", opened_on=TODAY)
        for _ in range(MAXIMUM_OPEN)
    )
    refused(WrongState)
    assert alpha.client(neighbour).get("/api/v1/disputes").json() == []


def test_a_waiver_puts_right_and_is_told(alpha: Branch, active: Maker) -> None:
    loan = active()
    relay_outbox()
    made = open_dispute(actor=alpha.borrower.actor, loan_id=loan.pk, entry=None, text="I was promised no interest")
    charges.waive(
        loan_id=loan.pk,
        actor=alpha.staff["manager"].actor,
        component="interest",
        amount=Decimal(5),
        reason="Promised",
        value_date=TODAY,
    )
    waiver = LoanEvent.objects.get(loan=loan, type="waive_interest")
    decide_dispute(
        dispute_id=made.id,
        actor=alpha.staff["officer"].actor,
        outcome="corrected",
        answer="Yes",
        correction_id=waiver.pk,
    )
    relay_outbox()
    assert compare_histories() == []
    (correction,) = kept.documents(CreditCorrection)
    (told,) = kept.documents(CreditEventDocument, {"account": loan.pk, "kind": "waive_interest"})
    assert correction["corrected_by"] == told["_id"]


@pytest.mark.parametrize(
    "wrong", [{"outcome": "stands"}, {"decided_on": TODAY}, {"outcome": "corrected", "answer": "x"}]
)
def test_the_database_keeps_a_decision_whole(alpha: Branch, active: Maker, wrong: dict[str, Any]) -> None:
    made = open_dispute(actor=alpha.borrower.actor, loan_id=active().pk, entry=None, text="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.filter(pk=made.id).update(**wrong)


def test_news_of_the_opening_does_not_undo_a_decision(alpha: Branch, active: Maker) -> None:
    """Opened at one node and decided at another, the two reach the histories in any order."""
    from apps.credit.models import OutboxEntry

    loan = active()
    relay_outbox()
    made = open_dispute(actor=alpha.borrower.actor, loan_id=loan.pk, entry=None, text="x")
    opening = OutboxEntry.objects.get(event_type="dispute")
    OutboxEntry.objects.filter(pk=opening.pk).delete()
    dispute = decide_dispute(dispute_id=made.id, actor=alpha.staff["officer"].actor, outcome="stands", answer="No")
    relay_outbox()
    opening.save(force_insert=True)
    relay_outbox()
    (told,) = kept.documents(CreditDispute, {"_id": dispute.pk})
    assert told["outcome"] == "stands"


def test_disputes_are_compared_and_written_anew(alpha: Branch, active: Maker) -> None:
    loan = active()
    made = open_dispute(actor=alpha.borrower.actor, loan_id=loan.pk, entry=None, text="x")
    decide_dispute(dispute_id=made.id, actor=alpha.staff["officer"].actor, outcome="stands", answer="No")
    relay_outbox()
    assert compare_histories() == []
    kept.change(CreditDispute, {}, {"outcome": "open"})
    assert compare_histories() == [f"{loan.number}: its disputes are not as they were decided"]
    rebuild_histories()
    assert compare_histories() == []


def identified(account: Account) -> None:
    person = Person("Mamello Khoabane", phone=account.phone or "", national_id="199305271234")
    update_borrower(account=account, person=person, actor=SYSTEM, today=TODAY)


def test_a_lender_that_counted_the_wrong_entry_is_told_once(alpha: Branch, beta: Branch, active: Maker) -> None:
    identified(alpha.borrower)
    loan = active()
    receipt = paid(alpha, loan)
    relay_outbox()
    with tenant_context(beta.mfi):
        identified(beta.borrower)
        application = apply.apply_for_loan(
            borrower=beta.borrower,
            request=apply.LoanRequest(product_id=beta.product.pk, principal=Decimal(1000), installments=12),
            actor=beta.borrower.actor,
            currency="LSL",
            value_date=TODAY,
        )
        give_consent(actor=beta.borrower.actor, purpose="sharing", version=1, language="en", value_date=business_date())
        ask_other_lenders(loan_id=application.id, actor=beta.staff["officer"].actor)
        assert tell_of_corrections() == 0
    _, entry = entry_of(alpha)
    dispute = open_dispute(actor=alpha.borrower.actor, loan_id=loan.pk, entry=UUID(entry), text="Wrong")
    reverse_repayment(event_id=receipt.pk, actor=alpha.staff["manager"].actor, reason="Another's")
    undo = LoanEvent.objects.get(reverses=receipt)
    decide_dispute(
        dispute_id=dispute.id,
        actor=alpha.staff["officer"].actor,
        outcome="corrected",
        answer="Yes",
        correction_id=undo.pk,
    )
    relay_outbox()
    assert tell_of_corrections() == 0  # alpha itself asked nobody
    with tenant_context(beta.mfi):
        assert [tell_of_corrections(), tell_of_corrections()] == [1, 0]
        note = LoanEvent.objects.get(loan_id=application.id, payload__has_key="outdated")
        assert "has corrected an entry" in note.reason
        assert alpha.mfi.name not in note.reason
        ask_other_lenders(loan_id=application.id, actor=beta.staff["officer"].actor)
        assert tell_of_corrections() == 0  # what was asked after it has counted it right
