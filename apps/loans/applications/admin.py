"""Applications that are not handed in yet, and handing one in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.loans.applications.models import ApplicationDraft
from apps.loans.applications.services.apply import Application, LoanRequest, apply_for_loan
from apps.loans.applications.services.drafts import DraftValues, discard_draft, save_draft, submit_draft
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, posted, run_action
from apps.users.back_office.filters import by_branch, by_officer
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site


def enter(request: StaffRequest, values: dict[str, Any], draft: ApplicationDraft | None) -> dict[str, str]:
    """Hands the application of an `ApplicationForm` in, or keeps it as a draft; by the draft it came from, if any.

    Returns what to say to the person who entered it.
    """
    if values["then"] == "draft":
        # A key of its own: whoever keeps the draft, goes back and hands the same form in, means both.
        _keep(request, values, draft, idempotency_key=f"draft-{values['idempotency_key']}"[:80])
        return {"said": "The draft is kept; it is among the drafts."}
    application = _hand_in_draft(request, values, draft) if draft else _hand_in(request, values)
    return {"said": f"Application {application.number} is entered."}


def _hand_in(request: StaffRequest, values: dict[str, Any]) -> Application:
    group, listed = values["group_id"], values["listed_purpose_id"]
    return apply_for_loan(
        borrower=values["borrower"],
        request=LoanRequest(
            product_id=values["product_id"].pk,
            principal=values["principal"],
            installments=values["installments"],
            purpose=values["purpose"],
            rate=values["rate"],
            group_id=group.pk if group else None,
            listed_purpose_id=listed.pk if listed else None,
        ),
        actor=request.user.actor,
        currency=request.tenant.currency,
        idempotency_key=values["idempotency_key"],
    )


def _hand_in_draft(request: StaffRequest, values: dict[str, Any], draft: ApplicationDraft) -> Application:
    """What was changed on the form is kept first."""
    _keep(request, values, draft)
    return submit_draft(
        borrower=values["borrower"],
        actor=request.user.actor,
        draft_id=draft.pk,
        currency=request.tenant.currency,
        idempotency_key=values["idempotency_key"],
    )


def _keep(
    request: StaffRequest, values: dict[str, Any], draft: ApplicationDraft | None, idempotency_key: str = ""
) -> None:
    product, group, listed = values["product_id"], values["group_id"], values["listed_purpose_id"]
    filled_in: DraftValues = {
        "product_id": product.pk if product else None,
        "principal": values["principal"],
        "installments": values["installments"],
        "rate": values["rate"],
        "purpose": values["purpose"],
        "group_id": group.pk if group else None,
        "listed_purpose_id": listed.pk if listed else None,
    }
    save_draft(
        borrower=values["borrower"],
        actor=request.user.actor,
        draft_id=draft.pk if draft else None,
        idempotency_key=idempotency_key,
        **filled_in,
    )


@admin.register(ApplicationDraft, site=tenant_site)
class DraftAdmin(LetsemaAdmin):
    """Applications that are not handed in yet."""

    list_title = "Drafts"
    reach = "borrower__profile__"
    view_action = Action.APPLY_FOR_BORROWER
    list_display = ("borrower_name", "product", "principal", "installments", "entered_by", "created_at")
    list_select_related = ("borrower", "product")
    list_filter = (by_branch("borrower__profile__"), by_officer("borrower__profile__"))
    search_fields = ("borrower__full_name", "borrower__phone")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApplicationDraft]:
        drafts: QuerySet[ApplicationDraft] = super().get_queryset(request)
        return drafts.filter(is_active=True)

    @admin.display(description="borrower", ordering="borrower__full_name")
    def borrower_name(self, draft: ApplicationDraft) -> str:
        return draft.borrower.full_name

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.discard_view)
        return [path("<uuid:draft_id>/discard/", view, name="loans_draft_discard"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        draft = self.get_object(request, object_id)
        if draft is None or not self.has_view_permission(request):
            raise Http404
        context = {**self.admin_site.each_context(request), "title": str(draft), "opts": self.opts, "draft": draft}
        return TemplateResponse(request, "admin/draft.html", context)

    def discard_view(self, request: StaffRequest, draft_id: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        draft = get_object_or_404(self.get_queryset(request).select_related("borrower"), pk=draft_id)

        def discard(_: dict[str, Any]) -> None:
            discard_draft(borrower=draft.borrower, actor=request.user.actor, draft_id=draft.pk)

        return run_action(
            request,
            admin=self,
            form=Form(posted(request)),
            subject="Drafts",
            done="The draft is discarded.",
            run=discard,
            facts=[("Borrower", draft.borrower.full_name)],
            title="Discard the draft",
            button="Discard",
            style="danger",
            back_url=reverse("admin:loans_applicationdraft_changelist"),
            explanation="Nothing was handed in.",
        )
