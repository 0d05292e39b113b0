"""Review and decision: who may, in which order, and never alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.applications.services import review
from apps.loans.applications.services.review import approve, recommend, start_review, withdraw
from apps.loans.book.models import Loan, LoanState, Status
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.staff.services import update_staff
from tests.factories import TODAY, Branch, settle_alone

Maker = Callable[..., Loan]

pytestmark = pytest.mark.django_db


def status(loan: Loan) -> str:
    return LoanState.objects.get(pk=loan.pk).status


def test_a_review_goes_through_the_checklist(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    with tenant_context(alpha.mfi):
        settle_alone(review_checklist=["Identity seen", "Employer called"])
        officer = alpha.staff["officer"]
        review.start_review(loan_id=loan.pk, actor=officer.actor, value_date=TODAY)
        with pytest.raises(InvalidInput, match="Not checked yet: Employer called"):
            review.recommend(
                loan_id=loan.pk, actor=officer.actor, reason="Fine", checked=["Identity seen"], value_date=TODAY
            )
    client = alpha.client("officer")
    page = f"/admin/loans/loan/{loan.pk}/do/recommend/"
    assert client.post(page, {"reason": "Fine", "checked": ["Identity seen"]}).status_code == 422
    assert client.post(page, {"reason": "Fine", "checked": ["Identity seen", "Employer called"]}).status_code == 302
    assert "Employer called" in client.get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    with tenant_context(alpha.mfi):
        assert loan.events.get(type="reviewed").payload == {"checked": ["Identity seen", "Employer called"]}


def test_a_manager_assigns_the_officer(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    with tenant_context(alpha.mfi):
        officer, manager = alpha.staff["officer"], alpha.staff["manager"]
        with pytest.raises(NotAllowed):
            review.assign(loan_id=loan.pk, actor=officer.actor, officer_id=officer.pk)
        with pytest.raises(NotFound):
            review.assign(loan_id=loan.pk, actor=manager.actor, officer_id=alpha.staff["cashier"].pk)
        review.assign(loan_id=loan.pk, actor=manager.actor, officer_id=officer.pk)
        loan.state.refresh_from_db()
        assert loan.state.reviewer_id == officer.pk
    assert loan.number in alpha.client("officer").get("/admin/loans/loan/?mine=1").content.decode()
    assert loan.number not in alpha.client("manager").get("/admin/loans/loan/?mine=1").content.decode()


@pytest.mark.parametrize("who", ["officer", "cashier", "accountant", "auditor"])
def test_only_an_approver_approves(alpha: Branch, apply: Maker, who: str) -> None:
    loan = apply()
    start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=TODAY)
    recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Seen", value_date=TODAY)
    with pytest.raises(NotAllowed):
        approve(loan_id=loan.pk, actor=alpha.staff[who].actor, value_date=TODAY)
    assert status(loan) == Status.REVIEWED


def test_the_reviewer_never_approves_also_after_a_promotion(alpha: Branch, apply: Maker) -> None:
    loan, officer = apply(), alpha.staff["officer"]
    start_review(loan_id=loan.pk, actor=officer.actor, value_date=TODAY)
    recommend(loan_id=loan.pk, actor=officer.actor, reason="Seen", value_date=TODAY)
    promoted = update_staff(
        account=officer, full_name=officer.full_name, duties=["approver"], actor=alpha.staff["manager"].actor
    )
    with pytest.raises(NotAllowed, match="second person"):
        approve(loan_id=loan.pk, actor=promoted.actor, value_date=TODAY)


def test_a_manager_who_entered_the_application_does_not_approve_it(alpha: Branch, apply: Maker) -> None:
    loan = apply(actor=alpha.staff["manager"].actor)
    start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=TODAY)
    recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Seen", value_date=TODAY)
    with pytest.raises(NotAllowed):
        approve(loan_id=loan.pk, actor=alpha.staff["manager"].actor, value_date=TODAY)


@pytest.mark.parametrize("name", ["recommend", "approve"])
def test_nothing_is_skipped(alpha: Branch, apply: Maker, name: str) -> None:
    loan = apply()
    by = alpha.staff["officer" if name == "recommend" else "approver"]
    with pytest.raises(WrongState):
        getattr(review, name)(loan_id=loan.pk, actor=by.actor, reason="Seen", value_date=TODAY)


def test_another_borrower_cannot_withdraw(alpha: Branch, apply: Maker) -> None:
    loan = apply()
    neighbour = register_borrower(person=Person("Neo Letuka", phone="58990011"), actor=SYSTEM, today=TODAY)
    with pytest.raises(NotFound):
        withdraw(loan_id=loan.pk, actor=neighbour.actor, value_date=TODAY)
    with pytest.raises(NotAllowed):
        withdraw(loan_id=loan.pk, actor=alpha.staff["manager"].actor, value_date=TODAY)


def test_an_approver_decides_up_to_the_limit(alpha: Branch, apply: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        settle_alone(approver_limit=Decimal(999))
        loan = apply()
        review.start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=TODAY)
        review.recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Seen", value_date=TODAY)
        with pytest.raises(NotAllowed, match="needs a manager"):
            review.approve(loan_id=loan.pk, actor=alpha.staff["approver"].actor, value_date=TODAY)
        review.approve(loan_id=loan.pk, actor=alpha.staff["manager"].actor, value_date=TODAY)
