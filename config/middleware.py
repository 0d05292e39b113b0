"""What stands before any tenant is chosen."""

from __future__ import annotations

from collections.abc import Callable

from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

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
