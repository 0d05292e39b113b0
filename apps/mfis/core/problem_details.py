"""Errors as the client asked for them: problem details (RFC 9457) under /api/, a page elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from apps.mfis.core.errors import Sentence

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
Faults = dict[str, list[str]]


def faults_by_field(errors: Faults, code: str) -> dict[str, Any]:
    """`errors` as they are, and beside them, in the same shape, the code and the values of each sentence.

    `code` is that of sentences that have none of their own.
    """
    said = {field: [Sentence.of(text, code) for text in texts] for field, texts in errors.items()}
    return {
        "errors": errors,
        "codes": {field: [sentence.code for sentence in sentences] for field, sentences in said.items()},
        "parameters": {field: [sentence.values for sentence in sentences] for field, sentences in said.items()},
    }


FIRST_PAGE: Links = [("/", "Back to the first page")]


def problem(
    request: HttpRequest, status: int, title: str, detail: str, *, back: Links = FIRST_PAGE, **more: Any
) -> HttpResponse:
    """An error as the client asked for it: problem details under /api/, a page elsewhere. Needs no database.

    `back` are the ways from the page to where the person works;
    `code` says what kind of error it is; `reason` and `values` which sentence `detail` is, for other languages.
    """
    if request.path.startswith("/api/"):
        code = more.get("code") or CODES.get(status, "fault")
        sentence = Sentence.of(detail, code)
        told = {"code": code, "reason": sentence.code, "values": sentence.values}
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **told, **more}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    page = render_to_string("error.html", {"status": status, "title": title, "detail": detail, "back": back})
    return HttpResponse(page, status=status)
