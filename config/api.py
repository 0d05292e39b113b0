"""The two APIs: the MFI's, for its borrowers and their programs; and Letsema's own, for onboarding."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.utils import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.throttling import BaseThrottle

from apps.loans.api.borrowing import router as borrowing_router
from apps.loans.api.disputes import router as disputes_router
from apps.loans.api.everything import router as everything_router
from apps.loans.api.papers import router as papers_router
from apps.loans.api.routes import router as loans_router
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, NotHome, ServiceError
from apps.mfis.problems import problem
from apps.users.api.accounts import router as accounts_router
from apps.users.api.complaints import router as complaints_router
from apps.users.api.consents import router as consents_router
from apps.users.api.mfis import router as mfis_router
from apps.users.throttling import Limit, retry_after
from config.openapi import DescribedAPI

CALLS: list[BaseThrottle] = [Limit("read", unsafe="write", batch=10)]

tenant_api = DescribedAPI(
    title="Letsema: borrowers",
    version="1.0.0",
    description="What a borrower does at one MFI. Sign in with the session cookie, or send a token: "
    "`Authorization: Bearer lts_…`. Errors are RFC 9457 problem details. POST takes an `Idempotency-Key`.",
    urls_namespace="tenant_api",
    throttle=CALLS,
    docs_url="/docs",
)
public_api = DescribedAPI(
    title="Letsema: institutions",
    version="1.0.0",
    description="What Letsema admins do for MFIs. Send a token: `Authorization: Bearer lts_…`. "
    "Errors are RFC 9457 problem details.",
    urls_namespace="public_api",
    throttle=CALLS,
    docs_url="/docs",
)
tenant_api.add_router("", loans_router)  # asked for most: addresses are compared in this order
tenant_api.add_router("", accounts_router)
tenant_api.add_router("", borrowing_router)
tenant_api.add_router("", papers_router)
tenant_api.add_router("", disputes_router)
tenant_api.add_router("", everything_router)
tenant_api.add_router("", complaints_router)
tenant_api.add_router("", consents_router)
public_api.add_router("", mfis_router)


def _service_error(request: HttpRequest, error: ServiceError) -> HttpResponse:
    more: dict[str, Any] = {"code": error.code}
    if isinstance(error, NotHome):
        more |= {"home": error.home, "site": error.site}
    if isinstance(error, InvalidInput) and error.errors:
        more["errors"] = error.errors
    elif error.field:
        more["errors"] = {error.field: [error.message]}
    return problem(request, error.status, error.code.replace("_", " ").capitalize(), error.message, **more)


def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    for fault in error.errors:
        # The location is ("body", "<argument>", "<field>", …); people know the field alone.
        where = [str(part) for part in fault["loc"] if part not in ("body", "query", "path", "header", "payload")]
        errors.setdefault(".".join(where) or "body", []).append(str(fault["msg"]))
    detail = "; ".join(f"{name}: {messages[0]}" for name, messages in errors.items())
    return problem(request, 422, "Invalid input", detail, code="invalid", errors=errors)


def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    connection.close()
    return problem(request, 503, "Letsema cannot reach its database", "Nothing was lost; try again in a minute.")


def _unwritable(request: HttpRequest, error: ValueError) -> HttpResponse:
    """Text that PostgreSQL cannot hold: JSON may carry it where no form can. Anything else is a fault of ours."""
    if "NUL (0x00)" not in str(error):
        raise error
    return problem(
        request, 422, "Invalid input", "Text must not contain the character U+0000; leave it out.", code="invalid"
    )


def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    answer = problem(request, 429, "Too many calls", f"Wait {error.wait} seconds, then go on.", code="too_many_calls")
    for name, value in retry_after(error).items():
        answer[name] = value
    return answer


for _api in (tenant_api, public_api):
    _api.exception_handler(ServiceError)(_service_error)
    _api.exception_handler(ValidationError)(_validation)
    _api.exception_handler(ValueError)(_unwritable)
    _api.exception_handler(OperationalError)(_away)
    _api.exception_handler(InterfaceError)(_away)
    _api.exception_handler(AuthenticationError)(
        lambda request, error: problem(request, 401, "Not signed in", "Sign in, or send a token of this institution.")
    )
    _api.exception_handler(Http404)(
        lambda request, error: problem(request, 404, "Not found", "There is nothing at this address.")
    )
    _api.exception_handler(PermissionDenied)(
        lambda request, error: problem(request, 403, "Not allowed", str(error) or "Your account may not do this.")
    )
    _api.exception_handler(Throttled)(_throttled)
    _api.exception_handler(HttpError)(lambda request, error: problem(request, error.status_code, "Refused", str(error)))
