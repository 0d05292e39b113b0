"""Letsema's own site: lists whose queries do not grow, and what it does to people and MFIs."""

from __future__ import annotations

import re

import pytest
from django.db import connection as raw
from django.test import Client
from django_tenants.utils import tenant_context

from apps.mfis.acting import SYSTEM
from apps.mfis.models import MFI, DirectoryEntry, MFILogo
from apps.mfis.services.branding import save_logo
from apps.users.models import Account, Revision
from apps.users.services.accounts import Person, register_borrower
from apps.users.services.onboarding import onboard_mfi
from conftest import PASSWORD, TODAY, Branch, queries


@pytest.mark.parametrize(
    "path", ["/admin/mfis/directoryentry/", "/admin/mfis/mfi/", "/admin/", "/admin/users/apitoken/", "/"]
)
def test_lists_do_not_grow(alpha: Branch, public_client: Client, path: str) -> None:
    public_client.get(path)
    few = queries(public_client, path)
    with tenant_context(alpha.mfi):
        for n in range(12):
            register_borrower(person=Person(f"Borrower {n}", phone=f"6300{n:04d}"), today=TODAY)
    raw.set_schema_to_public()  # type: ignore[attr-defined]
    for n in range(3):
        onboard_mfi(
            name=f"More {n}",
            subdomain=f"more-{n}",
            licence_type="credit_only_3",
            district="berea",
            contact_email="a@m.example",
            admin_name="Lineo M",
            admin_email="l@m.example",
            actor=SYSTEM,
            notify=False,
        )
    assert queries(public_client, path) == few
    assert few <= 14


def test_an_account_of_any_mfi_is_closed_and_the_reason_kept(alpha: Branch, public_client: Client) -> None:
    path = f"/admin/mfis/directoryentry/{alpha.borrower.pk}/open/no/"
    assert public_client.post(path, {}).status_code == 422
    assert public_client.post(path, {"reason": "Lost phone"}).status_code == 302
    assert not DirectoryEntry.objects.get(pk=alpha.borrower.pk).is_active
    with tenant_context(alpha.mfi):
        assert not Account.objects.get(pk=alpha.borrower.pk).is_active
        last = Revision.objects.filter(row_id=alpha.borrower.pk).latest("recorded_at")
    assert last.changed == ["is_active"]
    assert "Naleli Moshoeshoe of Letsema (Lost phone)" in last.actor_name
    page = public_client.get(f"/admin/mfis/directoryentry/{alpha.borrower.pk}/change/").content.decode()
    assert "Lost phone" in page


def test_an_invitation_made_here_works_there(alpha: Branch, public_client: Client) -> None:
    answer = public_client.post(f"/admin/mfis/directoryentry/{alpha.borrower.pk}/invite/", follow=True)
    link = re.search(r"http://alpha\.localhost:\d+(/invitation/[^<]+)", answer.content.decode())
    assert link
    person = Client(HTTP_HOST=alpha.host)
    person.get(link.group(1))
    form = {"password": "a-new-secret-77", "again": "a-new-secret-77"}
    assert person.post("/invitation/", {**form, "again": "other"}).status_code == 200
    assert person.post("/invitation/", form).status_code == 302
    with tenant_context(alpha.mfi):
        assert Account.objects.get(pk=alpha.borrower.pk).check_password("a-new-secret-77")
    person.get(link.group(1))
    assert person.get("/invitation/").status_code == 410


def test_suspending_needs_a_reason_and_is_undone(alpha: Branch, public_client: Client) -> None:
    path = f"/admin/mfis/mfi/{alpha.mfi.pk}/status/suspended/"
    assert public_client.get(path).status_code == 200
    assert public_client.post(path, {"reason": ""}).status_code == 422
    public_client.post(path, {"reason": "Licence lapsed"})
    assert MFI.objects.get(pk=alpha.mfi.pk).status == "suspended"
    assert Client(HTTP_HOST=alpha.host).get("/").status_code == 403
    public_client.post(f"/admin/mfis/mfi/{alpha.mfi.pk}/status/active/", {"reason": "Renewed"})
    assert Client(HTTP_HOST=alpha.host).get("/").status_code == 200
    history = public_client.get(f"/admin/mfis/mfi/{alpha.mfi.pk}/history/").content.decode()
    assert "Licence lapsed" in history


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060f80f0001040100"
)


def test_a_logo_is_a_picture_and_small(alpha: Branch) -> None:
    from apps.mfis.errors import InvalidInput

    for content in (b"<svg onload=alert(1)>", b"", PIXEL + b"x" * MFILogo.MOST_BYTES):
        with pytest.raises(InvalidInput):
            save_logo(mfi=alpha.mfi, content=content, actor=SYSTEM)
    save_logo(mfi=alpha.mfi, content=PIXEL, actor=SYSTEM)
    answer = Client(HTTP_HOST=alpha.host).get("/brand/logo")
    assert (answer["Content-Type"], answer.content) == ("image/png", PIXEL)


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
