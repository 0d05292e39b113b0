"""Payments that borrowers report: the cashier's queue."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse

from apps.loans.domain.money import spoken
from apps.loans.models import PaymentNotice
from apps.loans.services.notices import confirm_payment, decline_payment
from apps.users.admin.base import LetsemaAdmin, pill, run_action
from apps.users.admin.forms import ReasonForm
from apps.users.admin.sites import tenant_site
from apps.users.models import Message
from apps.users.roles import Action


class NoticeAdmin(LetsemaAdmin):
    list_display = ("reference", "channel", "amount_spoken", "borrower", "loan", "paid_on", "state")
    list_filter = ("status", "channel")
    list_select_related = ("loan", "loan__borrower", "event")
    search_fields = ("reference", "loan__number", "loan__borrower__full_name")
    readonly_fields = ("loan", "borrower", "amount", "channel", "reference", "paid_on", "status", "decided_reason")
    fields = readonly_fields

    def borrower(self, notice: PaymentNotice) -> str:
        return notice.loan.borrower.full_name

    def amount_spoken(self, notice: PaymentNotice) -> str:
        return spoken(notice.amount, notice.loan.currency)

    amount_spoken.short_description = "amount"  # type: ignore[attr-defined]

    def state(self, notice: PaymentNotice) -> str:
        return pill(notice.status, notice.get_status_display())

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<uuid:notice_id>/<str:what>/", view, name="loans_paymentnotice_decide"), *super().get_urls()]

    def page_tools(self, request: HttpRequest, obj: PaymentNotice) -> list[dict[str, str]]:
        if obj.status != PaymentNotice.Status.WAITING or not self._may(request, Action.RECORD_REPAYMENT):
            return []
        return [
            {"label": label, "style": style, "url": reverse("admin:loans_paymentnotice_decide", args=[obj.pk, what])}
            for what, label, style in (("confirm", "Confirm", "primary"), ("decline", "Decline", "danger"))
        ]

    def decide_view(self, request: Any, notice_id: UUID, what: str) -> HttpResponse:
        if what in ("change", "history", "delete"):  # Django's own pages under the same pattern
            own: dict[str, Any] = {"change": self.change_view, "history": self.history_view, "delete": self.delete_view}
            return cast(HttpResponse, own[what](request, str(notice_id)))
        if not self._may(request, Action.RECORD_REPAYMENT):
            raise PermissionDenied
        notice = self.get_queryset(request).filter(pk=notice_id).first()
        if notice is None or what not in ("confirm", "decline"):
            raise Http404
        facts = [
            ("Borrower", notice.loan.borrower.full_name),
            ("Loan", notice.loan.number),
            ("Amount", spoken(notice.amount, notice.loan.currency)),
            ("Paid by", f"{notice.get_channel_display()} {notice.reference}"),
        ]
        confirm = what == "confirm"
        form = forms.Form(request.POST or None) if confirm else ReasonForm(request.POST or None)

        def run(values: dict[str, Any]) -> None:
            if confirm:
                confirm_payment(notice_id=notice.pk, by=request.user)
            else:
                decline_payment(notice_id=notice.pk, by=request.user, **values)

        return run_action(
            request,
            admin=self,
            form=form,
            run=run,
            facts=facts,
            subject="Reported payments",
            done="The payment is booked." if confirm else "The payment is declined.",
            back_url=reverse("admin:loans_paymentnotice_changelist"),
            style="primary" if confirm else "danger",
            title=f"{'Confirm' if confirm else 'Decline'} {notice.reference}",
            button=what.capitalize(),
            explanation="You have seen the money; it is booked as a repayment." if confirm else "",
        )


class MessageAdmin(LetsemaAdmin):
    """What borrowers were told by SMS and e-mail, and what could not leave. The words are kept nowhere."""

    view_action = Action.VIEW_BOOKS
    list_title = "Messages"
    list_display = ("queued_at", "account", "what", "channel", "state", "attempts", "sent_at", "error")
    list_filter = ("status", "channel", "about")
    list_select_related = ("account",)
    search_fields = ("account__full_name", "account__phone", "account__email")
    list_display_links = None

    def what(self, message: Message) -> str:
        return message.about.replace("_", " ").capitalize()

    what.short_description = "about"  # type: ignore[attr-defined]

    def state(self, message: Message) -> str:
        return pill("closed" if message.status == Message.Status.SENT else "waiting", message.get_status_display())


tenant_site.register(Message, MessageAdmin)
tenant_site.register(PaymentNotice, NoticeAdmin)
