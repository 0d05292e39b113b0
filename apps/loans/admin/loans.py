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
from django.utils.http import content_disposition_header
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm

from apps.loans.admin.drafts import enter
from apps.loans.admin.forms import ApplicationForm, CorrectionForm, ReverseForm
from apps.loans.admin.loan_actions import ACTIONS
from apps.loans.domain.money import spoken
from apps.loans.models import ApplicationDraft, Dispute, Document, Loan, LoanEvent
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.loans.projection import fold_loan
from apps.loans.resources import LoanResource
from apps.loans.selectors.loan_page import loan_page
from apps.loans.selectors.portfolio import late_more_than
from apps.loans.services import documents, drafts, money
from apps.loans.services.credit import credit_standing, known_elsewhere
from apps.loans.transitions import BEFORE_APPROVAL, BEFORE_PAY_OUT, REVERSIBLE, TRANSITIONS
from apps.mfis.clock import business_date
from apps.users.admin.base import LetsemaAdmin, pill, run_action
from apps.users.admin.forms import ReasonForm
from apps.users.admin.sites import tenant_site
from apps.users.models import Account, Consent
from apps.users.roles import Action, Role
from apps.users.services.consents import standing_consent


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


class MineFilter(admin.SimpleListFilter):
    title = "officer"
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Mine, not decided"), ("0", "Nobody's, not decided")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Loan]) -> QuerySet[Loan]:
        if self.value() not in ("0", "1"):
            return queryset
        officer = request.user.pk if self.value() == "1" else None
        return queryset.filter(state__reviewer_id=officer, state__status__in=BEFORE_APPROVAL)


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
    list_filter = (StatusFilter, LateFilter, MineFilter, "product")
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Loan]:
        loans: QuerySet[Loan] = super().get_queryset(request)
        return loans.filter(state__isnull=False)  # one that just arrived from another node is folded in a moment

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
            path("<uuid:loan_id>/document/<uuid:document_id>/", wrap(self.document_view), name="loans_loan_document"),
            path("<uuid:loan_id>/document/<uuid:document_id>/aside/", wrap(self.aside_view), name="loans_loan_aside"),
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
        loan = (
            Loan.objects.select_related("borrower", "product", "state", "group")
            .filter(pk=key, state__isnull=False)
            .first()
        )
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

        draft = self._draft(request)
        borrower = draft.borrower if draft else borrower

        def run(values: dict[str, Any]) -> Any:
            return enter(request, values, draft)

        initial = {}
        if draft:
            initial = {name: getattr(draft, name) for name in drafts.FIELDS}
        form = ApplicationForm(request.POST or None, borrower=borrower, initial=initial)
        return run_action(
            request,
            admin=self,
            form=form,
            run=run,
            done="{said}",
            back_url=reverse("admin:loans_loan_changelist"),
            subject="Loans",
            title="Enter an application",
            button="Go on",
            explanation="Handed in, the borrower sees it on the portal at once.",
        )

    def _draft(self, request: HttpRequest) -> ApplicationDraft | None:
        if not request.GET.get("draft"):
            return None
        try:
            wanted = UUID(request.GET["draft"])
        except ValueError:
            raise Http404 from None
        draft = ApplicationDraft.objects.select_related("borrower").filter(pk=wanted, is_active=True).first()
        if draft is None:
            raise Http404
        return draft

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        loan = self._loan(request, object_id)
        page = loan_page(loan, request.user, business_date(), whole="all" in request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Loan {loan.number}",
            "opts": self.opts,
            "loan": loan,
            "page": page,
            "elsewhere": known_elsewhere(loan),
            "disputes": Dispute.objects.filter(loan=loan, decided_on=None),
            "consent": standing_consent(account=loan.borrower, purpose=Consent.Purpose.SHARING, on=page.as_of),
        }
        if loan.state.status in BEFORE_PAY_OUT:
            context["standing"] = credit_standing(loan.borrower, on=page.as_of)
        return TemplateResponse(request, "admin/loan.html", context)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)

    def statement_view(self, request: Any, loan_id: UUID) -> HttpResponse:
        loan = self._loan(request, loan_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Statement of loan {loan.number}",
            "opts": self.opts,
            "loan": loan,
            "folded": fold_loan(loan, as_of=business_date()),
        }
        return TemplateResponse(request, "admin/statement.html", context)

    def _document(self, loan: Loan, document_id: UUID) -> Document:
        document = Document.objects.filter(pk=document_id, loan=loan, is_active=True).first()
        if document is None:
            raise Http404
        return document

    def document_view(self, request: Any, loan_id: UUID, document_id: UUID) -> HttpResponse:
        """The paper itself, to keep or to look at: never shown inside our own pages."""
        loan = self._loan(request, loan_id)
        document, content = documents.read_document(self._document(loan, document_id).pk, by=request.user)
        response = HttpResponse(content, content_type=document.content_type)
        response["Content-Disposition"] = content_disposition_header(True, document.file_name) or "attachment"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response

    def aside_view(self, request: Any, loan_id: UUID, document_id: UUID) -> HttpResponse:
        loan = self._loan(request, loan_id)
        document = self._document(loan, document_id)
        if not request.user.may(Action.FOLLOW_UP):
            raise PermissionDenied("Your duties do not include setting documents aside.")
        return run_action(
            request,
            admin=self,
            form=ReasonForm(request.POST or None),
            subject=f"Loan {loan.number}",
            run=lambda v: documents.set_aside(document_id=document.pk, by=request.user, **v),
            facts=[("Document", str(document)), ("Added by", document.added_by)],
            done="The document is set aside.",
            back_url=reverse("admin:loans_loan_change", args=[loan.pk]),
            title=f"Set aside: {document.file_name}",
            button="Set it aside",
            style="danger",
            explanation="It is not shown any more; that it was there stays on the record.",
        )

    def letter_view(self, request: Any, loan_id: UUID) -> HttpResponse:
        """The plain letter to a borrower whose application was rejected, to print."""
        loan = self._loan(request, loan_id)
        decision = loan.events.filter(type=EventType.REJECTED).first()
        if decision is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": f"Letter about {loan.number}",
            "opts": self.opts,
            "loan": loan,
            "decision": decision,
            "mfi": request.tenant,
        }
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
        files = {"files": request.FILES} if request.FILES else {}
        ask = ACTIONS[name](loan, request.user, request.POST or None, **files)
        facts = [("Borrower", loan.borrower.full_name), ("Principal", spoken(loan.principal, loan.currency))]
        return run_action(
            request,
            admin=self,
            form=ask.form,
            run=ask.run,
            done=ask.done or f"{transition.label}: done.",
            subject=f"Loan {loan.number}",
            facts=[*facts, *ask.facts],
            back_url=back,
            title=f"{transition.label}: {loan.number}",
            explanation=transition.explanation,
            button=transition.label,
            style=transition.style,
        )

    def correct_view(self, request: Any, loan_id: UUID, event_id: UUID) -> HttpResponse:
        loan = self._loan(request, loan_id)
        event = LoanEvent.objects.filter(pk=event_id, loan=loan, type=EventType.REPAYMENT).first()
        if event is None:
            raise Http404
        if not request.user.may(Action.REVERSE_REPAYMENT):
            raise PermissionDenied("Your duties do not include correcting receipts.")
        form = CorrectionForm(
            request.POST or None, initial={"on": event.value_date, "amount": event.amount, "loan_number": loan.number}
        )
        return run_action(
            request,
            admin=self,
            form=form,
            subject=f"Loan {loan.number}",
            facts=[("Receipt", event.number)],
            run=lambda v: money.correct_repayment(event_id=event.pk, by=request.user, **v),
            done="Receipt {number} stands in its place.",
            back_url=reverse("admin:loans_loan_change", args=[loan.pk]),
            title=f"Correct receipt {event.number}",
            button="Correct the receipt",
            explanation="The wrong receipt stays on the record, reversed; a new one is booked as it should have been.",
        )

    def reverse_view(self, request: Any, loan_id: UUID, event_id: UUID) -> HttpResponse:
        loan = self._loan(request, loan_id)
        event = LoanEvent.objects.filter(pk=event_id, loan=loan, type__in=REVERSIBLE).first()
        if event is None:
            raise Http404
        if not request.user.may(Action.REVERSE_REPAYMENT):
            raise PermissionDenied("Your duties do not include reversing repayments.")
        name = event.number or event.get_type_display()
        facts = [
            ("What", f"{event.get_type_display()} {event.number}"),
            ("Amount", spoken(event.amount or Decimal(0), loan.currency)),
            ("On", f"{event.value_date:%-d %b %Y}"),
        ]
        return run_action(
            request,
            admin=self,
            form=ReverseForm(request.POST or None),
            run=lambda v: money.reverse_repayment(event_id=event.pk, by=request.user, **v),
            done=f"{name} is reversed.",
            subject=f"Loan {loan.number}",
            facts=facts,
            back_url=reverse("admin:loans_loan_change", args=[loan.pk]),
            title=f"Reverse {name}",
            explanation=TRANSITIONS["reverse"].explanation,
            button="Reverse it",
            style="danger",
        )


def days_late(loan: Loan) -> int:
    """Days past due today, from the projection alone."""
    state = loan.state
    if state.status != Status.ACTIVE or state.oldest_due_date is None:
        return 0
    return max((business_date() - state.oldest_due_date).days, 0)


tenant_site.register(Loan, LoanAdmin)
__all__ = ["LoanAdmin", "days_late"]
