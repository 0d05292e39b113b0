"""What is missing or odd: counted, and each led to its list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from apps.loans.book.models import Loan
from apps.loans.desk.quality import OF_BORROWERS, OF_LOANS
from apps.mfis.core.actor import SYSTEM
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.duplicates.services import find_duplicates
from tests.factories import TODAY, Branch, queries

BORN = date(1991, 4, 2)


def found(code: str) -> set[str]:
    fault = next(one for one in OF_BORROWERS if one.code == code)
    return set(BorrowerProfile.objects.filter(fault.found()).values_list("account__full_name", flat=True))


@pytest.fixture
def people(alpha: Branch) -> dict[str, Account]:
    told = {
        "Tsepo Mofolo": Person("Tsepo Mofolo", phone="63000001", date_of_birth=BORN),
        "Tšepo Mofolo": Person("Tšepo Mofolo", email="t@example.org", date_of_birth=BORN, gender="male"),
        "Neo Letuka": Person("Neo Letuka", phone="63000003", national_id="77000001", district="leribe"),
    }
    made = {name: register_borrower(person=one, actor=SYSTEM, today=TODAY) for name, one in told.items()}
    find_duplicates(actor=SYSTEM)
    return made


def test_each_fault_finds_its_own(alpha: Branch, people: dict[str, Account]) -> None:
    Account.objects.filter(full_name="Neo Letuka").update(verified_phone="+26663000003")
    BorrowerProfile.objects.filter(account__full_name="Neo Letuka").update(
        national_id_expires=date(2020, 1, 1), officer=alpha.staff["officer"]
    )
    BorrowerProfile.objects.filter(account__full_name="Tsepo Mofolo").update(branch=None)
    Account.objects.filter(pk=alpha.staff["officer"].pk).update(is_active=False)
    both, mamello = {"Tsepo Mofolo", "Tšepo Mofolo"}, "Mamello Khoabane"
    assert found("no_id") == both
    assert found("expired_id") == {"Neo Letuka"}
    assert found("no_birth") == {"Neo Letuka"}
    assert found("no_gender") == {"Tsepo Mofolo", "Neo Letuka", mamello}
    assert found("no_district") == {*both, mamello}
    assert found("no_branch") == {"Tsepo Mofolo"}
    assert found("no_officer") == {*both, mamello}
    assert found("officer_gone") == {"Neo Letuka"}
    assert found("no_phone") == {"Tšepo Mofolo"}
    assert found("phone_unverified") == {"Tsepo Mofolo", mamello}
    assert found("alike") == both


def test_a_changed_phone_is_not_verified(alpha: Branch, people: dict[str, Account]) -> None:
    Account.objects.filter(full_name="Neo Letuka").update(verified_phone="+26663000009")
    assert "Neo Letuka" in found("phone_unverified")
    assert not Account.objects.get(full_name="Neo Letuka").phone_is_verified


def test_loans_of_nobody(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    codes = {fault.code for fault in OF_LOANS if Loan.objects.filter(fault.found(), pk=loan.pk).exists()}
    assert codes == {"no_officer", "no_purpose"}


def test_the_page_counts_and_leads_to_lists_that_are_exported(alpha: Branch, people: dict[str, Account]) -> None:
    client = alpha.client("auditor")
    page = client.get("/admin/data-quality/").content.decode()
    assert "/admin/users/borrowerprofile/?fault=alike" in page
    listed = client.get("/admin/users/borrowerprofile/?fault=alike").content.decode()
    assert "Tšepo Mofolo" in listed
    assert "Neo Letuka" not in listed
    sent = client.post("/admin/users/borrowerprofile/export/?fault=alike", {"format": "1"})
    assert sent.status_code == 200
    told = b"".join(sent).decode("utf-8-sig")
    assert "Tšepo Mofolo" in told
    assert "Neo Letuka" not in told


def test_the_page_costs_the_same_for_more_people(alpha: Branch, people: dict[str, Account]) -> None:
    client = alpha.client("manager")
    client.get("/admin/data-quality/")
    few = queries(client, "/admin/data-quality/")
    for n in range(10):
        register_borrower(person=Person(f"Borrower {n}", phone=f"6310{n:04d}"), actor=SYSTEM, today=TODAY)
    assert queries(client, "/admin/data-quality/") == few
