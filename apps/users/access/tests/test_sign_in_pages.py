"""The pages before one is signed in, at an MFI's address."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django_tenants.utils import tenant_context

from apps.users.accounts.models import Account
from tests.factories import PASSWORD, Branch


def test_a_password_reset_tells_nothing_and_works_once(alpha: Branch, mailoutbox: list) -> None:
    client = Client(HTTP_HOST=alpha.host)
    unknown = client.post("/password-reset/", {"name": "nobody@alpha.example"}).content
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda run: run())
        known = client.post("/password-reset/", {"name": "officer@alpha.example"}).content
    plain = [re.sub(rb'nonce="[^"]+"', b"", page) for page in (unknown, known)]
    assert plain[0] == plain[1]
    path = re.search(r"http://alpha\.localhost:\d+(/password-reset/\S+)", mailoutbox[0].body)
    assert path
    client.get(path.group(1))
    form = {"password": "another-secret-31", "again": "another-secret-31"}
    assert client.post("/password-reset/new/", form).status_code == 302
    client.get(path.group(1))
    assert client.get("/password-reset/new/").status_code == 410
    with tenant_context(alpha.mfi):
        assert Account.objects.get(pk=alpha.staff["officer"].pk).check_password("another-secret-31")


def test_a_borrower_is_told_to_use_the_portal(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    answer = client.post("/admin/login/", {"username": "58120001", "password": PASSWORD})
    assert answer.status_code == 200
    assert "portal" in answer.content.decode()
    assert "sessionid" not in client.cookies
