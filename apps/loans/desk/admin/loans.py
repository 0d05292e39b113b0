"""Loans: the list, entering an application, and the loan's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, Model, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.loans.applications.admin import enter
from apps.loans.applications.forms import ApplicationForm
from apps.loans.applications.models import ApplicationDraft
from apps.loans.applications.services import drafts
from apps.loans.book.models import AGREED_PRINCIPAL, Loan, Status
from apps.loans.book.selectors.other_lenders import other_lenders_exposure
from apps.loans.book.workflow import BEFORE_DISBURSEMENT
from apps.loans.desk.admin.filters import LateFilter, MineFilter, StatusFilter
from apps.loans.desk.admin.loan_views import OF_LOAN, LoanViews
from apps.loans.desk.admin.quality import LoanFaultFilter
from apps.loans.desk.exports import BESIDE, EXPORTED, LOAN_COLUMNS
from apps.loans.desk.search import LOANS
from apps.loans.desk.selectors import loan_page
from apps.loans.domain.money import format_money
from apps.loans.histories.models import Dispute
from apps.loans.histories.services.inquiries import credit_summary
from apps.loans.portfolios.admin.hand_over import HandOverMixin, may_hand_over
from apps.mfis.core.clock import business_date
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account
from apps.users.accounts.reach import within_reach
from apps.users.back_office.base import run_action, status_badge
from apps.users.back_office.filters import (
    by_branch,
    by_district,
    by_employer,
    by_gender,
    by_officer,
    by_sector_of_purpose,
)
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import tenant_site
from apps.users.consents.models import Consent
from apps.users.consents.selectors import standing_consent
from apps.users.spreadsheets.admin import ImportsRows

# As the indexes of the states have them.
OUTSTANDING = F("state__principal_outstanding") + F("state__interest_outstanding") + F("state__charges_outstanding")
LATE_SINCE = Case(When(state__status=Status.ACTIVE, then=F("state__oldest_due_date")))


@admin.register(Loan, site=tenant_site)
class LoanAdmin(ImportsRows, HandOverMixin, LoanViews):
    """The list of loans, and the page of one."""

    import_kinds = ("loans", "repayments")
    export_columns = LOAN_COLUMNS
    list_display = (
        "number",
        "borrower_name",
        "product",
        "formatted_principal",
        "outstanding",
        "late",
        "branch",
        "officer",
        "state_badge",
        "submitted_on",
    )
    list_filter = (
        StatusFilter,
        LateFilter,
        MineFilter,
        "product",
        by_branch(OF_LOAN),
        by_officer(OF_LOAN),
        by_gender("borrower__profile__"),
        by_district("borrower__profile__"),
        by_sector_of_purpose("listed_purpose__"),
        by_employer("borrower__profile__"),
        LoanFaultFilter,
    )
    list_select_related = ("borrower", "product", "state", "portfolio__branch", "portfolio__officer")
    reach = OF_LOAN
    chosen_as = "loans"
    ordering = ("-id",)  # a key says when its loan was entered, and the states' indexes hold it
    search_fields = (*LOANS, "events__number", "events__reference")
    search_help_text = "Loan or receipt number, reference, name, phone or national ID"
    add_action = Action.APPLY_FOR_BORROWER
    add_label = "Enter an application"
    adds_business = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Loan]:
        loans: QuerySet[Loan] = super().get_queryset(request)
        # One that just arrived from another node is folded in a moment.
        return loans.filter(state__isnull=False)

    def get_export_queryset(self, request: HttpRequest) -> Any:
        loans: QuerySet[Loan] = super().get_export_queryset(request)
        return loans.select_related(*BESIDE).only(*EXPORTED)

    @admin.display(description="borrower", ordering="borrower__full_name")
    def borrower_name(self, loan: Loan) -> str:
        return loan.borrower.full_name

    @admin.display(description="principal", ordering=AGREED_PRINCIPAL)
    def formatted_principal(self, loan: Loan) -> str:
        return format_money(loan.principal, loan.currency)

    @admin.display(ordering=OUTSTANDING)
    def outstanding(self, loan: Loan) -> str:
        return format_money(loan.state.total_outstanding, loan.currency) if loan.state.disbursed_on else "—"

    @admin.display(ordering=LATE_SINCE.desc(nulls_first=True))
    def late(self, loan: Loan) -> str:
        days = days_past_due(loan)
        return f"{days} day{'' if days == 1 else 's'}" if days else "—"

    @admin.display(ordering="portfolio__branch__name")
    def branch(self, loan: Loan) -> str:
        held = getattr(loan, "portfolio", None)
        return held.branch.name if held and held.branch else "—"

    @admin.display(ordering="portfolio__officer__full_name")
    def officer(self, loan: Loan) -> str:
        held = getattr(loan, "portfolio", None)
        return held.officer.full_name if held and held.officer else "—"

    @admin.display(description="status", ordering="state__status")
    def state_badge(self, loan: Loan) -> str:
        if days_past_due(loan):
            return status_badge("arrears", "In arrears")
        return status_badge(loan.state.status, loan.state.get_status_display())

    def get_urls(self) -> list[Any]:
        return [*self.loan_urls(), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        draft = _asked_for(request, "draft", _open_drafts(request))
        borrower = (
            draft.borrower
            if draft
            else _asked_for(request, "borrower", within_reach(BORROWERS.all(), request.user, "profile__"))
        )
        initial = {name: getattr(draft, name) for name in drafts.FIELDS} if draft else {}
        return run_action(
            request,
            admin=self,
            form=ApplicationForm(request.POST or None, borrower=borrower, seen_by=staff_of(request), initial=initial),
            run=lambda values: enter(_typed(request), values, draft),
            done="{said}",
            back_url=reverse("admin:loans_loan_changelist"),
            subject="Loans",
            title="Enter an application",
            button="Go on",
            explanation="Handed in, the borrower sees it on the portal at once.",
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        loan = self.find_loan(request, _uuid(object_id))
        page = loan_page(loan, staff_of(request), business_date(), whole="all" in request.GET)
        context = {
            "loan": loan,
            "page": page,
            "other_lenders": other_lenders_exposure(loan),
            "disputes": Dispute.objects.filter(loan=loan, decided_on=None),
            "assignments": loan.assignments.select_related("branch", "officer").order_by("-value_date", "-recorded_at"),
            "may_hand_over": may_hand_over(request),
            "consent": standing_consent(account=loan.borrower, purpose=Consent.Purpose.SHARING, as_of=page.as_of),
        }
        if loan.state.status in BEFORE_DISBURSEMENT:
            context["credit_summary"] = credit_summary(loan.borrower, on=page.as_of)
        return self.render(request, "admin/loan.html", f"Loan {loan.number}", **context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)


BORROWERS = Account.objects.filter(role=Role.BORROWER)


def _open_drafts(request: HttpRequest) -> QuerySet[ApplicationDraft]:
    return within_reach(ApplicationDraft.objects.filter(is_active=True), request.user, "borrower__profile__")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _asked_for(request: HttpRequest, name: str, among: QuerySet[Any]) -> Any | None:
    """The record that the address names by its key, if it names one.

    Raises:
        Http404: it is not `among` them.
    """
    asked = request.GET.get(name)
    found: Model | None = get_object_or_404(among, pk=_uuid(asked)) if asked else None
    return found


def _typed(request: HttpRequest) -> StaffRequest:
    staff_of(request)
    return request  # type: ignore[return-value]


def days_past_due(loan: Loan) -> int:
    """Days past due today, from the projection alone."""
    state = loan.state
    if state.status != Status.ACTIVE or state.oldest_due_date is None:
        return 0
    return max((business_date() - state.oldest_due_date).days, 0)
