"""Letsema's own site: lists whose queries do not grow, and what it does to people and MFIs."""

from __future__ import annotations

import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.models import Revision
from apps.mfis.core.roles import Role
from apps.mfis.tenancy.models import MFI, DirectoryEntry
from apps.users.access.models import Invitation
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.messaging.services import send_due
from apps.users.operators.admin import people
from apps.users.operators.services import onboard_mfi
from apps.users.staff.services import create_staff
from tests.factories import TODAY, Branch, queries


@pytest.mark.parametrize(
    "path", ["/admin/mfis/directoryentry/", "/admin/mfis/mfi/", "/admin/", "/admin/users/apitoken/", "/"]
)
def test_lists_do_not_grow(alpha: Branch, public_client: Client, path: str) -> None:
    public_client.get(path)
    few = queries(public_client, path)
    with tenant_context(alpha.mfi):
        for n in range(12):
            register_borrower(person=Person(f"Borrower {n}", phone=f"6300{n:04d}"), actor=SYSTEM, today=TODAY)
    connection.set_schema_to_public()
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


def test_of_many_mfis_one_is_named_instead_of_chosen(
    branches: tuple[Branch, Branch], public_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, chosen = "/admin/mfis/directoryentry/?mfi=beta&role=borrower", "mfi=alpha"
    page = public_client.get(path).content.decode()
    assert chosen in page
    monkeypatch.setattr(people, "MAXIMUM_OPTIONS", 1)
    page = public_client.get(path).content.decode()
    assert chosen not in page
    assert "Tumelo Sekonyela" in page
    assert "Mamello Khoabane" not in page
    assert page.count('name="mfi"') == 1, "what was asked for stands in the field alone"
    assert '<input type="hidden" name="role" value="borrower">' in page


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


def test_an_invitation_made_here_is_sent_there_and_shown_to_nobody_else(
    alpha: Branch, public_client: Client, mailoutbox: list[EmailMessage]
) -> None:
    with tenant_context(alpha.mfi):
        newcomer = create_staff(
            full_name="Neo Letuka", email="neo@alpha.example", role=Role.MFI_ADMIN, duties=["approver"], actor=SYSTEM
        )
    answer = public_client.post(f"/admin/mfis/directoryentry/{newcomer.pk}/invite/", follow=True).content.decode()
    assert "goes to n•••@alpha.example" in answer
    with tenant_context(alpha.mfi):
        assert Invitation.objects.get().secret not in answer
        assert Revision.objects.latest("recorded_at").actor_name == "Naleli Moshoeshoe of Letsema"
        send_due()
    assert mailoutbox[0].to == ["neo@alpha.example"]
    link = re.search(r"http://alpha\.localhost:\d+(/invitation/\S+)", str(mailoutbox[0].body))
    assert link
    person = Client(HTTP_HOST=alpha.host)
    person.get(link.group(1))
    form = {"password": "a-new-secret-77", "again": "a-new-secret-77"}
    assert person.post("/invitation/", {**form, "again": "other"}).status_code == 200
    assert person.post("/invitation/", form).status_code == 302
    with tenant_context(alpha.mfi):
        assert Account.objects.get(pk=newcomer.pk).check_password("a-new-secret-77")
    again = public_client.post(f"/admin/mfis/directoryentry/{newcomer.pk}/invite/", follow=True)
    assert "They have signed up already" in again.content.decode()
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
