"""Errors as the client asked for them: problem details (RFC 9457) under /api/, a page elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string


def problem(request: HttpRequest, status: int, title: str, detail: str, **more: Any) -> HttpResponse:
    """An error as the client asked for it: problem details under /api/, a page elsewhere. Needs no database."""
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    page = render_to_string("error.html", {"status": status, "title": title, "detail": detail})
    return HttpResponse(page, status=status)
