"""The two APIs: the MFI's, for its borrowers and their programs; and Letsema's own, for onboarding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db.utils import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.throttling import BaseThrottle

import apps.loans.desk.api.loans  # noqa: F401 - adds its routes to loans_router
from apps.loans.applications.api import router as applications_router
from apps.loans.book.api import loans_router
from apps.loans.desk.api.data_export import router as data_export_router
from apps.loans.desk.api.events import router as events_router
from apps.loans.histories.api.disputes import router as disputes_router
from apps.loans.histories.api.history import router as history_router
from apps.loans.products.api import router as products_router
from apps.loans.servicing.api import router as payments_router
from apps.loans.statements.api.documents import router as documents_router
from apps.loans.statements.api.statement import router as statement_router
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, NotHome, Sentence, ServiceError
from apps.mfis.core.problem_details import Faults, faults_by_field, problem
from apps.users.access.api.codes import router as codes_router
from apps.users.access.api.entry import router as entry_router
from apps.users.access.api.profile import router as profile_router
from apps.users.access.api.tokens import router as tokens_router
from apps.users.access.rate_limits import Limit, retry_after
from apps.users.complaints.api import router as complaints_router
from apps.users.consents.api import router as consents_router
from apps.users.operators.api import router as mfis_router
from apps.users.registration.api import router as registration_router
from config.described.openapi import DescribedAPI
from config.shape_faults import sentence_of
from config.strict import StrictParser, strictly

CALLS: list[BaseThrottle] = [Limit("read", unsafe="write", batch=10)]

tenant_api = DescribedAPI(
    title="Letsema: borrowers",
    version="1.0.0",
    description="What a borrower does at one MFI. Sign in with the session cookie, or send a token: "
    "`Authorization: Bearer lts_…`. Errors are RFC 9457 problem details. POST takes an `Idempotency-Key`.",
    urls_namespace="tenant_api",
    throttle=CALLS,
    parser=StrictParser(),
    docs_url="/docs",
)
public_api = DescribedAPI(
    title="Letsema: institutions",
    version="1.0.0",
    description="What Letsema admins do for MFIs. Send a token: `Authorization: Bearer lts_…`. "
    "Errors are RFC 9457 problem details.",
    urls_namespace="public_api",
    throttle=CALLS,
    parser=StrictParser(),
    docs_url="/docs",
)
# Addresses are compared in this order: what is asked for most stands first.
for _router in (
    loans_router,
    payments_router,
    profile_router,
    products_router,
    statement_router,
    history_router,
    entry_router,
    codes_router,
    tokens_router,
    registration_router,
    applications_router,
    events_router,
    documents_router,
    disputes_router,
    data_export_router,
    complaints_router,
    consents_router,
):
    tenant_api.add_router("", _router)
public_api.add_router("", mfis_router)
for _api in (tenant_api, public_api):
    _api.add_decorator(strictly, mode="view")


def _service_error(request: HttpRequest, error: ServiceError) -> HttpResponse:
    more: dict[str, Any] = {"code": error.code}
    if isinstance(error, NotHome):
        more |= {"home": error.home, "site": error.site}
    if isinstance(error, InvalidInput) and error.errors:
        more |= faults_by_field(error.errors, error.code)
    elif error.field:
        more |= faults_by_field({error.field: [error.message]}, error.code)
    return problem(request, error.status, error.code.replace("_", " ").capitalize(), error.message, **more)


def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: Faults = {}
    for fault in error.errors:
        # The location is ("body", "<argument>", "<field>", …); people know the field alone.
        where = [str(part) for part in fault["loc"] if part not in ("body", "query", "path", "header", "payload")]
        errors.setdefault(".".join(where) or "body", []).append(sentence_of(fault))
    detail = "; ".join(f"{name}: {messages[0]}" for name, messages in errors.items())
    return problem(request, 422, "Invalid input", detail, code="invalid", **faults_by_field(errors, "invalid"))


def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    connection.close()
    return problem(
        request, 503, "Letsema cannot reach its database", "Nothing was lost; try again in a minute.", code="away"
    )


def _unwritable(request: HttpRequest, error: ValueError) -> HttpResponse:
    """Text that PostgreSQL cannot hold, by a way that no rule stands on. Anything else is a fault of ours."""
    if "NUL (0x00)" not in str(error):
        raise error
    text = Sentence("Text must not contain the character U+0000; leave it out.", "not_text")
    return problem(request, 422, "Invalid input", text, code="invalid")


def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    text = Sentence(f"Wait {error.wait} seconds, then go on.", "too_many_calls", seconds=int(error.wait or 60))
    answer = problem(request, 429, "Too many calls", text, code="too_many_calls")
    for name, value in retry_after(error).items():
        answer[name] = value
    return answer


def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(request, 401, "Not signed in", "Sign in, or send a token of this institution.")


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, 404, "Not found", "There is nothing at this address.")


def _not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problem(request, 403, "Not allowed", str(error) or "Your account may not do this.")


def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, ServiceError):  # what the parser found; ninja puts an error of its own over it
        return _service_error(request, error.__cause__)
    more: dict[str, Any] = {"code": "csrf"} if "CSRF" in str(error) else {}
    return problem(request, error.status_code, "Refused", str(error), **more)


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(request, 400, "Bad request", "The request could not be understood; see the API's description.")


HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    ServiceError: _service_error,
    ValidationError: _validation,
    ValueError: _unwritable,
    OperationalError: _away,
    InterfaceError: _away,
    AuthenticationError: _not_signed_in,
    Http404: _not_found,
    PermissionDenied: _not_allowed,
    Throttled: _throttled,
    HttpError: _refused,
    SuspiciousOperation: _unreadable,
    MultiPartParserError: _unreadable,
}
for _api in (tenant_api, public_api):
    for _kind, _handler in HANDLERS.items():
        _api.exception_handler(_kind)(_handler)
