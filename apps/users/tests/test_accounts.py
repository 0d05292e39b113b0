"""People: what identifies them, how they get in, what nobody may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.mfis.acting import SYSTEM
from apps.mfis.errors import AlreadyExists, InvalidInput, NotAllowed
from apps.mfis.models import DirectoryEntry
from apps.users.history import row_history
from apps.users.identity import find_account, lesotho_phone, national_id
from apps.users.models import Account, Invitation
from apps.users.roles import Action, Duty, Role, may
from apps.users.services.accounts import Person, register_borrower, set_active, update_borrower, update_staff
from apps.users.services.tokens import accept_invitation, bearer_of, create_token, find_invitation, invite
from conftest import PASSWORD, TODAY, Branch


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
        register_borrower(person=person, password=PASSWORD, today=TODAY)
    assert field in refused.value.errors


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "Palesa Mofolo"])
def test_weak_passwords_are_refused(alpha: Branch, password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        register_borrower(person=Person("Palesa Mofolo", phone="59990001"), password=password, today=TODAY)
    assert "password" in refused.value.errors
    assert find_account("59990001") is None


@pytest.mark.parametrize(
    ("values", "field"),
    [({"phone": "5812 0001"}, "phone"), ({"phone": "59990001", "national_id": "100000000001"}, "national_id")],
)
def test_natural_keys_belong_to_one_person_here(alpha: Branch, values: dict, field: str) -> None:
    with pytest.raises(AlreadyExists) as refused:
        register_borrower(person=Person("Somebody Else", **values), today=TODAY)
    assert refused.value.field == field
    assert not Account.objects.filter(full_name="Somebody Else").exists()


def test_the_same_person_has_an_account_at_each_mfi(alpha: Branch, beta: Branch) -> None:
    assert find_account("58120001") == alpha.borrower
    with tenant_context(beta.mfi):
        assert find_account("58120001") == beta.borrower
    assert alpha.borrower.pk != beta.borrower.pk


def test_changes_are_in_the_history_with_who_made_them(alpha: Branch) -> None:
    from apps.users.services.accounts import actor_of

    update_borrower(
        account=alpha.borrower,
        person=Person("Mamello Letsie", phone="58120001", village="Peka"),
        actor=actor_of(alpha.staff["officer"]),
        today=TODAY,
    )
    profile = alpha.borrower.profile
    profile.refresh_from_db()
    changes = row_history(alpha.borrower, profile)
    assert {(c.who, r.label, r.after) for c in changes[:2] for r in c.rows} >= {
        (alpha.staff["officer"].full_name, "Full name", "Mamello Letsie"),
        (alpha.staff["officer"].full_name, "Village or town", "Peka"),
    }


def test_the_history_never_shows_a_password(alpha: Branch) -> None:
    account = alpha.borrower
    account.refresh_from_db()
    account.set_password("another-long-secret-1")
    account.save()
    row = row_history(account)[0].rows[0]
    assert (row.before, row.after) == ("••••••", "••••••")


def test_an_invitation_works_once(alpha: Branch) -> None:
    account = register_borrower(person=Person("Lineo Tlali", phone="59990002"), today=TODAY)
    assert not account.has_usable_password()
    secret = invite(account=account, actor=SYSTEM)
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, password="short")
    accept_invitation(secret=secret, password=PASSWORD)
    assert Account.objects.get(pk=account.pk).check_password(PASSWORD)
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, password=PASSWORD)


def test_an_invitation_expires_and_gives_way_to_the_next(alpha: Branch) -> None:
    account = register_borrower(person=Person("Lineo Tlali", phone="59990002"), today=TODAY)
    first = invite(account=account, actor=SYSTEM)
    second = invite(account=account, actor=SYSTEM)
    assert find_invitation(first) is None
    Invitation.objects.filter(account=account).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert find_invitation(second) is None


def test_an_invitation_of_one_mfi_is_unknown_to_another(alpha: Branch, beta: Branch) -> None:
    secret = invite(account=alpha.borrower, actor=SYSTEM)
    with tenant_context(beta.mfi):
        assert find_invitation(secret) is None


def test_tokens_are_hashed_and_end(alpha: Branch, beta: Branch) -> None:
    token, secret = create_token(account=alpha.borrower, name="till", actor=SYSTEM)
    assert secret not in str(token.__dict__)
    found = bearer_of(secret)
    assert found
    assert found.account == alpha.borrower
    with tenant_context(beta.mfi):
        assert bearer_of(secret) is None
    set_active(account=alpha.borrower, active=False, actor=SYSTEM)
    assert bearer_of(secret) is None


def test_the_directory_follows_the_account(alpha: Branch) -> None:
    entry = DirectoryEntry.objects.get(pk=alpha.borrower.pk)
    assert (entry.schema_name, entry.has_signed_up, entry.is_active) == ("alpha", True, True)
    set_active(account=alpha.borrower, active=False, actor=SYSTEM)
    entry.refresh_from_db()
    assert not entry.is_active


def test_nobody_raises_their_own_duties(alpha: Branch) -> None:
    manager, officer = alpha.staff["manager"], alpha.staff["officer"]
    with pytest.raises(NotAllowed):
        update_staff(account=manager, full_name="N", duties=["manager", "approver"], by=manager)
    with pytest.raises(NotAllowed):
        update_staff(account=officer, full_name="O", duties=["manager"], by=officer)


def test_roles_table() -> None:
    assert may(Role.MFI_ADMIN, frozenset({Duty.APPROVER}), Action.APPROVE)
    assert not may(Role.MFI_ADMIN, frozenset({Duty.OFFICER}), Action.APPROVE)
    assert not may(Role.MFI_ADMIN, frozenset(), Action.VIEW_BOOKS)
    assert not may(Role.BORROWER, frozenset(Duty), Action.APPROVE)
    assert not may(Role.LETSEMA_ADMIN, frozenset(Duty), Action.APPROVE)
