"""Where somebody goes on who came to a page that is not there, or not theirs."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from apps.mfis.core.database import PUBLIC, connection
from apps.mfis.core.problem_details import FIRST_PAGE, Links
from apps.users.accounts.models import Account
from apps.users.back_office.sites import LetsemaSite, public_site, tenant_site


def ways_back(request: HttpRequest) -> Links:
    """Staff go to the list they were in, where they may see it, and to their dashboard; borrowers to their loans."""
    user = getattr(request, "user", None)
    if not isinstance(user, Account):
        return [*FIRST_PAGE, ("/admin/", "Staff: sign in")] if request.path.startswith("/admin/") else FIRST_PAGE
    if not user.is_staff:
        return [("/", "Back to your loans")]
    return [*_list_of(request), ("/admin/", "Back to the dashboard")]


def _list_of(request: HttpRequest) -> Links:
    """The list below which the address lies, unless it is that list itself."""
    admin = next((one for one in _site()._registry.values() if request.path.startswith(_address(one))), None)
    if admin is None or request.path == _address(admin) or not admin.has_view_permission(request):
        return []
    name = getattr(admin, "list_title", "") or admin.opts.verbose_name_plural
    return [(_address(admin), f"Back to the list: {str(name).lower()}")]


def _site() -> LetsemaSite:
    return public_site if connection.schema_name == PUBLIC else tenant_site


def _address(admin: ModelAdmin) -> str:  # type: ignore[type-arg]
    try:
        return reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist")
    except NoReverseMatch:
        return f"/admin/{admin.opts.app_label}/{admin.opts.model_name}/"
