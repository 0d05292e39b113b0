"""One-time codes: sent, used once, of no use after five wrong attempts; what they open, and what they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.mfis.core.errors import InvalidInput
from apps.users.access.services.codes import TooManyCodes, send_code, use_code
from apps.users.access.services.password_reset import reset_by_code
from apps.users.access.services.second_factor import (
    change_second_factor,
    change_second_factor_by_code,
    verify_address,
    verify_by_code,
)
from apps.users.access.tests.calls import send
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.messaging.models import Message
from apps.users.messaging.services import send_due
from tests.factories import PASSWORD, Branch

Purpose = OneTimeCode.Purpose

LastCode = Callable[[], str]

NEW = "another-secret-8"


def test_a_phone_is_verified_by_the_code_that_it_got(alpha: Branch, lerato: Account, last_code: LastCode) -> None:
    client = alpha.client(lerato)
    asked = send(client, "POST", "me/codes", {"to": "phone"})
    assert (asked.status_code, asked.json()) == (202, {"to": "+266 •••• 3456", "again_in": 60})
    assert send(client, "POST", "me/codes", {"to": "phone"}).status_code == 202  # asked twice: one message
    assert Message.objects.filter(about="code").count() == 1
    digits = last_code()
    assert send(client, "POST", "me/verify", {"to": "email", "code": digits}).status_code == 422
    me = send(client, "POST", "me/verify", {"to": "phone", "code": digits}).json()
    assert (me["phone_verified"], me["email_verified"]) == (True, False)
    assert send(client, "POST", "me/verify", {"to": "phone", "code": digits}).status_code == 422  # used
    # Neither the queue nor the list of messages shows the digits.
    assert digits not in json.dumps(list(Message.objects.values("values")), default=str)
    assert client.get("/api/v1/messages").json() == []


def test_five_wrong_attempts_end_a_code(lerato: Account, last_code: LastCode) -> None:
    send_code(actor=lerato.actor, purpose=Purpose.RESET)
    digits = last_code()
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(InvalidInput):
            use_code(actor=lerato.actor, purpose=Purpose.RESET, digits=wrong)
    with pytest.raises(InvalidInput):
        use_code(actor=lerato.actor, purpose=Purpose.RESET, digits=digits)


def test_a_code_is_too_old_after_ten_minutes_and_is_for_its_purpose_alone(lerato: Account, last_code: LastCode) -> None:
    send_code(actor=lerato.actor, purpose=Purpose.RESET)
    digits = last_code()
    with pytest.raises(InvalidInput):
        use_code(actor=lerato.actor, purpose=Purpose.SIGN_IN, digits=digits)
    OneTimeCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InvalidInput):
        use_code(actor=lerato.actor, purpose=Purpose.RESET, digits=digits)


def test_a_code_that_came_too_late_is_not_sent(lerato: Account) -> None:
    send_code(actor=lerato.actor, purpose=Purpose.RESET)
    OneTimeCode.objects.update(expires_at=timezone.now())
    assert send_due() == (0, 1)
    assert Message.objects.get().status == Message.Status.FAILED


def test_five_codes_an_hour(lerato: Account) -> None:
    for _ in range(5):
        send_code(actor=lerato.actor, purpose=Purpose.RESET)
        OneTimeCode.objects.update(asked_at=timezone.now() - timedelta(minutes=2))
    with pytest.raises(TooManyCodes):
        send_code(actor=lerato.actor, purpose=Purpose.RESET)


def test_a_second_factor_is_asked_for_wherever_one_gets_in(alpha: Branch, lerato: Account, last_code: LastCode) -> None:
    client = alpha.client(lerato)
    assert send(client, "PUT", "me/second-factor", {"wanted": True, "code": "000000"}).status_code == 422
    send(client, "POST", "me/codes", {"to": "phone"})
    assert (
        send(client, "PUT", "me/second-factor", {"wanted": True, "code": last_code()}).json()["second_factor"] is True
    )

    stranger, name = Client(HTTP_HOST=alpha.host), {"name": "68123456", "password": PASSWORD}
    refused = send(stranger, "POST", "sign-in", name)
    assert (refused.status_code, refused.json()["code"]) == (403, "code_needed")
    assert "3456" in refused.json()["detail"]
    assert send(stranger, "POST", "sign-in", {**name, "code": "12"}).status_code == 422
    assert stranger.get("/api/v1/me").status_code == 401
    # Registering "again" is no way around it, and neither is the code of another purpose.
    again = {"full_name": "Lerato Matete", "phone": "6812 3456", "password": PASSWORD, "agreed": 1}
    digits = last_code()
    assert send(stranger, "POST", "register", {**again, "code": digits}).status_code == 422
    assert send(stranger, "POST", "sign-in", {**name, "password": "wrong-one-99", "code": digits}).status_code == 401
    assert send(stranger, "POST", "sign-in", {**name, "code": digits}).status_code == 200
    assert stranger.get("/api/v1/me").json()["id"] == str(lerato.pk)


def test_a_borrowed_session_does_not_send_the_codes_elsewhere(
    alpha: Branch, lerato: Account, last_code: LastCode
) -> None:
    send_code(actor=lerato.actor, purpose=Purpose.VERIFY, channel="sms")
    change_second_factor(actor=lerato.actor, wanted=True, digits=last_code())
    lerato.refresh_from_db()
    client, mine = alpha.client(lerato), {"full_name": "Lerato Matete", "phone": "6812 3456"}
    for change in (
        {"phone": "6812 9999", "email": "lerato@example.org"},
        {"email": "thief@example.org"},
        {"email": ""},
    ):
        refused = send(client, "PUT", "me", {**mine, **change})
        assert refused.status_code == 422
        assert "turn that off first" in refused.json()["detail"]
    body = {**mine, "email": "lerato@example.org", "village": "Roma"}
    assert send(client, "PUT", "me", body).json()["village"] == "Roma"


def test_a_forgotten_password_is_replaced_by_code(alpha: Branch, lerato: Account, last_code: LastCode) -> None:
    signed_in, stranger = alpha.client(lerato), Client(HTTP_HOST=alpha.host)
    assert send(stranger, "POST", "password-reset", {"name": "nobody@example.org"}).status_code == 204
    assert not Message.objects.exists()
    assert send(stranger, "POST", "password-reset", {"name": "6812 3456"}).status_code == 204
    new = {"name": "68123456", "code": last_code(), "password": "short"}
    assert "password" in send(stranger, "POST", "password-reset/new", new).json()["errors"]
    assert send(stranger, "POST", "password-reset/new", {**new, "password": NEW}).status_code == 204
    assert signed_in.get("/api/v1/me").status_code == 401  # the others are signed out
    assert send(stranger, "POST", "sign-in", {"name": "68123456", "password": NEW}).status_code == 200
    lerato.refresh_from_db()
    assert lerato.phone_is_verified
    wrong = send(stranger, "POST", "password-reset/new", {**new, "name": "nobody@example.org", "password": NEW})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["code"])


def test_staff_reset_their_passwords_elsewhere(alpha: Branch) -> None:
    stranger = Client(HTTP_HOST=alpha.host)
    assert send(stranger, "POST", "password-reset", {"name": "officer@alpha.example"}).status_code == 204
    assert not OneTimeCode.objects.exists()


def test_a_stolen_telephone_is_not_both_factors(alpha: Branch, lerato: Account, last_code: LastCode) -> None:
    send_code(actor=lerato.actor, purpose=Purpose.VERIFY, channel="sms")
    change_second_factor(actor=lerato.actor, wanted=True, digits=last_code())
    lerato.refresh_from_db()
    with pytest.raises(InvalidInput):
        send_code(actor=lerato.actor, purpose=Purpose.RESET)
    Account.objects.filter(pk=lerato.pk).update(verified_email="lerato@example.org")
    assert send_code(actor=lerato.actor, purpose=Purpose.RESET) == "l•••@example.org"


def test_a_wrong_code_is_counted_though_what_it_should_open_is_refused(lerato: Account, last_code: LastCode) -> None:
    send_code(actor=lerato.actor, purpose=Purpose.VERIFY)
    wrong = f"{(int(last_code()) + 1) % 1_000_000:06d}"
    for refused in (
        lambda: verify_address(actor=lerato.actor, channel="sms", digits=wrong),
        lambda: change_second_factor(actor=lerato.actor, wanted=True, digits=wrong),
    ):
        with pytest.raises(InvalidInput):
            refused()
    assert OneTimeCode.objects.get().attempts == 2


def test_a_code_opens_something_for_its_owner_and_purpose_alone(
    alpha: Branch, lerato: Account, last_code: LastCode
) -> None:
    send_code(actor=lerato.actor, purpose=Purpose.VERIFY)
    code = use_code(actor=lerato.actor, purpose=Purpose.VERIFY, digits=last_code())
    with pytest.raises(InvalidInput):
        change_second_factor_by_code(actor=alpha.borrower.actor, wanted=True, code=code)
    with pytest.raises(InvalidInput):
        reset_by_code(actor=lerato.actor, code=code, password=NEW)
    code.used_at = None
    with pytest.raises(InvalidInput):
        verify_by_code(actor=lerato.actor, code=code)
