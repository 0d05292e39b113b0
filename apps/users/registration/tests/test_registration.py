"""Opening one's own account."""

from __future__ import annotations

from django.test import Client

from apps.mfis.core.models import Revision
from apps.users.access.tests.calls import register, send
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.consents.models import Consent
from tests.factories import PASSWORD, Branch


def test_who_registers_consents_in_the_words_shown(alpha: Branch) -> None:
    client = Client(HTTP_HOST=alpha.host)
    shown = {t["purpose"]: t for t in client.get("/api/v1/consent-texts").json()}
    assert "keeps what you tell it" in shown["records"]["english"]
    body = {"full_name": "Neo Letuka", "phone": "6812 1111", "password": PASSWORD, "language": "st"}
    assert "agreed" in send(client, "POST", "register", body).json()["errors"]
    assert not Account.objects.filter(full_name="Neo Letuka").exists()
    assert register(client, {**body, "agreed": shown["records"]["version"]}).status_code == 201
    kept = Consent.objects.get()
    assert (kept.purpose, kept.granted, kept.text_version, kept.language) == ("records", True, 1, "st")
    assert client.get("/api/v1/me").json()["full_name"] == "Neo Letuka"  # signed in by it


def test_an_account_begins_with_its_owners_name(alpha: Branch) -> None:
    body = {"full_name": "Neo  Letuka", "phone": "6812 1111", "password": PASSWORD, "agreed": 1}
    account_id = register(Client(HTTP_HOST=alpha.host), body).json()["id"]
    revision = Revision.objects.get(table_name="users_account", row_id=account_id)
    assert (str(revision.actor_id), revision.actor_name) == (account_id, "Neo Letuka")


def test_the_same_registration_again_is_let_in(alpha: Branch) -> None:
    """The line may drop before the answer: who sends it again has an account, and its password."""
    body = {"full_name": "Neo Letuka", "phone": "6812 1111", "password": PASSWORD, "agreed": 1}
    first = register(Client(HTTP_HOST=alpha.host), body)
    code = {"code": OneTimeCode.objects.get().digits}
    again = send(Client(HTTP_HOST=alpha.host), "POST", "register", body | code)
    assert (again.status_code, again.json()) == (201, first.json())
    other = {**body, "password": "another-secret-8"}
    assert send(Client(HTTP_HOST=alpha.host), "POST", "register", other | code).status_code == 422
    assert Account.objects.filter(full_name="Neo Letuka").count() == 1
