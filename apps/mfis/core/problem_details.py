"""Errors as the client asked for them: problem details (RFC 9457) under /api/, a page elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

# What an error that no service raised is called; programs and translations go by it.
CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "wrong_content_type",
    422: "invalid",
    429: "too_many_calls",
    503: "away",
}

Links = list[tuple[str, str]]  # address and words

FIRST_PAGE: Links = [("/", "Back to the first page")]


def problem(
    request: HttpRequest, status: int, title: str, detail: str, *, back: Links = FIRST_PAGE, **more: Any
) -> HttpResponse:
    """An error as the client asked for it: problem details under /api/, a page elsewhere. Needs no database.

    `back` are the ways from the page to where the person works.
    """
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        body |= {"code": CODES.get(status, "fault"), **more}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    page = render_to_string("error.html", {"status": status, "title": title, "detail": detail, "back": back})
    return HttpResponse(page, status=status)
