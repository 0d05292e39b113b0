"""Invitations: they work once, for a while, in their own schema, and only who may invites."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, NotAllowed
from apps.users.access.models import Invitation
from apps.users.access.selectors import find_invitation
from apps.users.access.services.invitations import accept_invitation, invite
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import PASSWORD, TODAY, Branch


def test_an_invitation_works_once(alpha: Branch) -> None:
    account = register_borrower(person=Person("Lineo Tlali", phone="59990002"), actor=SYSTEM, today=TODAY)
    assert not account.has_usable_password()
    secret = invite(account=account, actor=SYSTEM)
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, password="short", actor=account.actor)
    accept_invitation(secret=secret, password=PASSWORD, actor=account.actor)
    assert Account.objects.get(pk=account.pk).check_password(PASSWORD)
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, password=PASSWORD, actor=account.actor)


def test_an_invitation_expires_and_gives_way_to_the_next(alpha: Branch) -> None:
    account = register_borrower(person=Person("Lineo Tlali", phone="59990002"), actor=SYSTEM, today=TODAY)
    first = invite(account=account, actor=SYSTEM)
    second = invite(account=account, actor=SYSTEM)
    assert find_invitation(first) is None
    Invitation.objects.filter(account=account).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert find_invitation(second) is None


def test_an_invitation_of_one_mfi_is_unknown_to_another(alpha: Branch, beta: Branch) -> None:
    secret = invite(account=alpha.borrower, actor=SYSTEM)
    with tenant_context(beta.mfi):
        assert find_invitation(secret) is None


def test_who_registers_borrowers_invites_them_and_no_colleague(alpha: Branch) -> None:
    """An invitation sets a password: an officer who could invite a manager would become one."""
    officer, manager = alpha.staff["officer"].actor, alpha.staff["manager"]
    assert find_invitation(invite(account=alpha.borrower, actor=officer))
    for actor in (officer, alpha.staff["auditor"].actor, alpha.borrower.actor):
        with pytest.raises(NotAllowed):
            invite(account=manager, actor=actor)
    assert find_invitation(invite(account=alpha.staff["officer"], actor=manager.actor))


def test_an_invitation_is_for_the_one_who_is_invited(alpha: Branch) -> None:
    secret = invite(account=alpha.staff["cashier"], actor=SYSTEM)
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, password=PASSWORD, actor=alpha.borrower.actor)
    assert find_invitation(secret)
