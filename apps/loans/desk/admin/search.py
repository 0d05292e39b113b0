"""The page of the search at the top."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from apps.loans.desk.search import exact_page, find
from apps.mfis.core.roles import Action
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import tenant_site


def search_view(request: HttpRequest) -> HttpResponse:
    """What was found; where a number names one record, that record's own page."""
    viewer = staff_of(request)
    if not viewer.may(Action.VIEW_BOOKS):
        raise PermissionDenied
    query = request.GET.get("q", "").replace("\x00", "").strip()
    page = exact_page(query, viewer) if query else ""
    if page:
        return HttpResponseRedirect(page)
    context = {
        **tenant_site.each_context(request),
        "title": f"Search: {query}" if query else "Search",
        "query": query,
        "found": find(query, viewer) if query else None,
    }
    return TemplateResponse(request, "admin/search.html", context)


tenant_site.pages["search"] = ("search/", search_view)
