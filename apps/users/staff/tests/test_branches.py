"""Branches and employers: a manager's lists."""

from __future__ import annotations

import pytest

from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.users.accounts.models import HEAD_OFFICE_ID, Account, Employer
from apps.users.accounts.models import Branch as Office
from apps.users.accounts.services.branches import save_branch, save_employer
from tests.factories import Branch


def test_every_mfi_begins_with_its_head_office(alpha: Branch, beta: Branch) -> None:
    (office,) = Office.objects.all()
    assert (office.pk, office.code, office.is_active) == (HEAD_OFFICE_ID, "HO", True)
    assert set(Account.objects.exclude(role="borrower").values_list("branch", flat=True)) == {HEAD_OFFICE_ID}


def test_a_manager_opens_a_branch(alpha: Branch) -> None:
    client = alpha.client("manager")
    form = {"name": "Market", "code": "mkt", "district": "leribe", "address": "Main Street", "is_active": "on"}
    assert client.post("/admin/users/branch/add/", form).status_code == 302
    assert Office.objects.get(code="MKT").name == "Market"
    again = client.post("/admin/users/branch/add/", form)
    assert "Market has the code MKT; choose another." in again.content.decode()
    assert Office.objects.count() == 2


@pytest.mark.parametrize("who", ["officer", "cashier", "approver", "accountant", "auditor"])
def test_others_read_the_branches_and_change_none(alpha: Branch, who: str) -> None:
    client, actor = alpha.client(who), alpha.staff[who].actor
    assert client.get("/admin/users/branch/").status_code == 200
    assert client.post("/admin/users/branch/add/", {"name": "Market", "code": "MKT"}).status_code == 403
    with pytest.raises(NotAllowed):
        save_branch(branch=Office(code="MKT", name="Market"), actor=actor)
    with pytest.raises(NotAllowed):
        save_employer(employer=Employer(code="MILL", name="Mill"), actor=actor)


def test_a_branch_that_holds_anybody_stays_open(alpha: Branch) -> None:
    actor, office = alpha.staff["manager"].actor, Office.objects.get()
    office.is_active = False
    with pytest.raises(WrongState, match="only open branch"):
        save_branch(branch=office, actor=actor)
    market = save_branch(branch=Office(code="MKT", name="Market"), actor=actor)
    with pytest.raises(WrongState, match="Colleagues work"):
        save_branch(branch=office, actor=actor)
    Account.objects.exclude(role="borrower").update(branch=market)
    with pytest.raises(WrongState, match="hand them over"):
        save_branch(branch=office, actor=actor)


def test_an_employers_faults_are_named(alpha: Branch) -> None:
    actor = alpha.staff["manager"].actor
    save_employer(employer=Employer(code="mill", name="Mill", phone="2231 2345", pay_day=25), actor=actor)
    assert Employer.objects.get().phone == "+26622312345"
    for field, employer in {
        "code": Employer(code="MILL", name="Another"),
        "phone": Employer(code="A", name="A", phone="12"),
        "pay_day": Employer(code="B", name="B", pay_day=32),
        "name": Employer(code="C", name=""),
    }.items():
        with pytest.raises(InvalidInput) as refused:
            save_employer(employer=employer, actor=actor)
        assert refused.value.field == field or field in refused.value.errors
