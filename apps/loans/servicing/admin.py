"""Payments that borrowers report: the cashier's queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from apps.loans.domain.money import format_money
from apps.loans.servicing.forms import ConfirmForm
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.services.reported_payments import confirm_payment, decline_payment
from apps.loans.servicing.workflow import REPORTED_PAYMENT
from apps.mfis.core.workflow import Transition
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.forms import ReasonForm
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site

DECIDE: dict[str, Callable[..., PaymentNotice]] = {"confirm": confirm_payment, "decline": decline_payment}
DONE = {"confirm": "The payment is booked.", "decline": "The payment is declined."}


@admin.register(PaymentNotice, site=tenant_site)
class NoticeAdmin(LetsemaAdmin):
    reach = "loan__portfolio__"
    list_display = ("reference", "channel", "formatted_amount", "borrower", "loan", "paid_on", "state")
    list_filter = ("status", "channel")
    list_select_related = ("loan", "loan__borrower", "event")
    search_fields = ("reference", "loan__number", "loan__borrower__full_name")
    readonly_fields = ("loan", "borrower", "amount", "channel", "reference", "paid_on", "status", "decided_reason")
    fields = readonly_fields

    @admin.display(ordering="loan__borrower__full_name")
    def borrower(self, notice: PaymentNotice) -> str:
        return notice.loan.borrower.full_name

    @admin.display(description="amount", ordering="amount")
    def formatted_amount(self, notice: PaymentNotice) -> str:
        return format_money(notice.amount, notice.loan.currency)

    @admin.display(ordering="status")
    def state(self, notice: PaymentNotice) -> str:
        return status_badge(notice.status, notice.get_status_display())

    def get_urls(self) -> list[Any]:
        return [*(self._url(step) for step in REPORTED_PAYMENT), *super().get_urls()]

    def _url(self, step: Transition) -> URLPattern:
        view = self.admin_site.admin_view(self.decide_view)
        name = f"loans_paymentnotice_{step.name}"
        return path(f"<uuid:notice_id>/{step.name}/", view, {"step": step}, name=name)

    def page_tools(self, request: HttpRequest, obj: PaymentNotice) -> list[dict[str, str]]:
        return [
            {
                "label": step.label,
                "style": step.style,
                "url": reverse(f"admin:loans_paymentnotice_{step.name}", args=[obj.pk]),
            }
            for step in REPORTED_PAYMENT
            if obj.status in step.sources and self._may(request, step.duty)
        ]

    def decide_view(self, request: StaffRequest, notice_id: UUID, step: Transition) -> HttpResponse:
        """The confirm page of a step of the workflow."""
        if not self._may(request, step.duty):
            raise PermissionDenied
        notice = get_object_or_404(self.get_queryset(request), pk=notice_id)
        form = ReasonForm(posted(request)) if step.needs_reason else ConfirmForm(posted(request))

        def decide(values: dict[str, Any]) -> PaymentNotice:
            return DECIDE[step.name](notice_id=notice.pk, actor=request.user.actor, **values)

        return run_action(
            request,
            admin=self,
            form=form,
            run=decide,
            facts=_facts(notice),
            subject="Reported payments",
            done=DONE[step.name],
            back_url=reverse("admin:loans_paymentnotice_changelist"),
            style=step.style,
            title=f"{step.label} {notice.reference}",
            button=step.label,
            explanation=step.explanation,
        )


def _facts(notice: PaymentNotice) -> list[tuple[str, str]]:
    return [
        ("Borrower", notice.loan.borrower.full_name),
        ("Loan", notice.loan.number),
        ("Amount", format_money(notice.amount, notice.loan.currency)),
        ("Paid by", f"{notice.get_channel_display()} {notice.reference}"),
    ]
