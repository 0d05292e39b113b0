"""How often the pages for whoever is not signed in may be knocked at from one address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters

from apps.mfis.core.problem_details import problem
from apps.users.access.rate_limits import WINDOW, client_address, count_call

View = Callable[..., HttpResponse]


def limited_door(view: View) -> View:
    """Answers 429 to more than `CALLS_A_MINUTE["entry"]` calls a minute from one address, all such pages together.

    Looking at an empty form counts for nothing; what a link or a form carries does.
    """

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (request.method == "POST" or kwargs) and _too_many(request):
            answer = problem(request, 429, "Too many calls", "Wait a minute, then go on.", code="too_many_calls")
            answer["Retry-After"] = str(WINDOW)
            return answer
        return view(request, *args, **kwargs)

    return sensitive_post_parameters()(limited)


def _too_many(request: HttpRequest) -> bool:
    return count_call(f"door:{client_address(request)}") > settings.CALLS_A_MINUTE["entry"]
