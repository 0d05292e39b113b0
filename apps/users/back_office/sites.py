"""The two back-office sites: Letsema's own, and each MFI's. Menus show only what the person's duties allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse

from apps.mfis.core.roles import Action, Role
from apps.users.access.doors import limited_door
from apps.users.access.forms import ChangePasswordForm, SignInForm
from apps.users.accounts.models import Account
from apps.users.back_office.requests import staff_of

INDEX = "admin:index"


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the menu, shown to those who may do `action`; `count` is asked for each page."""

    label: str
    icon: str
    url_name: str
    query: str = ""
    action: Action | None = None
    count: Callable[[], int] | None = None


def _active(request: HttpRequest, links: list[Link]) -> list[Link]:
    """The line of the page that is shown."""
    urls = {link: reverse(link.url_name) for link in links}
    # Of two lines whose pages lie one under the other, the nearer one is the active one.
    below = [url for link, url in urls.items() if link.url_name != INDEX and request.path.startswith(url)]
    nearest = max(below, key=len, default="")
    here = [link for link, url in urls.items() if url == (request.path if link.url_name == INDEX else nearest)]
    # Of two lines that lead to one list, the one whose filter is on is the active one.
    asked = request.META.get("QUERY_STRING", "")
    filtered = [link for link in here if link.query and link.query.lstrip("?") in asked]
    return filtered or [link for link in here if not link.query]


class LetsemaSite(AdminSite):
    """What both sites have in common: sign-in, menu, search and dashboard."""

    login_form = SignInForm
    password_change_form = ChangePasswordForm
    role: Role
    menu: list[tuple[str, list[Link]]]
    search: tuple[str, str]
    dashboard: Callable[[HttpRequest], dict[str, Any]]
    enable_nav_sidebar = False

    def __init__(self) -> None:
        super().__init__(name="admin")
        self.menu = []
        self.pages: dict[str, tuple[str, Callable[..., HttpResponseBase]]] = {}  # by URL name: address and view

    def get_urls(self) -> list[Any]:
        pages = [path(at, self.admin_view(view), name=name) for name, (at, view) in self.pages.items()]
        return [*pages, *super().get_urls()]

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, Account) and user.is_staff and user.role == self.role

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        page: HttpResponse = limited_door(super().login)(request, extra_context)
        return page

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if not context["has_permission"]:
            return context
        context["menu"] = [
            {"label": label, "links": shown} for label, links in self.menu if (shown := self._shown(request, links))
        ]
        url_name, label = self.search
        context["search_url"], context["search_label"] = reverse(url_name), label
        return context

    def _shown(self, request: HttpRequest, links: list[Link]) -> list[dict[str, Any]]:
        """The lines of one part of the menu that the person may follow, as the template shows them."""
        user, active = staff_of(request), _active(request, links)
        return [
            {
                "label": link.label,
                "icon": link.icon,
                "url": reverse(link.url_name) + link.query,
                "active": link in active,
                "count": link.count() if link.count else 0,
            }
            for link in links
            if link.action is None or user.may(link.action)
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        context = {**self.each_context(request), **self.dashboard(request), **(extra_context or {})}
        request.current_app = self.name
        return TemplateResponse(request, self.index_template or "admin/index.html", context)


class PublicSite(LetsemaSite):
    """localhost:8000/admin/: Letsema admins."""

    role = Role.LETSEMA_ADMIN
    index_template = "admin/dashboard_public.html"
    search = ("admin:mfis_directoryentry_changelist", "Search people of all MFIs")


class TenantSite(LetsemaSite):
    """[tenant].localhost:8000/admin/: MFI admins."""

    role = Role.MFI_ADMIN
    index_template = "admin/dashboard_tenant.html"
    search = ("admin:search", "Search: name, phone, loan, receipt, reference")


public_site = PublicSite()

tenant_site = TenantSite()
