"""Applications that are not handed in yet, and handing one in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from apps.loans.models import ApplicationDraft
from apps.loans.services import drafts, origination
from apps.users.admin.base import LetsemaAdmin, posted, run_action
from apps.users.admin.sites import tenant_site
from apps.users.roles import Action


def enter(request: Any, values: dict[str, Any], draft: ApplicationDraft | None) -> dict[str, str]:
    """Hands the application in, or keeps it as a draft; by the draft it came from, where there is one."""
    person, product, group = values["borrower"], values["product_id"], values["group_id"]
    wanted = {name: values[name] for name in ("principal", "installments", "rate", "purpose")}
    wanted |= {"product_id": product.pk if product else None, "group_id": group.pk if group else None}
    key, currency = values["key"], request.tenant.currency
    if draft is None and values["then"] == "submit":
        answer = origination.apply_for_loan(borrower=person, by=request.user, currency=currency, key=key, **wanted)
        return {"said": f"Application {answer['number']} is entered."}
    kept = drafts.save_draft(borrower=person, by=request.user, draft_id=draft.pk if draft else None, **wanted)
    if values["then"] == "draft":
        return {"said": "The draft is kept; it is among the drafts."}
    answer = drafts.submit_draft(borrower=person, by=request.user, draft_id=kept.pk, currency=currency, key=key)
    return {"said": f"Application {answer['number']} is entered."}


class DraftAdmin(LetsemaAdmin):
    """Applications that are not handed in yet."""

    list_title = "Drafts"
    view_action = Action.APPLY_FOR_BORROWER
    list_display = ("borrower_name", "product", "principal", "installments", "entered_by", "created_at")
    list_select_related = ("borrower", "product")
    search_fields = ("borrower__full_name", "borrower__phone")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApplicationDraft]:
        drafts: QuerySet[ApplicationDraft] = super().get_queryset(request)
        return drafts.filter(is_active=True)

    def borrower_name(self, draft: ApplicationDraft) -> str:
        return draft.borrower.full_name

    borrower_name.short_description = "borrower"  # type: ignore[attr-defined]
    borrower_name.admin_order_field = "borrower__full_name"  # type: ignore[attr-defined]

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.discard_view)
        return [path("<uuid:draft_id>/discard/", view, name="loans_draft_discard"), *super().get_urls()]

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        draft = self.get_object(request, object_id)
        if draft is None or not self.has_view_permission(request):
            raise Http404
        context = {**self.admin_site.each_context(request), "title": str(draft), "opts": self.opts, "draft": draft}
        return TemplateResponse(request, "admin/draft.html", context)

    def discard_view(self, request: Any, draft_id: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        draft = self.get_queryset(request).select_related("borrower").filter(pk=draft_id).first()
        if draft is None:
            raise Http404
        return run_action(
            request,
            admin=self,
            form=Form(posted(request)),
            subject="Drafts",
            done="The draft is discarded.",
            run=lambda v: drafts.discard_draft(borrower=draft.borrower, by=request.user, draft_id=draft.pk),
            facts=[("Borrower", draft.borrower.full_name)],
            title="Discard the draft",
            button="Discard",
            style="danger",
            back_url=reverse("admin:loans_applicationdraft_changelist"),
            explanation="Nothing was handed in.",
        )


tenant_site.register(ApplicationDraft, DraftAdmin)
