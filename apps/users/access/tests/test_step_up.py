"""What one signs in by changes only by its owner, and ends every other way in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from apps.mfis.core.errors import ConfirmationNeeded, InvalidInput
from apps.users.access.models import ApiToken
from apps.users.access.services.codes import send_code
from apps.users.access.services.reset_links import tokens
from apps.users.access.services.second_factor import change_second_factor
from apps.users.access.services.tokens import create_token
from apps.users.access.tests.calls import register, send
from apps.users.accounts.models import Account, BorrowerProfile, OneTimeCode
from apps.users.accounts.services.borrowers import update_own_profile
from apps.users.accounts.services.passwords import set_password
from apps.users.accounts.services.people import Person
from apps.users.messaging.models import Message
from tests.factories import PASSWORD, TODAY, Branch

LastCode = Callable[[], str]

MINE = {"full_name": "Lerato Matete", "phone": "6812 3456", "email": "lerato@example.org"}


def bearer(account: Account, *scopes: str) -> dict[str, str]:
    secret = create_token(actor=account.actor, name="t", scopes=scopes or None).secret
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


@pytest.mark.parametrize("change", [{"email": "thief@example.org"}, {"phone": "6899 9999"}, {"full_name": "A Thief"}])
def test_a_borrowed_session_changes_neither_name_nor_address(
    alpha: Branch, lerato: Account, change: dict[str, str]
) -> None:
    client = alpha.client(lerato)
    for proof in ({}, {"password": "wrong-password-1"}, {"code": "000000"}, {"address_code": "000000"}):
        refused = send(client, "PUT", "me", {**MINE, **change, **proof})
        assert refused.status_code in (403, 422), proof
    assert send(client, "PUT", "me", {**MINE, **change}).json()["code"] == "confirmation_needed"
    lerato.refresh_from_db()
    assert (lerato.full_name, lerato.phone, lerato.email) == ("Lerato Matete", "+26668123456", "lerato@example.org")
    assert send(client, "PUT", "me", {**MINE, "village": "Roma"}).json()["village"] == "Roma"


def test_a_new_address_needs_the_password_and_its_own_code(alpha: Branch, lerato: Account, last_code: LastCode) -> None:
    client, other, token = alpha.client(lerato), alpha.client(lerato), bearer(lerato)
    body = {**MINE, "phone": "6812 0000", "password": PASSWORD}
    asked = send(client, "PUT", "me", body)
    assert (asked.status_code, asked.json()["code"]) == (403, "code_needed")
    assert "0000" in asked.json()["detail"]
    assert list(asked.json()["errors"]) == ["address_code"]
    digits = last_code()
    assert send(client, "PUT", "me", {**body, "address_code": "12"}).status_code == 422
    assert send(client, "PUT", "me", {**body, "address_code": digits, "password": ""}).status_code == 403
    me = send(client, "PUT", "me", {**body, "address_code": digits}).json()
    assert (me["phone"], me["phone_verified"]) == ("+26668120000", True)
    assert client.get("/api/v1/me").status_code == 200  # the one that changed it stays
    assert len(client.get("/api/v1/sessions").json()) == 1
    assert other.get("/api/v1/me").status_code == 401
    assert Client(HTTP_HOST=alpha.host).get("/api/v1/me", **token).status_code == 401


def test_the_code_of_the_present_address_stands_for_the_password(
    alpha: Branch, lerato: Account, last_code: LastCode
) -> None:
    client = alpha.client(lerato)
    send(client, "POST", "me/codes", {"to": "phone"})
    body = {**MINE, "full_name": "Lerato Khoabane", "code": last_code()}
    assert send(client, "PUT", "me", body).json()["full_name"] == "Lerato Khoabane"


def test_a_taken_address_is_answered_like_a_free_one_and_its_owner_is_told(alpha: Branch, lerato: Account) -> None:
    client = alpha.client(lerato)
    answers = [
        send(client, "PUT", "me", {**MINE, "phone": phone, "password": PASSWORD}) for phone in ("58120001", "58990001")
    ]
    assert [a.status_code for a in answers] == [403, 403]
    assert [sorted(a.json()) for a in answers] == [sorted(answers[0].json())] * 2
    assert dict(Message.objects.values_list("address", "about")) == {
        "+26658120001": "account_exists",
        "+26658990001": "address_code",
    }


def test_a_taken_national_id_is_kept_as_a_claim(alpha: Branch, lerato: Account) -> None:
    client, taken = alpha.client(lerato), "100000000001"
    free, same = {**MINE, "national_id": "200000000002"}, {**MINE, "national_id": taken}
    answer = send(client, "PUT", "me", same)
    assert (answer.status_code, answer.json()["national_id"]) == (200, taken)
    profile = BorrowerProfile.objects.get(pk=lerato.pk)
    assert (profile.national_id, profile.claimed_national_id) == (None, taken)
    assert send(client, "PUT", "me", same).status_code == 200
    assert send(client, "PUT", "me", free).status_code == 422  # as of one that is on record
    page = alpha.client("officer").get(f"/admin/users/borrowerprofile/{lerato.pk}/change/").content.decode()
    assert "as another borrower" in page


def test_the_command_itself_refuses_what_is_not_confirmed(lerato: Account) -> None:
    person = Person("Lerato Matete", phone="68120000", email="lerato@example.org")
    with pytest.raises(ConfirmationNeeded):
        update_own_profile(actor=lerato.actor, person=person, today=TODAY)


def test_no_token_becomes_more_than_it_is(alpha: Branch, lerato: Account, last_code: LastCode) -> None:
    client = Client(HTTP_HOST=alpha.host)
    for token in (bearer(lerato), bearer(lerato, "account")):
        for method, path, body in (
            ("PUT", "me", {**MINE, "email": "thief@example.org", "password": PASSWORD}),
            ("PUT", "me", {**MINE, "full_name": "A Thief", "password": PASSWORD}),
            ("POST", "me/codes", {"to": "phone"}),
            ("POST", "me/verify", {"to": "phone", "code": "123456"}),
            ("PUT", "me/second-factor", {"wanted": True, "code": "123456"}),
        ):
            assert send(client, method, path, body, **token).status_code == 403, path
        assert "sessionid" not in client.cookies


def test_a_second_factor_ends_the_other_ways_in(alpha: Branch, lerato: Account, last_code: LastCode) -> None:
    client, other, token = alpha.client(lerato), alpha.client(lerato), bearer(lerato)
    send(client, "POST", "me/codes", {"to": "phone"})
    assert send(client, "PUT", "me/second-factor", {"wanted": True, "code": last_code()}).status_code == 200
    assert client.get("/api/v1/me").status_code == 200
    assert other.get("/api/v1/me").status_code == 401
    assert Client(HTTP_HOST=alpha.host).get("/api/v1/me", **token).status_code == 401


def test_a_new_password_ends_tokens_links_codes_and_sessions(alpha: Branch) -> None:
    officer = alpha.staff["officer"]
    client, link = alpha.client(officer), tokens.make_token(officer)
    create_token(actor=officer.actor, name="t")
    set_password(account=officer, password="another-secret-31", actor=officer.actor)
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert not Session.objects.exists()
    assert not tokens.check_token(officer, link)
    assert client.get("/admin/").status_code == 302


def test_a_session_on_another_node_ends_by_the_stamp(alpha: Branch, lerato: Account, last_code: LastCode) -> None:
    client = alpha.client(lerato)
    kept = list(Session.objects.values())
    send_code(actor=lerato.actor, purpose="verify")
    change_second_factor(actor=lerato.actor, wanted=True, digits=last_code())
    Session.objects.bulk_create([Session(**row) for row in kept])  # rows of sessions never travel, nor does their end
    assert client.get("/api/v1/me").status_code == 401


def test_changing_ones_password_in_the_back_office_keeps_this_session(alpha: Branch) -> None:
    client, other = alpha.client("officer"), alpha.client("officer")
    form = {"old_password": PASSWORD, "new_password1": "another-secret-31", "new_password2": "another-secret-31"}
    assert client.post("/admin/password_change/", form).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302


def test_registering_tells_nobody_who_banks_here(alpha: Branch) -> None:
    body = {"full_name": "Neo Letuka", "password": PASSWORD, "agreed": 1}
    client = Client(HTTP_HOST=alpha.host)
    known, unknown = (send(client, "POST", "register", {**body, "phone": p}) for p in ("58120001", "58990001"))
    assert (known.status_code, unknown.status_code) == (202, 202)
    assert known.json()["to"][:-4] == unknown.json()["to"][:-4]
    wrong = [send(client, "POST", "register", {**body, "phone": p, "code": "12"}) for p in ("58120001", "58990001")]
    assert [(w.status_code, w.json()["errors"]) for w in wrong] == [(422, wrong[0].json()["errors"])] * 2
    assert Account.objects.filter(full_name="Neo Letuka").count() == 0


def test_a_password_like_the_name_is_refused_to_who_holds_the_code_alone(
    alpha: Branch, lerato: Account, last_code: LastCode
) -> None:
    client, like = Client(HTTP_HOST=alpha.host), "lerato-matete"
    send(client, "POST", "password-reset", {"name": "68123456"})
    digits = last_code()
    known, unknown = (
        send(client, "POST", "password-reset/new", {"name": n, "code": "12", "password": like})
        for n in ("68123456", "58990001")
    )
    assert known.json() == unknown.json()
    body = {"name": "68123456", "code": digits, "password": like}
    assert list(send(client, "POST", "password-reset/new", body).json()["errors"]) == ["password"]
    assert send(client, "POST", "password-reset/new", {**body, "password": "another-secret-8"}).status_code == 204


def test_an_account_opened_by_code_has_a_verified_phone(alpha: Branch) -> None:
    body: dict[str, Any] = {"full_name": "Neo Letuka", "phone": "6812 1111", "password": PASSWORD, "agreed": 1}
    made = register(Client(HTTP_HOST=alpha.host), body | {"email": "neo@example.org"}).json()
    assert (made["phone_verified"], made["email"]) == (True, "")  # the e-mail is added by a code of its own


def test_five_wrong_codes_end_the_code_of_a_newcomer(alpha: Branch) -> None:
    body = {"full_name": "Neo Letuka", "phone": "6812 1111", "password": PASSWORD, "agreed": 1}
    client = Client(HTTP_HOST=alpha.host)
    send(client, "POST", "register", body)
    digits = OneTimeCode.objects.get().digits
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    for code in [wrong] * 5 + [digits]:
        assert send(client, "POST", "register", {**body, "code": code}).status_code == 422


def test_a_code_does_not_outlive_what_it_was_asked_for(lerato: Account, last_code: LastCode) -> None:
    send_code(actor=lerato.actor, purpose="verify")
    digits = last_code()
    set_password(account=lerato, password="another-secret-31", actor=lerato.actor)
    with pytest.raises(InvalidInput):
        change_second_factor(actor=lerato.actor, wanted=True, digits=digits)
