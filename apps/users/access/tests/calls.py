"""Calls of the API as a program makes them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from apps.users.accounts.models import OneTimeCode


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = json.dumps(body or {})
    return client.generic(method, f"/api/v1/{path}", data, content_type="application/json", **headers)


def register(client: Client, body: dict[str, Any]) -> Any:
    """Registers as a person does: asks, and sends the same again with the code that came."""
    asked = send(client, "POST", "register", body)
    if asked.status_code != 202:
        return asked
    code = OneTimeCode.objects.filter(purpose=OneTimeCode.Purpose.REGISTER).latest("asked_at")
    return send(client, "POST", "register", {**body, "code": code.digits})
