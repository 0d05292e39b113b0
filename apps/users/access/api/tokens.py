"""One's own sessions and tokens."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.core.api_types import REFUSED, Key
from apps.mfis.core.errors import NotAllowed
from apps.users.access.api.auth import ANY, caller, own_scopes
from apps.users.access.models import ApiToken, Scope
from apps.users.access.schemas import SignInOut, TokenIn, TokenMade, TokenOut
from apps.users.access.selectors import open_sessions
from apps.users.access.services.sign_ins import end_session
from apps.users.access.services.tokens import create_token, revoke_token

router = Router(tags=["accounts"])


@router.get("/sessions", response={200: list[SignInOut], **REFUSED}, auth=ANY)
def sessions(request: HttpRequest) -> Any:
    """Where one is signed in, newest first."""
    current = request.session.session_key
    return [
        {"id": s.pk, "device": s.device, "at": s.at, "current": s.session_key == current}
        for s in open_sessions(caller(request))
    ]


@router.delete("/sessions/{uuid:sign_in_id}", response={204: None, **REFUSED}, auth=ANY)
def end_one_session(request: HttpRequest, sign_in_id: UUID) -> Any:
    """Signs one of one's own browsers out at once."""
    end_session(actor=caller(request).actor, sign_in_id=sign_in_id)
    return Status(204, None)


@router.get("/tokens", response={200: list[TokenOut], **REFUSED}, auth=ANY)
def tokens(request: HttpRequest) -> Any:
    """One's own tokens, without their secrets."""
    return list(ApiToken.objects.filter(account=caller(request)))


@router.post("/tokens", response={201: TokenMade, **REFUSED}, auth=ANY)
def make_token(request: HttpRequest, payload: TokenIn, key: Key = "") -> Any:
    """A token for a program that acts for the caller at this MFI; its secret is in this answer alone."""
    account, own = caller(request), own_scopes(request)
    if own is not None and not set(Scope.values if payload.scopes is None else payload.scopes) <= set(own):
        raise NotAllowed("A token makes no token that may do more than itself.")
    token = create_token(actor=account.actor, idempotency_key=key, **payload.dict())
    return Status(201, {**asdict(token), "token": token.secret})


@router.delete("/tokens/{uuid:token_id}", response={204: None, **REFUSED}, auth=ANY)
def end_token(request: HttpRequest, token_id: UUID) -> Any:
    """Revokes one of one's own tokens at once."""
    revoke_token(token_id=token_id, actor=caller(request).actor)
    return Status(204, None)
