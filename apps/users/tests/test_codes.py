"""One-time codes: sent, used once, of no use after five wrong attempts; what they open, and what they do not."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.mfis.acting import SYSTEM
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput
from apps.users.consent_texts import TEXTS
from apps.users.messaging.queue import send_due
from apps.users.models import Account, ApiToken, Consent, Message, OneTimeCode, Scope
from apps.users.services.accounts import Person, register_borrower
from apps.users.services.codes import TooManyCodes, change_second_factor, send_code, use_code
from apps.users.services.consents import give_consent, standing_consent, withdraw_consent
from apps.users.services.tokens import create_token
from conftest import PASSWORD, Branch

Purpose = OneTimeCode.Purpose
NEW = "another-secret-8"


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = json.dumps(body or {})
    return client.generic(method, f"/api/v1/{path}", data, content_type="application/json", **headers)


@pytest.fixture
def lerato(alpha: Branch) -> Account:
    person = Person("Lerato Matete", phone="6812 3456", email="lerato@example.org")
    return register_borrower(person=person, password=PASSWORD, today=business_date())


@pytest.fixture
def told(settings: Any, tmp_path: Any, mailoutbox: list) -> Any:
    """Sends what waits, and gives the digits of the last message."""
    settings.VAR = tmp_path

    def last() -> str:
        before = len(mailoutbox)
        send_due()
        texts = [mailoutbox[-1].body] if len(mailoutbox) > before else []
        texts += [p.read_text() for p in sorted((tmp_path / "sms").glob("*.txt"))[-1:]] if not texts else []
        found = re.search(r"\b(\d{6})\b", texts[-1].partition("\n\n")[2] or texts[-1])
        assert found
        return found.group(1)

    return last


def test_a_phone_is_verified_by_the_code_that_it_got(alpha: Branch, lerato: Account, told: Any) -> None:
    client = alpha.client(lerato)
    asked = send(client, "POST", "me/codes", {"to": "phone"})
    assert (asked.status_code, asked.json()) == (202, {"to": "+266 •••• 3456"})
    assert send(client, "POST", "me/codes", {"to": "phone"}).status_code == 202  # asked twice: one message
    assert Message.objects.filter(about="code").count() == 1
    digits = told()
    assert send(client, "POST", "me/verify", {"to": "email", "code": digits}).status_code == 422
    me = send(client, "POST", "me/verify", {"to": "phone", "code": digits}).json()
    assert (me["phone_verified"], me["email_verified"]) == (True, False)
    assert send(client, "POST", "me/verify", {"to": "phone", "code": digits}).status_code == 422  # used
    # Neither the queue nor the list of messages shows the digits.
    assert digits not in json.dumps(list(Message.objects.values("values")), default=str)
    assert client.get("/api/v1/messages").json() == []
    # Another number is not verified by it.
    body = {"full_name": "Lerato Matete", "phone": "6812 0000"}
    assert send(client, "PUT", "me", body).json()["phone_verified"] is False


def test_five_wrong_attempts_end_a_code(lerato: Account, told: Any) -> None:
    send_code(account=lerato, purpose=Purpose.RESET)
    digits = told()
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(InvalidInput):
            use_code(account=lerato, purpose=Purpose.RESET, digits=wrong)
    with pytest.raises(InvalidInput):
        use_code(account=lerato, purpose=Purpose.RESET, digits=digits)


def test_a_code_is_too_old_after_ten_minutes_and_is_for_its_purpose_alone(lerato: Account, told: Any) -> None:
    send_code(account=lerato, purpose=Purpose.RESET)
    digits = told()
    with pytest.raises(InvalidInput):
        use_code(account=lerato, purpose=Purpose.SIGN_IN, digits=digits)
    OneTimeCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InvalidInput):
        use_code(account=lerato, purpose=Purpose.RESET, digits=digits)


def test_a_code_that_came_too_late_is_not_sent(lerato: Account) -> None:
    send_code(account=lerato, purpose=Purpose.RESET)
    OneTimeCode.objects.update(expires_at=timezone.now())
    assert send_due() == (0, 1)
    assert Message.objects.get().status == Message.Status.FAILED


def test_five_codes_an_hour(lerato: Account) -> None:
    for _ in range(5):
        send_code(account=lerato, purpose=Purpose.RESET)
        OneTimeCode.objects.update(asked_at=timezone.now() - timedelta(minutes=2))
    with pytest.raises(TooManyCodes):
        send_code(account=lerato, purpose=Purpose.RESET)


def test_a_second_factor_is_asked_for_at_every_door(alpha: Branch, lerato: Account, told: Any) -> None:
    client = alpha.client(lerato)
    assert send(client, "PUT", "me/second-factor", {"wanted": True, "code": "000000"}).status_code == 422
    send(client, "POST", "me/codes", {"to": "phone"})
    assert send(client, "PUT", "me/second-factor", {"wanted": True, "code": told()}).json()["second_factor"] is True

    stranger, name = Client(HTTP_HOST=alpha.host), {"name": "68123456", "password": PASSWORD}
    refused = send(stranger, "POST", "sign-in", name)
    assert (refused.status_code, refused.json()["code"]) == (403, "code_needed")
    assert "3456" in refused.json()["detail"]
    assert send(stranger, "POST", "sign-in", {**name, "code": "12"}).status_code == 422
    assert stranger.get("/api/v1/me").status_code == 401
    # Registering "again" is no way around it, and neither is the code of another purpose.
    again = {"full_name": "Lerato Matete", "phone": "6812 3456", "password": PASSWORD, "agreed": 1}
    assert send(stranger, "POST", "register", again).status_code == 409
    digits = told()
    assert send(stranger, "POST", "sign-in", {**name, "password": "wrong-one-99", "code": digits}).status_code == 401
    assert send(stranger, "POST", "sign-in", {**name, "code": digits}).status_code == 200
    assert stranger.get("/api/v1/me").json()["id"] == str(lerato.pk)


def test_a_borrowed_session_does_not_send_the_codes_elsewhere(alpha: Branch, lerato: Account, told: Any) -> None:
    send_code(account=lerato, purpose=Purpose.VERIFY, channel="sms")
    change_second_factor(account=lerato, wanted=True, digits=told())
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


def test_a_forgotten_password_is_replaced_by_code(alpha: Branch, lerato: Account, told: Any) -> None:
    signed_in, stranger = alpha.client(lerato), Client(HTTP_HOST=alpha.host)
    assert send(stranger, "POST", "password-reset", {"name": "nobody@example.org"}).status_code == 204
    assert not Message.objects.exists()
    assert send(stranger, "POST", "password-reset", {"name": "6812 3456"}).status_code == 204
    new = {"name": "68123456", "code": told(), "password": "short"}
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


def test_a_stolen_telephone_is_not_both_factors(alpha: Branch, lerato: Account, told: Any) -> None:
    send_code(account=lerato, purpose=Purpose.VERIFY, channel="sms")
    change_second_factor(account=lerato, wanted=True, digits=told())
    lerato.refresh_from_db()
    with pytest.raises(InvalidInput):
        send_code(account=lerato, purpose=Purpose.RESET)
    Account.objects.filter(pk=lerato.pk).update(verified_email="lerato@example.org")
    assert send_code(account=lerato, purpose=Purpose.RESET) == "l•••@example.org"


# Consents ------------------------------------------------------------------------------------------------------------


def test_consents_are_given_shown_and_taken_back(alpha: Branch, lerato: Account) -> None:
    client = alpha.client(lerato)
    records, sharing = client.get("/api/v1/consents").json()
    assert (records["stands"], sharing["stands"]) == (False, False)  # the branch registered her
    body = {"purpose": "sharing", "version": 1, "language": "st"}
    given = send(client, "POST", "consents", body).json()
    assert given["stands"]
    assert "Branch" not in given["text"]
    assert given["text"].startswith("Ha u etsa kopo")
    assert send(client, "POST", "consents", body).json() == given
    assert Consent.objects.count() == 1  # said again it is no other consent
    assert send(client, "POST", "consents", {**body, "version": 9}).json()["errors"].keys() == {"version"}
    ended = send(client, "DELETE", "consents/sharing").json()
    assert (ended["stands"], ended["withdrawn_on"]) == (False, business_date().isoformat())
    assert send(client, "DELETE", "consents/sharing").status_code == 200
    assert Consent.objects.count() == 2
    assert send(client, "DELETE", "consents/records").status_code == 409
    assert send(client, "DELETE", "consents/other").status_code == 422


def test_a_consent_said_at_the_counter_is_entered_with_the_clerks_name(alpha: Branch, lerato: Account) -> None:
    page, path = (
        f"/admin/users/borrowerprofile/{lerato.pk}/change/",
        f"/admin/users/borrowerprofile/{lerato.pk}/consent",
    )
    officer = alpha.client("officer")
    assert "The borrower agrees" in officer.get(page).content.decode()
    assert "how many of them lend" in officer.get(f"{path}/sharing/give/").content.decode()
    assert officer.post(f"{path}/sharing/give/", {"language": "fr"}).status_code == 422
    for _ in range(2):  # pressed twice it is one consent
        assert officer.post(f"{path}/sharing/give/", {"language": "st"}).status_code == 302
    kept = Consent.objects.get()
    assert (kept.granted, kept.language, kept.actor_name) == (True, "st", alpha.staff["officer"].full_name)
    assert officer.post(f"{path}/sharing/withdraw/", {"language": "st"}).status_code == 302
    assert [c.granted for c in Consent.objects.order_by("recorded_at")] == [True, False]
    assert "taken back on" in officer.get(page).content.decode()
    assert alpha.client("auditor").get(f"{path}/sharing/give/").status_code == 403
    assert officer.get(f"{path}/other/give/").status_code == 404


def test_who_registers_consents_in_the_words_shown(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    shown = {t["purpose"]: t for t in client.get("/api/v1/consent-texts").json()}
    assert "keeps what you tell it" in shown["records"]["english"]
    body = {"full_name": "Neo Letuka", "phone": "6812 1111", "password": PASSWORD, "language": "st"}
    assert "agreed" in send(client, "POST", "register", body).json()["errors"]
    assert not Account.objects.filter(full_name="Neo Letuka").exists()
    assert send(client, "POST", "register", {**body, "agreed": shown["records"]["version"]}).status_code == 201
    kept = Consent.objects.get()
    assert (kept.purpose, kept.granted, kept.text_version, kept.language) == ("records", True, 1, "st")


def test_a_consent_ends_by_itself(lerato: Account) -> None:
    today = business_date()
    give_consent(account=lerato, purpose="sharing", version=1, language="en", on=today)
    for days, stands in ((364, True), (365, False)):
        on = today + timedelta(days=days)
        assert standing_consent(account=lerato, purpose="sharing", on=on).stands is stands
    assert not withdraw_consent(account=lerato, purpose="sharing", on=today).stands


def test_every_text_speaks_both_languages() -> None:
    for versions in TEXTS.values():
        assert [t.version for t in versions] == list(range(1, len(versions) + 1))
        for text in versions:
            assert all("Kopano" in text.read(language, "Kopano") for language in ("en", "st"))


# Scopes --------------------------------------------------------------------------------------------------------------


def bearer(account: Account, *scopes: str) -> dict[str, str]:
    _, secret = create_token(account=account, name="t", scopes=scopes or None, actor=SYSTEM)
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def test_a_token_does_what_its_scopes_say(alpha: Branch, lerato: Account) -> None:
    client = Client(HTTP_HOST=alpha.host)
    read = bearer(lerato, Scope.READ)
    assert client.get("/api/v1/me", **read).status_code == 200
    refused = send(client, "PUT", "me/settings", {"language": "st"}, **read)
    assert refused.status_code == 403
    assert "“account”" in refused.json()["detail"]
    account = bearer(lerato, Scope.ACCOUNT)
    assert send(client, "PUT", "me/settings", {"language": "st"}, **account).status_code == 200
    assert client.get("/api/v1/me", **account).status_code == 403
    application = {"product_id": str(alpha.product.pk), "principal": "1000.00", "installments": 3}
    assert send(client, "POST", "loans", application, **account).status_code == 403
    assert send(client, "POST", "drafts", application, **bearer(lerato, Scope.LOANS)).status_code == 201


def test_a_token_makes_no_token_that_may_do_more(alpha: Branch, lerato: Account) -> None:
    client, own = Client(HTTP_HOST=alpha.host), bearer(lerato, Scope.ACCOUNT, Scope.READ)
    assert send(client, "POST", "tokens", {"name": "all"}, **own).status_code == 403
    assert send(client, "POST", "tokens", {"name": "pay", "scopes": ["payments"]}, **own).status_code == 403
    made = send(client, "POST", "tokens", {"name": "read", "scopes": ["read"]}, **own)
    assert (made.status_code, made.json()["scopes"]) == (201, ["read"])
    assert ApiToken.objects.get(name="read").scopes == ["read"]
    assert send(client, "POST", "tokens", {"name": "none", "scopes": []}, **own).status_code == 422


def test_text_that_the_database_cannot_hold_is_refused(alpha: Branch, lerato: Account) -> None:
    client = alpha.client(lerato)
    for body in ({"name": "a\0b"}, {"name": "a\0b", "scopes": ["read"]}):
        refused = send(client, "POST", "tokens", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert send(Client(HTTP_HOST=alpha.host), "POST", "sign-in", {"name": "a\0", "password": "b"}).status_code < 500
    assert not ApiToken.objects.filter(account=lerato).exists()
