"""How somebody else is reached changes by two people, or by the owner's own code; and is never a secret to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import AlreadyExists, InvalidInput, NotAllowed, WrongState
from apps.mfis.core.models import Revision
from apps.users.access.models import ContactChange, Invitation
from apps.users.access.services.contacts import (
    ask_contact_change,
    change_contact,
    decide_contact_change,
    send_contact_code,
)
from apps.users.access.services.tokens import create_token
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.accounts.services.borrowers import update_borrower
from apps.users.accounts.services.people import Person
from apps.users.messaging.models import Message
from apps.users.messaging.services import send_due
from tests.factories import PASSWORD, TODAY, Branch

NEW = {"phone": "68990001", "email": "lerato@example.org"}


def ask(alpha: Branch, account: Account, who: str = "officer", **more: str) -> ContactChange:
    wanted = {**NEW, "reason": "Lost telephone", **more}
    return ask_contact_change(account=account, actor=alpha.staff[who].actor, **wanted)


def test_a_cashier_cannot_change_a_borrowers_phone(alpha: Branch, lerato: Account) -> None:
    person = Person("Lerato Matete", phone="68990001", email="lerato@example.org")
    with pytest.raises(InvalidInput, match="second person"):
        update_borrower(account=lerato, person=person, actor=alpha.staff["cashier"].actor, today=TODAY)
    form = {"full_name": "Lerato Matete", "phone": "68990001", "email": "thief@example.org"}
    alpha.client("cashier").post(f"/admin/users/borrowerprofile/{lerato.pk}/edit/", form)
    lerato.refresh_from_db()
    assert (lerato.phone, lerato.email) == ("+26668123456", "lerato@example.org")


def test_two_people_change_it_and_the_old_addresses_are_told(
    alpha: Branch, lerato: Account, settings: Any, tmp_path: Path, mailoutbox: list[EmailMessage]
) -> None:
    settings.VAR = tmp_path
    signed_in = alpha.client(lerato)
    token = create_token(actor=lerato.actor, name="t").secret
    change = ask(alpha, lerato)
    with pytest.raises(NotAllowed, match="second person"):
        decide_contact_change(change_id=change.pk, confirmed=True, actor=alpha.staff["officer"].actor)
    lerato.refresh_from_db()
    assert lerato.phone == "+26668123456"
    decide_contact_change(change_id=change.pk, confirmed=True, actor=alpha.staff["cashier"].actor)
    lerato.refresh_from_db()
    assert lerato.phone == "+26668990001"
    assert not lerato.has_usable_password()
    assert signed_in.get("/api/v1/me").status_code == 401
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    assert Client(HTTP_HOST=alpha.host).get("/api/v1/me", **bearer).status_code == 401
    row = Revision.objects.filter(row_id=lerato.pk).latest("recorded_at")
    assert "Cashier of Alpha Credit (asked by Loan officer of Alpha Credit" in row.actor_name
    told = set(Message.objects.exclude(about="invitation").values_list("about", "address"))
    old = ("+26668123456", "lerato@example.org")
    assert told == {(about, address) for about in ("contact_asked", "contact_changed") for address in old}
    send_due()
    secret = Invitation.objects.get().secret
    assert [m.to for m in mailoutbox if secret in str(m.body)] == [["lerato@example.org"]]
    with pytest.raises(WrongState):
        decide_contact_change(change_id=change.pk, confirmed=True, actor=alpha.staff["manager"].actor)


def test_the_database_too_asks_for_two(alpha: Branch, lerato: Account) -> None:
    change = ask(alpha, lerato)
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactChange.objects.filter(pk=change.pk).update(decided_by=change.asked_by)


def test_who_may_ask_and_decide(alpha: Branch, lerato: Account) -> None:
    approver, cashier = alpha.staff["approver"], alpha.staff["cashier"].actor
    for account, actor in (
        (lerato, alpha.staff["auditor"].actor),
        (approver, cashier),
        (alpha.staff["cashier"], cashier),
        (lerato, lerato.actor),
    ):
        with pytest.raises(NotAllowed):
            ask_contact_change(account=account, actor=actor, reason="Lost", **NEW)
    change = ask(alpha, approver, "manager", email="new@alpha.example")
    for actor in (cashier, approver.actor, SYSTEM):
        with pytest.raises(NotAllowed):
            decide_contact_change(change_id=change.pk, confirmed=True, actor=actor)


def test_a_refused_change_changes_nothing_and_a_taken_address_is_named(alpha: Branch, lerato: Account) -> None:
    decide_contact_change(change_id=ask(alpha, lerato).pk, confirmed=False, actor=alpha.staff["manager"].actor)
    taken = ask(alpha, lerato, phone="58120001")
    with pytest.raises(AlreadyExists):
        decide_contact_change(change_id=taken.pk, confirmed=True, actor=alpha.staff["manager"].actor)
    lerato.refresh_from_db()
    assert lerato.phone == "+26668123456"
    assert lerato.check_password(PASSWORD)
    for wrong in ({"reason": " "}, {"phone": "1"}, {"phone": "", "email": ""}, {"phone": "68123456"}):
        with pytest.raises(InvalidInput):
            ask(alpha, lerato, **wrong)


def test_the_owners_code_stands_for_the_second_person(alpha: Branch, lerato: Account) -> None:
    officer = alpha.staff["officer"].actor
    to = send_contact_code(account=lerato, actor=officer, **NEW)
    assert to == "+266 •••• 3456"
    code = OneTimeCode.objects.get()
    assert code.address == "+26668123456"  # the one on record, never the new one
    with pytest.raises(InvalidInput):
        change_contact(account=lerato, digits="12", actor=officer, **NEW)
    change_contact(account=lerato, digits=code.digits, actor=officer, **NEW)
    lerato.refresh_from_db()
    assert lerato.phone == "+26668990001"
    assert lerato.check_password(PASSWORD)
    assert Message.objects.filter(about="contact_changed").count() == 2


def test_the_pages_ask_and_decide(alpha: Branch, lerato: Account) -> None:
    officer, manager = alpha.client("officer"), alpha.client("manager")
    page = f"/admin/users/borrowerprofile/{lerato.pk}/contact/"
    assert "by_1" in officer.get(page).content.decode()
    assert officer.post(page, {**NEW, "by": "second", "reason": "Lost telephone"}).status_code == 302
    change = ContactChange.objects.get()
    decide = f"/admin/users/contactchange/{change.pk}/decide/"
    assert officer.post(decide, {"decision": "confirm"}).status_code == 422
    assert alpha.client("auditor").get(decide).status_code == 403
    assert "Lost telephone" in manager.get(decide).content.decode()
    assert manager.post(decide, {"decision": "confirm"}).status_code == 302
    assert ContactChange.objects.get().status == "done"
    asked = officer.post(page, {"phone": "68990002", "email": "", "by": "code", "reason": ""})
    assert "A code is on its way to" in asked.content.decode()


def test_letsema_is_the_second_person_where_one_manages_alone(alpha: Branch, public_client: Client) -> None:
    with tenant_context(alpha.mfi):
        approver = alpha.staff["approver"]
        ask(alpha, approver, "manager", email="new@alpha.example")
    page = f"/admin/mfis/directoryentry/{approver.pk}/contact/"
    assert "Lost telephone" in public_client.get(page).content.decode()
    assert public_client.post(page, {"decision": "confirm"}).status_code == 302
    with tenant_context(alpha.mfi):
        approver.refresh_from_db()
        assert approver.email == "new@alpha.example"
        change = ContactChange.objects.get()
    assert change.decided_by_name == "Naleli Moshoeshoe of Letsema"
