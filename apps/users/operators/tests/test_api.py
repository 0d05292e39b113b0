"""Letsema's own API: MFIs opened once, listed, and suspended with a reason, by Letsema admins alone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.mfis.core.database import connection
from apps.mfis.core.models import Command, Revision
from apps.mfis.tenancy.models import MFI
from conftest import Branch

MFIS = "/api/v1/mfis"
GAMMA = {
    "name": "Gamma",
    "subdomain": "gamma",
    "licence_type": "credit_only_3",
    "district": "berea",
    "contact_email": "office@gamma.example",
    "admin_name": "Thabo Tau",
    "admin_email": "thabo@gamma.example",
}


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(path, body, content_type="application/json", headers=headers)


def test_an_mfi_is_opened_once_and_its_invitation_shown_to_nobody(alpha: Branch, public_client: Client) -> None:
    first = post(public_client, MFIS, GAMMA, idempotency_key="one")
    assert first.status_code == 201, first.content
    assert "•••" in first.json()["invited"]
    assert "/invitation/" not in first.content.decode()
    again = post(public_client, MFIS, GAMMA, idempotency_key="one")
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert MFI.objects.filter(subdomain="gamma").count() == 1
    connection.set_schema_to_public()
    kept = Command.objects.get(name="onboard_mfi").answer
    assert kept["mfi_id"] == first.json()["id"]
    assert "/invitation/" not in str(kept)
    other = post(public_client, MFIS, {**GAMMA, "name": "Other"}, idempotency_key="one")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_what_is_wrong_is_named_and_nothing_is_opened(alpha: Branch, public_client: Client) -> None:
    wrong = post(public_client, MFIS, {**GAMMA, "subdomain": "www", "admin_email": "thabo@gamma.example"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["subdomain"])
    taken = post(public_client, MFIS, {**GAMMA, "subdomain": "alpha"})
    assert (taken.status_code, taken.json()["code"]) == (409, "already_exists")
    assert not MFI.objects.filter(subdomain="gamma").exists()


def test_each_is_listed_with_where_it_stands(alpha: Branch, public_client: Client) -> None:
    listed = public_client.get(MFIS).json()
    assert [mfi["subdomain"] for mfi in listed] == ["alpha", "beta"]
    assert listed[0]["nodes"] == [{"node": "A", "ready": True}]
    assert public_client.get(f"{MFIS}/{alpha.mfi.pk}").json() == listed[0]
    assert public_client.get(f"{MFIS}/{uuid4()}").status_code == 404


def test_a_status_changes_with_its_reason(alpha: Branch, public_client: Client) -> None:
    path = f"{MFIS}/{alpha.mfi.pk}/status"
    assert post(public_client, path, {"status": "suspended", "reason": ""}).status_code == 422
    assert post(public_client, path, {"status": "gone", "reason": "Why"}).status_code == 422
    suspended = post(public_client, path, {"status": "suspended", "reason": "Licence lapsed"})
    assert (suspended.status_code, suspended.json()["status"]) == (200, "suspended")
    assert post(public_client, path, {"status": "suspended", "reason": "Again"}).status_code == 409
    connection.set_schema_to_public()
    change = Revision.objects.filter(row_id=alpha.mfi.pk).latest("clock")
    assert change.actor_name == "Naleli Moshoeshoe (Licence lapsed)"


@pytest.mark.parametrize("path", [MFIS, f"{MFIS}/01900000-0000-7000-8000-000000000000"])
def test_nobody_else_sees_them(alpha: Branch, path: str) -> None:
    assert Client(HTTP_HOST="localhost").get(path).status_code == 401
    assert alpha.client("manager").get(path).status_code == 404
