"""What more is told of a borrower: cleaned in one place, optional, and never taken away by who does not know of it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput
from apps.users.accounts.models import Account, BorrowerProfile, Employer
from apps.users.accounts.services.borrowers import register_borrower, update_borrower
from apps.users.accounts.services.branches import save_employer
from apps.users.accounts.services.people import Person, clean_person
from tests.factories import TODAY, Branch

TOLD: dict[str, Any] = {
    "gender": "Female",
    "marital_status": "widowed",
    "dependants": 3,
    "education": "secondary",
    "landmark": "Behind  the clinic",
    "kin_name": "Palesa Khoabane",
    "kin_relation": "sister",
    "kin_phone": "5812 0002",
    "occupation": "Seamstress",
    "sector": "manufacture",
    "employee_number": "4711",
    "wallet": "M-Pesa",
    "wallet_number": "5812 0001",
    "bank_name": "Standard Lesotho Bank",
    "bank_branch_code": "060667",
    "bank_account": "9080-0012 34567",
    "national_id_expires": date(2031, 5, 27),
}
KEPT = TOLD | {
    "gender": "female",
    "landmark": "Behind the clinic",
    "kin_phone": "+26658120002",
    "wallet": "mpesa",
    "wallet_number": "+26658120001",
    "bank_account": "9080001234567",
}


def person(**told: Any) -> Person:
    return Person("Palesa Mofolo", phone="59990001", **told)


def kept(account: Account) -> dict[str, Any]:
    profile = BorrowerProfile.objects.get(pk=account.pk)
    return {name: getattr(profile, name) for name in KEPT}


def test_everything_is_kept_in_its_one_form(alpha: Branch) -> None:
    account = register_borrower(person=person(**TOLD), actor=SYSTEM, today=TODAY)
    assert kept(account) == KEPT


def test_what_is_not_told_stays_and_what_is_empty_is_taken_away(alpha: Branch) -> None:
    account = register_borrower(person=person(**TOLD), actor=SYSTEM, today=TODAY)
    update_borrower(account=account, person=person(), actor=SYSTEM, today=TODAY)
    assert kept(account) == KEPT
    empty = dict.fromkeys(TOLD, "")
    update_borrower(account=account, person=person(**empty), actor=SYSTEM, today=TODAY)
    assert kept(account) == {name: None if name in ("dependants", "national_id_expires") else "" for name in TOLD}


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("gender", {"gender": "lady"}),
        ("sector", {"sector": "mining"}),
        ("dependants", {"dependants": 99}),
        ("kin_phone", {"kin_phone": "12", "kin_name": "Neo"}),
        ("kin_name", {"kin_phone": "58120002", "kin_name": ""}),
        ("wallet_number", {"wallet": "mpesa", "wallet_number": ""}),
        ("wallet", {"wallet": "", "wallet_number": "58120001"}),
        ("bank_name", {"bank_account": "908000123", "bank_name": ""}),
        ("bank_account", {"bank_account": "no number!", "bank_name": "FNB"}),
        ("landmark", {"landmark": "x" * 201}),
        ("national_id_expires", {"national_id_expires": "soon"}),
    ],
)
def test_what_is_wrong_is_named_by_its_field(field: str, told: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_person(person(**told), today=TODAY)
    assert list(refused.value.errors) == [field]


def test_an_employer_of_the_list(alpha: Branch) -> None:
    mill = save_employer(employer=Employer(code="mill", name="Mill", phone="22312345"), actor=SYSTEM)
    account = register_borrower(person=person(listed_employer_id=mill.pk), actor=SYSTEM, today=TODAY)
    assert BorrowerProfile.objects.get(pk=account.pk).employer_name == "Mill"
    mill.is_active = False
    save_employer(employer=mill, actor=SYSTEM)
    update_borrower(account=account, person=person(listed_employer_id=mill.pk), actor=SYSTEM, today=TODAY)  # as it is
    for unknown in (UUID(int=5), mill.pk):
        with pytest.raises(InvalidInput) as refused:
            register_borrower(
                person=Person("Neo Letuka", phone="59990002", listed_employer_id=unknown), actor=SYSTEM, today=TODAY
            )
        assert refused.value.field == "listed_employer_id"
