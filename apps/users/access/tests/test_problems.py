"""What is wrong with a call, by codes that programs and translations go by, beside the sentences."""

from __future__ import annotations

from typing import Any

import pytest

from apps.users.access.tests.calls import send
from apps.users.accounts.models import Account
from tests.factories import PASSWORD, TODAY, Branch

PERSON: dict[str, Any] = {"full_name": "Lerato Matete", "phone": "6812 3456"}


@pytest.mark.parametrize(
    ("path", "body", "field", "code", "values"),
    [
        ("me", PERSON | {"full_name": " "}, "full_name", "name_needed", {}),
        ("me", PERSON | {"full_name": "x" * 200}, "full_name", "too_long", {"maximum": 150}),
        ("me", PERSON | {"phone": ""}, "phone", "phone_or_email_needed", {}),
        ("me", PERSON | {"phone": "123"}, "phone", "not_a_phone", {"given": "123"}),
        ("me", PERSON | {"email": "no"}, "email", "not_an_email", {}),
        ("me", PERSON | {"national_id": "!"}, "national_id", "not_a_national_id", {"given": "!"}),
        ("me", PERSON | {"date_of_birth": "yesterday"}, "date_of_birth", "not_a_day", {}),
        ("me", PERSON | {"net_monthly_income": "much"}, "net_monthly_income", "not_an_amount", {}),
        ("me", PERSON | {"net_monthly_income": "-1"}, "net_monthly_income", "too_low", {"minimum": "0"}),
        ("me", PERSON | {"district": "paris"}, "district", "not_a_choice", {}),
        ("me/password", {"current": "no", "password": "thaba-bosiu-1824"}, "current", "password_wrong", {}),
        ("me/password", {"current": PASSWORD, "password": "a1"}, "password", "password_too_short", {"min_length": 10}),
        ("me/settings", {"language": "fr"}, "language", "not_a_choice", {}),
    ],
)
def test_each_wrong_field_has_a_code(
    alpha: Branch, lerato: Account, path: str, body: dict[str, Any], field: str, code: str, values: dict[str, Any]
) -> None:
    answer = send(alpha.client(lerato), "PUT", path, body)
    told = answer.json()
    assert answer.status_code == 422, told
    assert told["codes"][field][0] == code
    assert told["parameters"][field][0] == values
    assert {name: len(texts) for name, texts in told["errors"].items()} == {
        name: len(codes) for name, codes in told["codes"].items()
    }


def test_a_child_is_told_both_limits(alpha: Branch, lerato: Account) -> None:
    born = f"{TODAY.year - 5}-01-01"
    told = send(alpha.client(lerato), "PUT", "me", PERSON | {"date_of_birth": born}).json()
    assert told["codes"] == {"date_of_birth": ["age_outside"]}
    assert {"minimum": 18, "maximum": 110}.items() <= told["parameters"]["date_of_birth"][0].items()


def test_what_names_no_field_has_its_reason(alpha: Branch, lerato: Account) -> None:
    told = send(alpha.client(lerato), "POST", "sign-in", {"name": "68123456", "password": "wrong"}).json()
    assert (told["code"], told["reason"], told["values"]) == ("wrong_sign_in", "wrong_sign_in", {})
    assert send(alpha.client(), "GET", "me").json()["code"] == "not_signed_in"
    assert send(alpha.client(), "GET", "nothing").json()["code"] == "not_found"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(alpha: Branch, lerato: Account) -> None:
    here, there = alpha.client(), alpha.client()
    for client in (here, there):
        assert send(client, "POST", "sign-in", {"name": lerato.phone, "password": PASSWORD}).status_code == 200
    changed = send(here, "PUT", "me/password", {"current": PASSWORD, "password": "thaba-bosiu-1824"})
    assert changed.status_code == 204, changed.content
    assert (here.get("/api/v1/me").status_code, there.get("/api/v1/me").status_code) == (200, 401)
