"""Invitations: to the owner's own address, before first use only; once, for a while, in their own schema."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.mfis.core.models import Command, Revision
from apps.mfis.core.roles import Role
from apps.users.access.models import Invitation
from apps.users.access.selectors import find_invitation
from apps.users.access.services.invitations import accept_invitation, invite
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.messaging.models import Message
from apps.users.messaging.services import send_due
from apps.users.staff.services import create_staff
from tests.factories import PASSWORD, TODAY, Branch


@pytest.fixture
def lineo(alpha: Branch) -> Account:
    return register_borrower(person=Person("Lineo Tlali", phone="59990002"), actor=SYSTEM, today=TODAY)


@pytest.fixture
def neo(alpha: Branch) -> Account:
    return create_staff(
        full_name="Neo Letuka", email="neo@alpha.example", role=Role.MFI_ADMIN, duties=["approver"], actor=SYSTEM
    )


def invited(account: Account) -> str:
    """The secret of a fresh invitation."""
    invite(account=account, actor=SYSTEM)
    return Invitation.objects.filter(account=account).latest("created_at").secret


def test_an_invitation_works_once(lineo: Account) -> None:
    assert not lineo.has_usable_password()
    secret = invited(lineo)
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, password="short", actor=lineo.actor)
    accept_invitation(secret=secret, password=PASSWORD, actor=lineo.actor)
    account = Account.objects.get(pk=lineo.pk)
    assert account.check_password(PASSWORD)
    assert account.phone_is_verified
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, password=PASSWORD, actor=lineo.actor)


def test_an_invitation_expires_and_gives_way_to_the_next(lineo: Account) -> None:
    first, second = invited(lineo), invited(lineo)
    assert find_invitation(first) is None
    Invitation.objects.filter(account=lineo).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert find_invitation(second) is None


def test_an_invitation_of_one_mfi_is_unknown_to_another(lineo: Account, beta: Branch) -> None:
    secret = invited(lineo)
    with tenant_context(beta.mfi):
        assert find_invitation(secret) is None


def test_who_registers_borrowers_invites_them_and_no_colleague(alpha: Branch, lineo: Account, neo: Account) -> None:
    officer = alpha.staff["officer"].actor
    assert invite(account=lineo, actor=officer) == "+266 •••• 0002"
    for actor in (officer, alpha.staff["auditor"].actor, alpha.borrower.actor):
        with pytest.raises(NotAllowed):
            invite(account=neo, actor=actor)
    assert invite(account=neo, actor=alpha.staff["manager"].actor) == "n•••@alpha.example"


def test_an_invitation_is_for_the_one_who_is_invited(alpha: Branch, lineo: Account) -> None:
    secret = invited(lineo)
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, password=PASSWORD, actor=alpha.borrower.actor)
    assert find_invitation(secret)


def test_nobody_invites_who_has_a_password(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    for account in (alpha.borrower, alpha.staff["approver"]):
        with pytest.raises(WrongState, match="signed up"):
            invite(account=account, actor=manager)
    assert not Invitation.objects.exists()


def test_the_link_goes_to_the_mailbox_alone(alpha: Branch, neo: Account, mailoutbox: list[EmailMessage]) -> None:
    page = alpha.client("manager").post(f"/admin/users/account/{neo.pk}/do/invite/", follow=True).content.decode()
    secret = Invitation.objects.get().secret
    assert "goes to n•••@alpha.example" in page
    assert send_due() == (1, 0)
    assert mailoutbox[0].to == ["neo@alpha.example"]
    link = re.search(r"http://alpha\.localhost:\d+/invitation/(\S+)/", str(mailoutbox[0].body))
    assert link
    assert link.group(1) == secret
    kept = [page, str(list(Message.objects.values())), str(list(Revision.objects.values("image")))]
    kept += [str(list(Command.objects.values())), str(list(Invitation.objects.values()))]
    assert [text for text in kept if secret in text] == []


def test_who_has_no_mail_gets_it_by_telephone(lineo: Account, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    secret = invited(lineo)
    send_due()
    (file,) = (tmp_path / "sms").glob("*.txt")
    assert file.read_text().startswith("To: +26659990002")
    assert secret in file.read_text()
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert oct((tmp_path / "sms").stat().st_mode & 0o777) == "0o700"


def test_an_invitation_to_an_address_that_changed_meanwhile_does_not_leave(lineo: Account) -> None:
    invited(lineo)
    Account.objects.filter(pk=lineo.pk).update(phone="+26659990003")
    assert send_due() == (0, 1)
