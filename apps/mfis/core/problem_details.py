"""Errors as the client asked for them: problem details (RFC 9457) under /api/, a page elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

Links = list[tuple[str, str]]  # address and words

FIRST_PAGE: Links = [("/", "Back to the first page")]


def problem(
    request: HttpRequest, status: int, title: str, detail: str, *, back: Links = FIRST_PAGE, **more: Any
) -> HttpResponse:
    """An error as the client asked for it: problem details under /api/, a page elsewhere. Needs no database.

    `back` are the ways from the page to where the person works.
    """
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    page = render_to_string("error.html", {"status": status, "title": title, "detail": detail, "back": back})
    return HttpResponse(page, status=status)
