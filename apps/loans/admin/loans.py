"""Loans: the list, the loan's page, and one confirm page for each thing that may be done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm

from apps.loans.admin.forms import ApplicationForm, CorrectionForm, ReverseForm
from apps.loans.admin.loan_actions import ACTIONS
from apps.loans.domain.money import spoken
from apps.loans.models import Loan, LoanEvent
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.loans.projection import fold_loan
from apps.loans.resources import LoanResource
from apps.loans.selectors.loan_page import loan_page
from apps.loans.selectors.portfolio import late_more_than
from apps.loans.services import money, origination
from apps.loans.transitions import REVERSIBLE, TRANSITIONS
from apps.mfis.clock import business_date
from apps.users.admin.base import LetsemaAdmin, pill, run_action
from apps.users.admin.sites import tenant_site
from apps.users.models import Account
from apps.users.roles import Action, Role


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(s.value, str(s.label)) for s in Status]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Loan]) -> QuerySet[Loan]:
        return queryset.filter(state__status=self.value()) if self.value() else queryset


class LateFilter(admin.SimpleListFilter):
    title = "arrears"
    parameter_name = "late"
    WANTED = {"any": 0, "30": 30, "60": 60, "90": 90}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", "Late at all"), *((d, f"Over {d} days") for d in ("30", "60", "90"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Loan]) -> QuerySet[Loan]:
        if self.value() not in self.WANTED:
            return queryset
        late = late_more_than(self.WANTED[str(self.value())], business_date(), of="state__")
        return queryset.filter(late, state__status=Status.ACTIVE).order_by("state__oldest_due_date")


class LoanAdmin(ExportMixin, LetsemaAdmin):  # type: ignore[misc]
    resource_classes = [LoanResource]
    export_form_class = ExportForm
    export_template_name = "admin/import_export/export.html"
    import_export_change_list_template = "admin/change_list.html"
    change_list_template = "admin/change_list.html"
    list_display = (
        "number",
        "borrower_name",
        "product",
        "principal_spoken",
        "outstanding",
        "late",
        "status_pill",
        "submitted_on",
    )
    list_filter = (StatusFilter, LateFilter, "product")
    list_select_related = ("borrower", "product", "state")
    search_fields = (
        "number",
        "borrower__full_name",
        "borrower__phone",
        "borrower__email",
        "borrower__profile__national_id",
    )
    search_help_text = "Number, name, phone or national ID"
    add_action = Action.APPLY_FOR_BORROWER
    add_label = "Enter an application"

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_export_formats(self) -> list[Any]:
        return [XLSX, CSV]

    def get_export_queryset(self, request: HttpRequest) -> Any:
        return super().get_export_queryset(request).select_related("borrower", "product", "state")

    def borrower_name(self, loan: Loan) -> str:
        return loan.borrower.full_name

    borrower_name.short_description = "borrower"  # type: ignore[attr-defined]
    borrower_name.admin_order_field = "borrower__full_name"  # type: ignore[attr-defined]

    def principal_spoken(self, loan: Loan) -> str:
        return spoken(loan.principal, loan.currency)

    principal_spoken.short_description = "principal"  # type: ignore[attr-defined]
    principal_spoken.admin_order_field = "principal"  # type: ignore[attr-defined]

    def outstanding(self, loan: Loan) -> str:
        return spoken(loan.state.total_outstanding, loan.currency) if loan.state.disbursed_on else "—"

    outstanding.admin_order_field = F("state__principal_outstanding")  # type: ignore[attr-defined]

    def late(self, loan: Loan) -> str:
        days = days_late(loan)
        return f"{days} day{'' if days == 1 else 's'}" if days else "—"

    late.admin_order_field = "state__oldest_due_date"  # type: ignore[attr-defined]

    def status_pill(self, loan: Loan) -> str:
        if days_late(loan):
            return pill("arrears", "In arrears")
        return pill(loan.state.status, loan.state.get_status_display())

    status_pill.short_description = "status"  # type: ignore[attr-defined]

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:loan_id>/do/<str:name>/", wrap(self.do_view), name="loans_loan_do"),
            path("<uuid:loan_id>/reverse/<uuid:event_id>/", wrap(self.reverse_view), name="loans_loan_reverse"),
            path("<uuid:loan_id>/correct/<uuid:event_id>/", wrap(self.correct_view), name="loans_loan_correct"),
            path("<uuid:loan_id>/decline-letter/", wrap(self.letter_view), name="loans_loan_letter"),
            path("<uuid:loan_id>/statement/", wrap(self.statement_view), name="loans_loan_statement"),
            *super().get_urls(),
        ]

    def _loan(self, request: HttpRequest, loan_id: Any) -> Loan:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            key = UUID(str(loan_id))
        except ValueError:
            raise Http404 from None
        loan = Loan.objects.select_related("borrower", "product", "state").filter(pk=key).first()
        if loan is None:
            raise Http404
        return loan

    def add_view(self, request: Any, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        borrower = None
        if request.GET.get("borrower"):
            try:
                wanted = UUID(request.GET["borrower"])
            except ValueError:
                raise Http404 from None
            borrower = Account.objects.filter(role=Role.BORROWER, pk=wanted).first()
            if borrower is None:
                raise Http404

        def run(values: dict[str, Any]) -> Any:
            product, person = values.pop("product_id"), values.pop("borrower")
            return origination.apply_for_loan(
                borrower=person,
                product_id=product.pk,
                by=request.user,
                currency=request.tenant.currency,
                **values,
            )

        form = ApplicationForm(request.POST or None, borrower=borrower)
        return run_action(
            request, admin=self, form=form, run=run, done="Application {number} is entered.",
            back_url=reverse("admin:loans_loan_changelist"), subject="Loans", title="Enter an application",
            button="Enter the application", explanation="The borrower sees it on the portal at once.",
        )  # fmt: skip

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        loan = self._loan(request, object_id)
        page = loan_page(loan, request.user, business_date(), whole="all" in request.GET)
        context = {**self.admin_site.each_context(request), "title": f"Loan {loan.number}", "opts": self.opts,
                   "loan": loan, "page": page}  # fmt: skip
        return TemplateResponse(request, "admin/loan.html", context)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)

    def statement_view(self, request: Any, loan_id: UUID) -> HttpResponse:
        loan = self._loan(request, loan_id)
        context = {**self.admin_site.each_context(request), "title": f"Statement of loan {loan.number}",
                   "opts": self.opts, "loan": loan, "folded": fold_loan(loan, as_of=business_date())}  # fmt: skip
        return TemplateResponse(request, "admin/statement.html", context)

    def letter_view(self, request: Any, loan_id: UUID) -> HttpResponse:
        """The plain letter to a borrower whose application was rejected, to print."""
        loan = self._loan(request, loan_id)
        decision = loan.events.filter(type=EventType.REJECTED).first()
        if decision is None:
            raise Http404
        context = {**self.admin_site.each_context(request), "title": f"Letter about {loan.number}", "opts": self.opts,
                   "loan": loan, "decision": decision, "mfi": request.tenant}  # fmt: skip
        return TemplateResponse(request, "admin/decline_letter.html", context)

    def do_view(self, request: Any, loan_id: UUID, name: str) -> HttpResponse:
        loan = self._loan(request, loan_id)
        transition = TRANSITIONS.get(name)
        if transition is None or name not in ACTIONS:
            raise Http404
        if not request.user.may(transition.action):
            raise PermissionDenied(f"Your duties do not include this: {transition.action.label}.")
        back = reverse("admin:loans_loan_change", args=[loan.pk])
        if loan.state.status not in transition.sources:
            messages.error(
                request, f"{transition.label} is not possible: the loan is {loan.state.get_status_display().lower()}."
            )
            return HttpResponseRedirect(back)
        ask = ACTIONS[name](loan, request.user, request.POST or None)
        facts = [("Borrower", loan.borrower.full_name), ("Principal", spoken(loan.principal, loan.currency))]
        return run_action(
            request, admin=self, form=ask.form, run=ask.run, done=ask.done or f"{transition.label}: done.",
            subject=f"Loan {loan.number}", facts=[*facts, *ask.facts], back_url=back,
            title=f"{transition.label}: {loan.number}", explanation=transition.explanation, button=transition.label,
            style=transition.style,
        )  # fmt: skip

    def correct_view(self, request: Any, loan_id: UUID, event_id: UUID) -> HttpResponse:
        loan = self._loan(request, loan_id)
        event = LoanEvent.objects.filter(pk=event_id, loan=loan, type=EventType.REPAYMENT).first()
        if event is None:
            raise Http404
        if not request.user.may(Action.REVERSE_REPAYMENT):
            raise PermissionDenied("Your duties do not include correcting receipts.")
        form = CorrectionForm(
            request.POST or None,
            initial={"on": event.value_date, "amount": event.amount, "loan_number": loan.number},
        )
        return run_action(
            request, admin=self, form=form, subject=f"Loan {loan.number}", facts=[("Receipt", event.number)],
            run=lambda v: money.correct_repayment(event_id=event.pk, by=request.user, **v),
            done="Receipt {number} stands in its place.", back_url=reverse("admin:loans_loan_change", args=[loan.pk]),
            title=f"Correct receipt {event.number}", button="Correct the receipt",
            explanation="The wrong receipt stays on the record, reversed; a new one is booked as it should have been.",
        )  # fmt: skip

    def reverse_view(self, request: Any, loan_id: UUID, event_id: UUID) -> HttpResponse:
        loan = self._loan(request, loan_id)
        event = LoanEvent.objects.filter(pk=event_id, loan=loan, type__in=REVERSIBLE).first()
        if event is None:
            raise Http404
        if not request.user.may(Action.REVERSE_REPAYMENT):
            raise PermissionDenied("Your duties do not include reversing repayments.")
        name = event.number or event.get_type_display()
        facts = [("What", f"{event.get_type_display()} {event.number}"),
                 ("Amount", spoken(event.amount or Decimal(0), loan.currency)),
                 ("On", f"{event.value_date:%-d %b %Y}")]  # fmt: skip
        return run_action(
            request, admin=self, form=ReverseForm(request.POST or None),
            run=lambda v: money.reverse_repayment(event_id=event.pk, by=request.user, **v),
            done=f"{name} is reversed.", subject=f"Loan {loan.number}", facts=facts,
            back_url=reverse("admin:loans_loan_change", args=[loan.pk]), title=f"Reverse {name}",
            explanation=TRANSITIONS["reverse"].explanation, button="Reverse it", style="danger",
        )  # fmt: skip


def days_late(loan: Loan) -> int:
    """Days past due today, from the projection alone."""
    state = loan.state
    if state.status != Status.ACTIVE or state.oldest_due_date is None:
        return 0
    return max((business_date() - state.oldest_due_date).days, 0)


tenant_site.register(Loan, LoanAdmin)
__all__ = ["LoanAdmin", "days_late"]
