"""Calls of the API as a program makes them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = json.dumps(body or {})
    return client.generic(method, f"/api/v1/{path}", data, content_type="application/json", **headers)
