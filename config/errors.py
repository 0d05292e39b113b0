"""What Django calls when a request ends outside a view."""

from __future__ import annotations

import sys

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from apps.mfis.core.database import connection
from apps.mfis.core.problem_details import problem
from config.ways_back import ways_back


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 with a plain sentence when it is the database that is away."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        connection.close()
        return problem(
            request,
            503,
            "Letsema cannot reach its database",
            "Nothing you entered before was lost. Wait a minute and try again; if it lasts, tell your operator.",
        )
    return problem(request, 500, "Something went wrong", "The fault is ours and has been noted. Please try again.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(request, 404, "Not found", "There is nothing at this address.", back=ways_back(request))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = str(exception) if exception and str(exception) else "Your account may not do this."
    return problem(request, 403, "Not allowed", detail, back=ways_back(request))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(request, 400, "Bad request", "The request could not be understood.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem(request, 403, "The form has expired", "Go back, reload the page, and send it again.", code="csrf")
