"""A request of somebody who works here, with its types."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.mfis.tenancy.requests import TenantRequest
from apps.users.accounts.models import Account


class StaffRequest(TenantRequest):
    """A request that an admin site's `admin_view` has let through."""

    user: Account


def staff_of(request: HttpRequest) -> Account:
    """Who asks, where Django's own signature says only HttpRequest.

    Raises:
        PermissionDenied: nobody is signed in.
    """
    if not isinstance(request.user, Account):
        raise PermissionDenied("Sign in first.")
    return request.user
