"""What stands before any tenant is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.middleware.locale import LocaleMiddleware

from apps.mfis.database import connection


class HealthCheckMiddleware:
    """Answers /healthz for any host, by IP too: a load balancer knows no MFI's name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return self.get_response(request)
        try:
            connection.set_schema_to_public()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error:
            connection.close()
            return JsonResponse({"status": "database unreachable"}, status=503)
        return JsonResponse({"status": "ok"})


class PolicyMiddleware(CSPMiddleware):
    """As django-csp; an answer that is no page may load nothing at all, and no policy is put together for it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(("application/json", "application/problem+json")):
            return super().process_response(request, response)
        response.setdefault(HEADER, "default-src 'none'; frame-ancestors 'none'")
        return response


class ApiETagMiddleware(ConditionalGetMiddleware):
    """Answers of the API carry an ETag; one that the client holds already is not sent again (304)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not request.path.startswith("/api/"):
            return response
        if request.method == "GET" and response.status_code == 200:
            # Of one account, and to be asked for again each time: a shared cache must not keep it.
            response.setdefault("Cache-Control", "private, no-cache")
        return super().process_response(request, response)


class _PagesAlone:
    """Lets calls of the API pass by."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class PageLanguageMiddleware(_PagesAlone, LocaleMiddleware):
    """The browser's language is that of pages; what the API says for people is in their account's."""


class PageMessagesMiddleware(_PagesAlone, MessageMiddleware):
    """What the next page will tell: a program reads none."""
