"""An officer who is kept to the own branch finds nothing of another; everybody else finds all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apps.loans.book.models import Loan
from apps.loans.portfolios.services import Chosen, hand_over
from apps.users.accounts.models import Branch as Office
from apps.users.accounts.services.branches import save_branch
from tests.factories import Branch, settle_alone


@pytest.fixture
def elsewhere(alpha: Branch, active: Callable[..., Loan]) -> Loan:
    """A loan that is looked after at another branch than the officer's, by nobody yet."""
    loan = active()
    manager = alpha.staff["manager"]
    market = save_branch(branch=Office(code="MKT", name="Market"), actor=manager.actor)
    chosen = Chosen(borrowers=(alpha.borrower.pk,))
    hand_over(
        chosen=chosen, actor=manager.actor, reason="Moved", branch_id=market.pk, officer_id=alpha.staff["manager"].pk
    )
    settle_alone(officers_keep_to_branch=True)
    return loan


def pages_of(loan: Loan) -> list[str]:
    person = loan.borrower_id
    return [
        f"/admin/loans/loan/{loan.pk}/change/",
        f"/admin/loans/loan/{loan.pk}/statement/",
        f"/admin/loans/loan/{loan.pk}/do/record_repayment/",
        f"/admin/users/borrowerprofile/{person}/change/",
        f"/admin/users/borrowerprofile/{person}/edit/",
        f"/admin/users/borrowerprofile/{person}/photograph/new/",
        f"/admin/loans/loan/add/?borrower={person}",
    ]


def test_another_branchs_is_not_found(alpha: Branch, elsewhere: Loan) -> None:
    client = alpha.client("officer")
    assert {path: client.get(path).status_code for path in pages_of(elsewhere)} == dict.fromkeys(
        pages_of(elsewhere), 404
    )
    for path in ("/admin/loans/loan/", "/admin/users/borrowerprofile/", "/admin/search/?q=Mamello"):
        assert "Mamello Khoabane" not in client.get(path).content.decode(), path
    assert client.get(f"/admin/search/?q={elsewhere.number}").status_code == 200  # no page of its own to go to
    assert "Mamello" not in client.get("/admin/loans/loan/add/").content.decode()


def test_the_own_branchs_and_ones_own_are_found(alpha: Branch, elsewhere: Loan) -> None:
    officer, manager = alpha.staff["officer"], alpha.staff["manager"]
    path = f"/admin/loans/loan/{elsewhere.pk}/change/"
    hand_over(chosen=Chosen(loans=(elsewhere.pk,)), actor=manager.actor, reason="Hers", officer_id=officer.pk)
    assert alpha.client(officer).get(path).status_code == 200
    hand_over(
        chosen=Chosen(loans=(elsewhere.pk,)),
        actor=manager.actor,
        reason="Back",
        branch_id=officer.branch_id,
        officer_id=manager.pk,
    )
    assert alpha.client(officer).get(path).status_code == 200


@pytest.mark.parametrize("who", ["manager", "cashier", "approver", "accountant", "auditor"])
def test_whoever_is_more_than_an_officer_finds_all(alpha: Branch, elsewhere: Loan, who: str) -> None:
    assert alpha.client(who).get(f"/admin/loans/loan/{elsewhere.pk}/change/").status_code == 200


def test_without_the_setting_everybody_finds_all(alpha: Branch, elsewhere: Loan) -> None:
    settle_alone(officers_keep_to_branch=False)
    assert alpha.client("officer").get(f"/admin/loans/loan/{elsewhere.pk}/change/").status_code == 200


def test_ones_own_lists(alpha: Branch, elsewhere: Loan) -> None:
    settle_alone(officers_keep_to_branch=False)
    client = alpha.client("manager")
    for path in ("/admin/loans/loan/?officer=", "/admin/users/borrowerprofile/?officer="):
        assert "Mamello Khoabane" in client.get(f"{path}me").content.decode()
        assert "Mamello Khoabane" not in alpha.client("officer").get(f"{path}me").content.decode()
        assert "Mamello Khoabane" not in client.get(f"{path}none").content.decode()
        assert client.get(f"{path}nonsense").status_code == 200
