"""Hand-overs: facts with a day, for one, several or all of a filter, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.loans.applications.services.review import start_review, withdraw
from apps.loans.book.models import Loan, LoanAssignment, LoanEvent, LoanPortfolio
from apps.loans.portfolios.selectors import held_on
from apps.loans.portfolios.services import Chosen, Handed, hand_over
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotAllowed
from apps.mfis.core.roles import Duty, Role
from apps.users.accounts.models import HEAD_OFFICE_ID, Account, BorrowerAssignment, BorrowerProfile
from apps.users.accounts.models import Branch as Office
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.branches import save_branch
from apps.users.accounts.services.people import Person
from apps.users.staff.services import create_staff
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]


@pytest.fixture
def market(alpha: Branch) -> Office:
    return save_branch(branch=Office(code="mkt", name="Market"), actor=alpha.staff["manager"].actor)


@pytest.fixture
def lineo(market: Office) -> Account:
    """An officer of the market branch."""
    return create_staff(
        full_name="Lineo Tau",
        email="lineo@alpha.example",
        role=Role.MFI_ADMIN,
        duties=[Duty.OFFICER],
        branch=market,
        actor=SYSTEM,
    )


def give(alpha: Branch, chosen: Chosen, **values: Any) -> Handed:
    said = {"reason": "The market branch is open", "actor": alpha.staff["manager"].actor, **values}
    return hand_over(chosen=chosen, **said)


def of(alpha: Branch) -> BorrowerProfile:
    return BorrowerProfile.objects.get(pk=alpha.borrower.pk)


def test_a_borrower_comes_into_the_hands_of_who_registers_them(lineo: Account, market: Office) -> None:
    account = register_borrower(person=Person("Neo Letuka", phone="58990077"), actor=lineo.actor, today=TODAY)
    profile = BorrowerProfile.objects.get(pk=account.pk)
    assert (profile.branch, profile.officer) == (market, lineo)
    told = BorrowerAssignment.objects.get(borrower=account)
    assert (told.branch_id, told.officer_id, told.actor_id) == (market.pk, lineo.pk, lineo.pk)
    assert told.value_date == business_date()


def test_where_there_is_one_branch_everything_belongs_to_it(alpha: Branch, apply: Maker) -> None:
    assert of(alpha).branch_id == HEAD_OFFICE_ID
    held = LoanPortfolio.objects.get(loan=apply())
    assert (held.branch_id, held.officer_id, held.since) == (HEAD_OFFICE_ID, None, TODAY)


def test_with_several_branches_none_is_guessed(alpha: Branch, market: Office) -> None:
    account = register_borrower(person=Person("Neo Letuka", phone="58990077"), actor=SYSTEM, today=TODAY)
    assert BorrowerProfile.objects.get(pk=account.pk).branch is None


def test_running_loans_go_with_their_borrower_and_who_had_them_stays_known(
    alpha: Branch, active: Maker, apply: Maker, lineo: Account, market: Office
) -> None:
    gone = apply()
    withdraw(loan_id=gone.pk, actor=alpha.borrower.actor, value_date=TODAY)
    loan, today = active(), business_date()
    chosen = Chosen(borrowers=(alpha.borrower.pk,))
    done = give(alpha, chosen, branch_id=market.pk, officer_id=lineo.pk)
    assert done == Handed(1, 1)
    assert (of(alpha).branch, of(alpha).officer) == (market, lineo)
    assert LoanPortfolio.objects.get(loan=loan).branch == market
    assert LoanPortfolio.objects.get(loan=gone).branch_id == HEAD_OFFICE_ID
    before, after = held_on([loan.pk], today - timedelta(days=1)), held_on([loan.pk], today)
    assert (before[loan.pk].branch_id, after[loan.pk].branch_id) == (HEAD_OFFICE_ID, market.pk)
    assert after[loan.pk].reason == "The market branch is open"
    assert held_on([loan.pk], TODAY - timedelta(days=1)) == {}


def test_what_is_not_said_stays(alpha: Branch, active: Maker, lineo: Account, market: Office) -> None:
    loan = active()
    officer = LoanPortfolio.objects.get(loan=loan).officer  # who reviewed it
    give(alpha, Chosen(loans=(loan.pk,)), branch_id=market.pk)
    held = LoanPortfolio.objects.get(loan=loan)
    assert (held.branch, held.officer) == (market, officer)
    assert of(alpha).branch_id == HEAD_OFFICE_ID


def test_without_their_loans_borrowers_go_alone(alpha: Branch, active: Maker, market: Office) -> None:
    loan = active()
    chosen = Chosen(borrowers=(alpha.borrower.pk,), with_loans=False)
    assert give(alpha, chosen, branch_id=market.pk) == Handed(1, 0)
    assert LoanPortfolio.objects.get(loan=loan).branch_id == HEAD_OFFICE_ID


def _more(count: int) -> None:
    for n in range(count):
        person = Person(f"Borrower {n}", phone=f"6300{n:04d}", district="leribe")
        register_borrower(person=person, actor=SYSTEM, today=TODAY)


def _statements(alpha: Branch, chosen: Chosen, **to: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        give(alpha, chosen, **to)
    return len(captured)


def test_by_a_filter_it_costs_the_same_however_many_they_are(alpha: Branch, lineo: Account, market: Office) -> None:
    chosen = Chosen(district="leribe")
    _more(1)
    few = _statements(alpha, chosen, branch_id=market.pk)
    _more_of = [Person(f"More {n}", phone=f"6310{n:04d}", district="leribe") for n in range(20)]
    for person in _more_of:
        register_borrower(person=person, actor=SYSTEM, today=TODAY)
    assert _statements(alpha, chosen, branch_id=HEAD_OFFICE_ID) == few
    assert BorrowerProfile.objects.filter(branch=HEAD_OFFICE_ID, district="leribe").count() == 21
    assert of(alpha).branch_id == HEAD_OFFICE_ID


def test_all_of_an_officer(alpha: Branch, active: Maker, lineo: Account) -> None:
    loan, officer = active(), alpha.staff["officer"]
    assert give(alpha, Chosen(from_officer=officer.pk), officer_id=lineo.pk) == Handed(0, 1)
    assert LoanPortfolio.objects.get(loan=loan).officer == lineo
    assert give(alpha, Chosen(without_officer=True), officer_id=lineo.pk) == Handed(1, 0)


REFUSED: dict[str, dict[str, Any]] = {
    "nobody is meant": {"chosen": Chosen(), "branch_id": HEAD_OFFICE_ID},
    "no reason": {"reason": " ", "branch_id": HEAD_OFFICE_ID},
    "to nobody": {},
    "to no branch": {"branch_id": UUID(int=7)},
    "to no officer": {"officer_id": UUID(int=7)},
    "as it is": {"branch_id": HEAD_OFFICE_ID},
    "before the last one": {"value_date": TODAY - timedelta(days=400)},
    "a day to come": {"value_date": business_date() + timedelta(days=400), "branch_id": HEAD_OFFICE_ID},
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what: str, alpha: Branch, market: Office) -> None:
    values = {"chosen": Chosen(borrowers=(alpha.borrower.pk,)), **REFUSED[what]}
    if what == "before the last one":
        values["branch_id"] = market.pk
    facts = BorrowerAssignment.objects.count()
    with pytest.raises(InvalidInput):
        give(alpha, values.pop("chosen"), **values)
    assert BorrowerAssignment.objects.count() == facts


def test_who_cannot_review_takes_nobody_over(alpha: Branch) -> None:
    with pytest.raises(InvalidInput, match="reviews applications"):
        give(alpha, Chosen(borrowers=(alpha.borrower.pk,)), officer_id=alpha.staff["cashier"].pk)


def test_an_officer_hands_nobody_over(alpha: Branch, market: Office) -> None:
    with pytest.raises(NotAllowed):
        give(alpha, Chosen(borrowers=(alpha.borrower.pk,)), branch_id=market.pk, actor=alpha.staff["officer"].actor)


def test_the_same_call_again_changes_nothing(alpha: Branch, market: Office) -> None:
    chosen = Chosen(borrowers=(alpha.borrower.pk,))
    first = give(alpha, chosen, branch_id=market.pk, idempotency_key="once")
    facts = BorrowerAssignment.objects.count()
    assert give(alpha, chosen, branch_id=market.pk, idempotency_key="once") == first
    assert BorrowerAssignment.objects.count() == facts


def test_whoever_reviews_a_loan_that_nobody_has_takes_it(alpha: Branch, apply: Maker) -> None:
    loan, officer = apply(), alpha.staff["officer"]
    start_review(loan_id=loan.pk, actor=officer.actor, value_date=TODAY)
    assert LoanPortfolio.objects.get(loan=loan).officer == officer
    assert LoanAssignment.objects.filter(loan=loan).count() == 2


def test_a_receipt_belongs_to_the_branch_that_took_it(alpha: Branch, active: Maker, market: Office) -> None:
    loan, cashier = active(), alpha.staff["cashier"]
    cashier.branch = market
    cashier.save()
    record_repayment(loan_id=loan.pk, actor=cashier.actor, amount=Decimal(10), channel="cash", value_date=TODAY)
    assert LoanEvent.objects.get(loan=loan, type="repayment").payload["branch"] == str(market.pk)


def test_another_mfis_borrower_is_nobody(alpha: Branch, beta: Branch, market: Office) -> None:
    with pytest.raises(InvalidInput, match="Nobody"):
        give(alpha, Chosen(borrowers=(beta.borrower.pk,)), branch_id=market.pk)


def test_the_page_hands_over_what_was_chosen(alpha: Branch, active: Maker, lineo: Account, market: Office) -> None:
    active()
    client = alpha.client("manager")
    page = client.post(
        "/admin/users/borrowerprofile/", {"action": "hand_over_chosen", "_selected_action": str(alpha.borrower.pk)}
    )
    assert page.status_code == 302
    shown = client.get(page["Location"]).content.decode()
    assert "Mamello Khoabane" in shown
    assert "All of the branch" not in shown
    form = {"borrowers": str(alpha.borrower.pk), "with_loans": "on", "officer": str(lineo.pk), "branch": ""}
    more = {"value_date": str(business_date()), "reason": "She moved", "idempotency_key": "k1"}
    done = client.post("/admin/hand-over/", {**form, **more}, follow=True)
    assert "Handed over: 1 borrower and 1 running loan." in done.content.decode()
    assert of(alpha).officer == lineo


def test_the_page_says_how_many_before_it_hands_over_by_a_filter(alpha: Branch, lineo: Account) -> None:
    client = alpha.client("manager")
    form = {"from_officer": "none", "with_loans": "on", "officer": str(lineo.pk), "branch": ""}
    said = {**form, "value_date": str(business_date()), "reason": "New officer", "idempotency_key": "k2"}
    asked = client.post("/admin/hand-over/", said)
    assert asked.status_code == 422
    assert "This hands over 1 borrower and 0 loans." in asked.content.decode()
    assert of(alpha).officer is None
    client.post("/admin/hand-over/", {**said, "confirmed": "on"})
    assert of(alpha).officer == lineo


@pytest.mark.parametrize("who", ["officer", "cashier", "approver", "accountant", "auditor"])
def test_the_page_is_for_managers(alpha: Branch, who: str) -> None:
    client = alpha.client(who)
    assert client.get("/admin/hand-over/").status_code == 403
    assert client.post("/admin/hand-over/", {}).status_code == 403
    assert "hand_over_chosen" not in client.get("/admin/users/borrowerprofile/").content.decode()
