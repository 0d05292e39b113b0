"""The answer to too many wrong passwords."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.mfis.problems import problem

MESSAGE = "Too many wrong passwords. Wait a quarter of an hour, or reset your password."


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    return problem(request, 429, "Sign-in is closed for a while", MESSAGE, code="locked_out")
