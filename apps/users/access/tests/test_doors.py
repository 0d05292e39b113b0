"""The doors for whoever is not signed in: limited by address and account, and closed to nobody by somebody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from apps.users.access.services.reset_links import ask_for_link
from apps.users.accounts.models import Account
from apps.users.messaging.models import Message
from apps.users.messaging.services import send_due
from tests.factories import PASSWORD, Branch

DOORS = ("/password-reset/", "/admin/login/", "/invitation/", "/password-reset/new/")


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_knocked_at_so_often_a_minute(door: str, alpha: Branch, settings: Any) -> None:
    settings.CALLS_A_MINUTE = {**settings.CALLS_A_MINUTE, "entry": 3}
    client = Client(HTTP_HOST=alpha.host)
    forms = [{"name": f"n{n}", "username": f"n{n}", "password": "x"} for n in range(5)]
    statuses = [client.post(door, form).status_code for form in forms]
    assert statuses[3:] == [429, 429]
    assert client.get(door).status_code != 429  # to look at the form counts for nothing


def test_links_are_tried_so_often_a_minute(alpha: Branch, settings: Any) -> None:
    settings.CALLS_A_MINUTE = {**settings.CALLS_A_MINUTE, "entry": 3}
    client = Client(HTTP_HOST=alpha.host)
    paths = [f"/invitation/guess-{n}/" for n in range(4)] + [f"/password-reset/{alpha.borrower.pk}/guess/"]
    assert [client.get(path).status_code for path in paths] == [302, 302, 302, 429, 429]


def test_one_person_gets_five_reset_mails_an_hour(alpha: Branch) -> None:
    for _ in range(60):
        ask_for_link("officer@alpha.example")
    assert Message.objects.filter(about="reset_link").count() == 5


def test_a_reset_goes_to_a_verified_mailbox_only(alpha: Branch, mailoutbox: list[EmailMessage]) -> None:
    officer = alpha.staff["officer"]
    Account.objects.filter(pk=officer.pk).update(verified_email=None)
    ask_for_link("officer@alpha.example")
    assert not Message.objects.exists()
    Account.objects.filter(pk=officer.pk).update(verified_email="officer@alpha.example")
    ask_for_link("officer@alpha.example")
    send_due()
    assert re.search(rf"/password-reset/{officer.pk}/\S+/", str(mailoutbox[0].body))


def sign_in(client: Client, password: str) -> int:
    return client.post("/admin/login/", {"username": "cashier@alpha.example", "password": password}).status_code


def test_nobody_locks_a_cashier_out_of_the_branchs_own_browser(alpha: Branch) -> None:
    till, thief = Client(HTTP_HOST=alpha.host), Client(HTTP_HOST=alpha.host)
    assert sign_in(till, PASSWORD) == 302
    till.post("/admin/logout/")
    assert [sign_in(thief, "wrong-password-1") for _ in range(6)][-1] == 429
    assert sign_in(thief, PASSWORD) == 429
    assert sign_in(till, PASSWORD) == 302  # the same line, the same account, another counter
    elsewhere = Client(HTTP_HOST=alpha.host, REMOTE_ADDR="10.1.2.3")
    assert sign_in(elsewhere, PASSWORD) == 302


def test_a_known_browser_too_is_closed_after_five_wrong_passwords(alpha: Branch) -> None:
    till = Client(HTTP_HOST=alpha.host)
    assert sign_in(till, PASSWORD) == 302
    till.post("/admin/logout/")
    assert [sign_in(till, "wrong-password-1") for _ in range(6)][-1] == 429


def test_the_mark_of_a_browser_is_of_one_account_and_cannot_be_made_up(alpha: Branch) -> None:
    other = Client(HTTP_HOST=alpha.host)
    other.post("/admin/login/", {"username": "officer@alpha.example", "password": PASSWORD})
    other.post("/admin/logout/")
    assert [sign_in(other, "wrong-password-1") for _ in range(6)][-1] == 429
    forged = Client(HTTP_HOST=alpha.host)
    forged.cookies["letsema-device"] = "0" * 24
    assert sign_in(forged, PASSWORD) == 429
