"""People: what identifies them, how they get in, what nobody may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import phonenumbers
import pytest
from django.core.exceptions import ValidationError
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import AlreadyExists, InvalidInput, NotAllowed
from apps.users.accounts.identity import lesotho_phone, national_id
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import change_settings, register_borrower, update_borrower
from apps.users.accounts.services.passwords import set_password
from apps.users.accounts.services.people import Person
from tests.factories import PASSWORD, TODAY, Branch


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("58123456", "+26658123456"),
        ("+266 5812 3456", "+26658123456"),
        ("6212-3456", "+26662123456"),
        ("00266 2231 2000", "+26622312000"),
    ],
)
def test_phones_take_one_form(text: str, phone: str) -> None:
    assert lesotho_phone(text) == phone


@pytest.mark.parametrize("text", ["", "12345678", "+27 82 123 4567", "5812345", "581234567", "phone", "48123456"])
def test_foreign_and_broken_phones_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        lesotho_phone(text)


def test_a_national_id_has_no_format_but_no_nonsense() -> None:
    assert national_id("0123 4567-8901") == "012345678901"
    with pytest.raises(ValidationError):
        national_id("hello!")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"full_name": " "}, "full_name"),
        ({"phone": "123"}, "phone"),
        ({"phone": "", "email": ""}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"date_of_birth": date(2010, 1, 1)}, "date_of_birth"),
        ({"district": "Gauteng"}, "district"),
        ({"national_id": "!"}, "national_id"),
    ],
)
def test_registration_names_the_field(alpha: Branch, values: dict, field: str) -> None:
    person = Person(**{"full_name": "Palesa Mofolo", "phone": "59990001", **values})
    with pytest.raises(InvalidInput) as refused:
        register_borrower(person=person, password=PASSWORD, actor=SYSTEM, today=TODAY)
    assert field in refused.value.errors


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "Palesa Mofolo"])
def test_weak_passwords_are_refused(alpha: Branch, password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        register_borrower(
            person=Person("Palesa Mofolo", phone="59990001"), password=password, actor=SYSTEM, today=TODAY
        )
    assert "password" in refused.value.errors
    assert Account.objects.signing_in_by("59990001") is None


@pytest.mark.parametrize(
    ("values", "field"),
    [({"phone": "5812 0001"}, "phone"), ({"phone": "59990001", "national_id": "100000000001"}, "national_id")],
)
def test_natural_keys_belong_to_one_person_here(alpha: Branch, values: dict, field: str) -> None:
    with pytest.raises(AlreadyExists) as refused:
        register_borrower(person=Person("Somebody Else", **values), actor=SYSTEM, today=TODAY)
    assert refused.value.field == field
    assert not Account.objects.filter(full_name="Somebody Else").exists()


def test_the_same_person_has_an_account_at_each_mfi(alpha: Branch, beta: Branch) -> None:
    assert Account.objects.signing_in_by("58120001") == alpha.borrower
    with tenant_context(beta.mfi):
        assert Account.objects.signing_in_by("58120001") == beta.borrower
    assert alpha.borrower.pk != beta.borrower.pk


def test_everybody_chooses_their_own_password(alpha: Branch) -> None:
    manager, officer = alpha.staff["manager"], alpha.staff["officer"]
    for account in (officer, alpha.borrower):
        with pytest.raises(NotAllowed):
            set_password(account=account, password="another-long-secret-1", actor=manager.actor)
        set_password(account=account, password="another-long-secret-1", actor=account.actor)
    with pytest.raises(NotAllowed):
        set_password(account=officer, password="another-long-secret-1", actor=replace(officer.actor, is_active=False))


def test_borrowers_are_registered_and_changed_by_those_whose_duty_it_is(alpha: Branch, letsema_admin: Account) -> None:
    """Letsema's own bring in whole sheets of people; whose figures they are changes them afterwards."""
    with tenant_context(alpha.mfi):
        person = Person("Palesa Mofolo", phone="59990001")
        for actor in (alpha.staff["auditor"].actor, alpha.borrower.actor):
            with pytest.raises(NotAllowed):
                register_borrower(person=person, actor=actor, today=TODAY)
        account = register_borrower(person=person, actor=letsema_admin.actor, today=TODAY)
        for actor in (alpha.staff["auditor"].actor, alpha.borrower.actor, letsema_admin.actor):
            with pytest.raises(NotAllowed):
                update_borrower(account=account, person=person, actor=actor, today=TODAY)
        update_borrower(account=account, person=person, actor=alpha.staff["cashier"].actor, today=TODAY)


def test_what_is_ones_own_takes_an_account(alpha: Branch) -> None:
    for actor in (SYSTEM, replace(alpha.borrower.actor, id=uuid4())):
        with pytest.raises(NotAllowed):
            change_settings(actor=actor, language="st")
    assert change_settings(actor=alpha.borrower.actor, language="st").language == "st"
    with pytest.raises(NotAllowed):
        change_settings(actor=alpha.staff["officer"].actor, language="st")


@pytest.mark.parametrize(
    "text", ["59900001", "+266 5990 0001", "5990-0001", "26612345", "+26622312345", "6 6 6 6 6 6 6 6"]
)
def test_a_plain_phone_is_read_as_the_package_reads_it(text: str) -> None:
    number = phonenumbers.parse(text, "LS")
    assert lesotho_phone(text) == f"+266{number.national_number}"
