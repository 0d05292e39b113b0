"""What stands before any tenant is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from apps.mfis.core.database import connection, fetch_one
from apps.mfis.core.problem_details import problem

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


class HealthCheckMiddleware:
    """Answers /healthz for any host, by IP too: a load balancer knows no MFI's name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return self.get_response(request)
        try:
            connection.set_schema_to_public()
            fetch_one("SELECT 1")
        except Error:
            connection.close()
            return JsonResponse({"status": "database unreachable"}, status=503)
        return JsonResponse({"status": "ok"})


class ReadableAddressMiddleware:
    """Refuses an address that holds what PostgreSQL cannot: a list would look for it, whichever filter it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.path + "".join(chain.from_iterable([name, *values] for name, values in request.GET.lists()))
        if not asked.isprintable() and _UNWRITABLE.search(asked):
            return problem(
                request, 400, "Bad request", "The address holds a character that no text has; go back and type it anew."
            )
        return self.get_response(request)


class PolicyMiddleware(CSPMiddleware):
    """As django-csp; an answer that is no page may load nothing at all, and no policy is put together for it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(("application/json", "application/problem+json")):
            return super().process_response(request, response)
        response.setdefault(HEADER, "default-src 'none'; frame-ancestors 'none'")
        return response


def is_for_programs(request: HttpRequest) -> bool:
    """Whether this is a call of the API, which needs nothing of what serves pages alone."""
    return request.path.startswith("/api/")


class ApiProblemsMiddleware:
    """Whatever is refused under /api/ is told as problem details, also where no operation was reached."""

    TITLES = {
        404: ("Not found", "There is nothing at this address."),
        405: ("Method not allowed", "This address does not take this method; see the Allow header."),
        413: ("Too large", "The body is too large; send at most 5 MB."),
    }
    OTHERS = ("Refused", "The request could not be answered as it was sent.")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not is_for_programs(request):
            return response
        if response.get("Content-Type", "").startswith("application/problem+json"):
            return response
        title, detail = self.TITLES.get(response.status_code, self.OTHERS)
        told = problem(request, response.status_code, title, detail)
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in response:
                told[name] = response[name]
        return told


class ApiETagMiddleware(ConditionalGetMiddleware):
    """Answers of the API carry an ETag; one that the client holds already is not sent again (304)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not is_for_programs(request):
            return response
        if request.method == "GET" and response.status_code == 200:
            # Of one account, and to be asked for again each time: a shared cache must not keep it.
            response.setdefault("Cache-Control", "private, no-cache")
        return super().process_response(request, response)


class PageLanguageMiddleware(LocaleMiddleware):
    """The browser's language is that of pages; what the API says for people is in their account's."""

    def __call__(self, request: HttpRequest) -> Any:
        if is_for_programs(request):
            translation.deactivate()  # what the page before left to this thread
            return self.get_response(request)
        return super().__call__(request)


class PageMessagesMiddleware(MessageMiddleware):
    """What the next page will tell: a program reads none."""

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if is_for_programs(request) else super().__call__(request)
