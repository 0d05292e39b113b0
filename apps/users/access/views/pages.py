"""What the pages for whoever is not signed in have in common."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.users.accounts.models import Account


def entry_page(request: HttpRequest, *, title: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page with one form, or with a sentence alone."""
    return TemplateResponse(request, "letsema/account_entry.html", {"title": title, **context}, status=status)


def on_to_sign_in(request: HttpRequest, account: Account, message: str) -> HttpResponse:
    """Leaves nothing of the link in the session, and goes on to where the account signs in."""
    request.session.flush()
    messages.success(request, message)
    return HttpResponseRedirect(reverse("admin:login") if account.is_staff else "/")
