"""Tokens: kept hashed, ended, and good for what their scopes say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import NotFound
from apps.mfis.core.models import Command
from apps.users.access.models import ApiToken, Scope
from apps.users.access.queries import Bearer, bearer_by_orm, bearer_of
from apps.users.access.services.tokens import create_token, revoke_token
from apps.users.access.tests.calls import send
from apps.users.accounts.models import Account
from apps.users.staff.services import set_active
from tests.factories import Branch


def test_tokens_are_hashed_and_end(alpha: Branch, beta: Branch) -> None:
    token = create_token(actor=alpha.borrower.actor, name="till")
    secret = token.secret or ""
    assert secret not in str(ApiToken.objects.filter(pk=token.id).values())
    assert secret not in str(token)
    bearer = bearer_of(secret)
    assert bearer
    assert bearer.account == alpha.borrower
    with tenant_context(beta.mfi):
        assert bearer_of(secret) is None
    set_active(account=alpha.borrower, active=False, actor=SYSTEM)
    assert bearer_of(secret) is None


def bearer(account: Account, *scopes: str) -> dict[str, str]:
    secret = create_token(actor=account.actor, name="t", scopes=scopes or None).secret
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
    narrower = send(client, "POST", "tokens", {"name": "read", "scopes": ["read"]}, **own)
    assert (narrower.status_code, narrower.json()["scopes"]) == (201, ["read"])
    assert ApiToken.objects.get(name="read").scopes == ["read"]
    assert send(client, "POST", "tokens", {"name": "none", "scopes": []}, **own).status_code == 422


def test_text_that_the_database_cannot_hold_is_refused(alpha: Branch, lerato: Account) -> None:
    client = alpha.client(lerato)
    for body in ({"name": "a\0b"}, {"name": "a\0b", "scopes": ["read"]}):
        refused = send(client, "POST", "tokens", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert send(Client(HTTP_HOST=alpha.host), "POST", "sign-in", {"name": "a\0", "password": "b"}).status_code < 500
    assert not ApiToken.objects.filter(account=lerato).exists()


def test_the_same_call_again_makes_no_second_token_and_shows_no_secret(alpha: Branch, lerato: Account) -> None:
    client = alpha.client(lerato)
    first, again = (send(client, "POST", "tokens", {"name": "till"}, HTTP_IDEMPOTENCY_KEY="k").json() for _ in range(2))
    assert first["token"].startswith("lts_")
    assert again == {**first, "token": None}
    assert ApiToken.objects.filter(account=lerato).count() == 1
    assert not Command.objects.filter(answer__icontains="lts_").exists()


def test_a_token_is_revoked_by_its_owner_and_by_who_manages_people(alpha: Branch, lerato: Account) -> None:
    token = create_token(actor=lerato.actor, name="till")
    for stranger in (alpha.borrower, alpha.staff["officer"]):
        with pytest.raises(NotFound):
            revoke_token(token_id=token.id, actor=stranger.actor)
    assert bearer_of(token.secret or "")
    revoke_token(token_id=token.id, actor=lerato.actor)
    assert bearer_of(token.secret or "") is None
    other = create_token(actor=lerato.actor, name="other")
    revoke_token(token_id=other.id, actor=alpha.staff["manager"].actor)
    assert bearer_of(other.secret or "") is None


def facts(bearer: Bearer | None) -> tuple[dict[str, Any], list[str] | None] | None:
    """All that a bearer holds, whichever way it was read."""
    if bearer is None:
        return None
    account = bearer.account
    return {field.attname: getattr(account, field.attname) for field in Account._meta.concrete_fields}, bearer.scopes


def test_the_fast_way_to_a_bearer_gives_what_the_orm_gives(alpha: Branch, lerato: Account) -> None:
    """`bearer_of` is SQL of its own because of its speed alone: every state of token and account, both ways."""
    manager = alpha.staff["manager"]
    good = [
        create_token(actor=lerato.actor, name="good"),
        create_token(actor=lerato.actor, name="for ever", days=None),
        create_token(actor=lerato.actor, name="scoped", scopes=["loans", "read"]),
        create_token(actor=manager.actor, name="with duties"),
    ]
    revoked, expired, closed = (
        create_token(actor=account.actor, name="ended") for account in (lerato, lerato, alpha.staff["cashier"])
    )
    revoke_token(token_id=revoked.id, actor=lerato.actor)
    ApiToken.objects.filter(pk=expired.id).update(expires_at=timezone.now() - timedelta(seconds=1))
    set_active(account=alpha.staff["cashier"], active=False, actor=manager.actor)
    secrets = [token.secret or "" for token in (*good, revoked, expired, closed)]
    for secret in (*secrets, "lts_nothing", ""):
        assert facts(bearer_of(secret)) == facts(bearer_by_orm(secret)), secret
    assert [bool(bearer_of(secret)) for secret in secrets] == [True] * len(good) + [False] * 3
    assert type(facts(bearer_of(secrets[0]))[0]["id"]) is type(lerato.pk)
