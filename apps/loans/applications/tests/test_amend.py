"""An application is changed, returned, withdrawn at the branch, or approved for less than was asked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from apps.loans.applications.services.amend import agree, amend, record_agreement
from apps.loans.applications.services.review import (
    approve,
    recommend,
    return_for_changes,
    send_back,
    start_review,
    undo_approval,
    withdraw_for_borrower,
)
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection_check import differences
from apps.loans.servicing.services.pay_out import disburse
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from tests.factories import TODAY, Branch

D = Decimal
Maker = Callable[..., Loan]

pytestmark = pytest.mark.django_db


def again(loan: Loan) -> Loan:
    return Loan.objects.select_related("state", "product", "borrower").get(pk=loan.pk)


@pytest.fixture
def reviewed(alpha: Branch, apply: Maker) -> Loan:
    loan = apply()
    start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=TODAY)
    recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Papers seen", value_date=TODAY)
    return again(loan)


def test_the_approver_approves_less_than_asked(alpha: Branch, reviewed: Loan) -> None:
    approver = alpha.staff["approver"].actor
    approve(loan_id=reviewed.pk, actor=approver, principal=D("600"), installments=6, value_date=TODAY)
    loan = again(reviewed)
    assert (loan.principal, loan.asked_principal, loan.terms_agreed["installments"]) == (D("600.00"), D("1000.00"), 6)
    with pytest.raises(WrongState, match="key facts"):
        disburse(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)
    record_agreement(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Signed on paper")
    disburse(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)
    loan = again(loan)
    assert (loan.state.principal_outstanding, loan.installments.count()) == (D("600.00"), 6)
    assert list(differences(loan)) == []


def test_nobody_approves_more_than_was_asked_for(alpha: Branch, reviewed: Loan) -> None:
    for wanted, field in (({"principal": D("1000.01")}, "principal"), ({"installments": 13}, "installments")):
        with pytest.raises(InvalidInput) as refused:
            approve(loan_id=reviewed.pk, actor=alpha.staff["approver"].actor, **wanted)
        assert refused.value.field == field


def test_the_borrower_agrees_to_less_in_the_portal(alpha: Branch, reviewed: Loan) -> None:
    approve(loan_id=reviewed.pk, actor=alpha.staff["approver"].actor, principal=D("600"), value_date=TODAY)
    client, at = alpha.client(alpha.borrower), f"/api/v1/loans/{reviewed.pk}"
    assert client.get(at).json()["agreement_wanted"] is True
    told = client.get(f"{at}/key-facts").json()
    assert told["facts"]["principal"] == "600.00"
    old = client.post(f"{at}/agree", {"agreed": "0" * 64}, content_type="application/json")
    assert old.status_code == 422
    agreed = client.post(f"{at}/agree", {"agreed": told["hash"]}, content_type="application/json")
    assert (agreed.status_code, agreed.json()["agreement_wanted"]) == (200, False)
    assert client.get("/api/v1/loans").json()["items"][0]["principal"] == "600.00"
    disburse(loan_id=reviewed.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)


def test_an_approval_taken_back_leaves_what_was_asked_for(alpha: Branch, reviewed: Loan) -> None:
    approver = alpha.staff["approver"].actor
    approve(loan_id=reviewed.pk, actor=approver, principal=D("600"), value_date=TODAY)
    undo_approval(loan_id=reviewed.pk, actor=approver, reason="Too little")
    assert again(reviewed).principal == D("1000.00")
    approve(loan_id=reviewed.pk, actor=approver, value_date=TODAY)
    disburse(loan_id=reviewed.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)


def test_an_officer_changes_an_application(alpha: Branch, apply: Maker) -> None:
    loan, officer = apply(), alpha.staff["officer"].actor
    with pytest.raises(InvalidInput, match="nothing would change"):
        amend(loan_id=loan.pk, actor=officer, reason="As asked")
    with pytest.raises(InvalidInput) as refused:
        amend(loan_id=loan.pk, actor=officer, reason="As asked", principal=D("90000"))
    assert refused.value.field == "principal"
    amend(loan_id=loan.pk, actor=officer, reason="As asked", principal=D("1500"), purpose="A plough")
    changed = again(loan)
    assert (changed.principal, changed.purpose) == (D("1500.00"), "A plough")
    assert changed.events.get(type=EventType.AMENDED).reason == "As asked"


def test_a_new_purpose_alone_asks_for_no_agreement(alpha: Branch, approved: Maker, apply: Maker) -> None:
    loan = apply()
    officer = alpha.staff["officer"].actor
    amend(loan_id=loan.pk, actor=officer, reason="Misheard", purpose="School fees")
    start_review(loan_id=loan.pk, actor=officer, value_date=TODAY)
    recommend(loan_id=loan.pk, actor=officer, reason="Seen", value_date=TODAY)
    approve(loan_id=loan.pk, actor=alpha.staff["approver"].actor)
    disburse(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash")


def test_whoever_changed_an_application_does_not_approve_it(alpha: Branch, apply: Maker) -> None:
    loan, manager = apply(), alpha.staff["manager"].actor
    amend(loan_id=loan.pk, actor=manager, reason="As asked", principal=D("900"))
    start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=TODAY)
    recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Seen", value_date=TODAY)
    with pytest.raises(NotAllowed):
        approve(loan_id=loan.pk, actor=manager)


def test_a_returned_application_is_changed_by_its_borrower(alpha: Branch, reviewed: Loan) -> None:
    return_for_changes(loan_id=reviewed.pk, actor=alpha.staff["officer"].actor, reason="Ask for less")
    client, at = alpha.client(alpha.borrower), f"/api/v1/loans/{reviewed.pk}"
    shown = client.get(at).json()
    assert (shown["may_change"], shown["reason"]) == (True, "Ask for less")
    wanted = {"principal": "700.00", "installments": 9, "purpose": "Stock"}
    told = client.get(f"{at}/key-facts", {"principal": "700.00", "installments": 9}).json()
    changed = client.post(f"{at}/change", {**wanted, "agreed": told["hash"]}, content_type="application/json")
    assert (changed.status_code, changed.json()["status"], changed.json()["principal"]) == (
        200,
        "under_review",
        "700.00",
    )
    assert changed.json()["agreement_wanted"] is False


def test_an_approver_sends_an_application_back(alpha: Branch, reviewed: Loan) -> None:
    send_back(loan_id=reviewed.pk, actor=alpha.staff["approver"].actor, reason="Which shop?")
    assert again(reviewed).state.status == "under_review"


def test_staff_withdraw_an_application_for_its_borrower(alpha: Branch, apply: Maker) -> None:
    loan = apply()
    with pytest.raises(InvalidInput):
        withdraw_for_borrower(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason=" ")
    withdraw_for_borrower(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Asked by phone")
    assert again(loan).state.status == "withdrawn"


def test_what_was_agreed_to_is_the_paper_of_the_new_terms(alpha: Branch, apply: Maker) -> None:
    loan = apply()
    amend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Less", principal=D("500"))
    with pytest.raises(InvalidInput):
        agree(loan_id=loan.pk, actor=alpha.borrower.actor, agreed="f" * 64)
    record_agreement(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Signed")
    signed = LoanEvent.objects.get(loan=loan, type=EventType.AGREED).payload["key_facts"]
    assert (signed["facts"]["principal"], signed["name"]) == ("500.00", alpha.borrower.full_name)
    paper = alpha.client(alpha.borrower).get(f"/api/v1/loans/{loan.pk}/key-facts.pdf")
    assert paper.status_code == 200


def test_the_pages_that_change_and_approve_show_what_stands(alpha: Branch, reviewed: Loan) -> None:
    page = alpha.client("approver").get(f"/admin/loans/loan/{reviewed.pk}/do/approve/")
    assert page.context["form"]["principal"].value() == D("1000.00")
    sent = {"principal": "400.00", "installments": "6", "reason": "Thin stock"}
    assert alpha.client("approver").post(f"/admin/loans/loan/{reviewed.pk}/do/approve/", sent).status_code == 302
    shown = alpha.client("officer").get(f"/admin/loans/loan/{reviewed.pk}/change/").content.decode()
    assert "M 1,000.00" in shown
    assert "agree" in shown.lower()
