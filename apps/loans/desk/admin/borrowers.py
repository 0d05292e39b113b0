"""Borrowers: who they are, their loans, and their credit history as it stands in MongoDB."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from apps.credit.history import credit_history
from apps.loans.applications.selectors import photograph_of, read_document
from apps.loans.applications.services.documents import MAXIMUM_BYTES
from apps.loans.applications.services.photographs import keep_photograph
from apps.loans.book.models import Loan
from apps.loans.desk.admin.quality import BorrowerFaultFilter
from apps.loans.desk.exports import BORROWER_COLUMNS
from apps.loans.desk.forms import BorrowerForm, PhotographForm, particulars_of
from apps.loans.desk.particulars import assignments_of, particulars
from apps.loans.desk.search import PEOPLE
from apps.loans.histories.forms import ConsentForm
from apps.loans.portfolios.admin.hand_over import HandOverMixin, may_hand_over
from apps.mfis.core.clock import business_date
from apps.mfis.core.lifecycle import takes_new_business
from apps.mfis.core.roles import Action
from apps.users.access.services.codes import CodeNeeded
from apps.users.access.services.invitations import invite
from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.selectors import belongs_to
from apps.users.accounts.services.borrowers import register_borrower, update_borrower
from apps.users.accounts.services.people import Person
from apps.users.back_office.base import run_action, status_badge
from apps.users.back_office.filters import by_branch, by_district, by_employer, by_gender, by_officer, by_sector
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import tenant_site
from apps.users.consents.models import Consent
from apps.users.consents.selectors import all_consents
from apps.users.consents.services import record_consent, record_own_consent, send_consent_code
from apps.users.consents.texts import TEXTS, current_text
from apps.users.spreadsheets.admin import ImportsRows
from apps.users.staff.admin.contacts import contact_page


class BorrowerAdmin(ImportsRows, HandOverMixin):
    import_kinds = ("people",)
    add_action = change_action = Action.REGISTER_BORROWER
    add_label = "Register a borrower"
    adds_business = True
    reach = ""
    chosen_as = "borrowers"
    export_columns = BORROWER_COLUMNS
    list_display = ("name", "phone", "national_id", "place", "works_for", "branch", "officer", "state")
    list_filter = (
        by_branch(),
        by_officer(),
        by_gender(),
        by_district(),
        by_sector(),
        by_employer(),
        "account__is_active",
        BorrowerFaultFilter,
    )
    list_select_related = ("account", "branch", "officer", "listed_employer")
    search_fields = PEOPLE
    search_help_text = "Name, phone, e-mail or national ID"
    ordering = ("account__full_name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BorrowerProfile]:
        """Without those whose registration was taken back: they stand for nobody."""
        return super().get_queryset(request).filter(account__withdrawn_at=None)

    def name(self, profile: BorrowerProfile) -> str:
        return profile.account.full_name

    name.admin_order_field = "account__full_name"  # type: ignore[attr-defined]

    @admin.display(ordering="account__phone")
    def phone(self, profile: BorrowerProfile) -> str:
        return format_phone(profile.account.phone)

    @admin.display(ordering="district", description="lives in")
    def place(self, profile: BorrowerProfile) -> str:
        return profile.get_district_display() or "—"

    @admin.display(description="employer", ordering="employer")
    def works_for(self, profile: BorrowerProfile) -> str:
        return profile.employer_name or "—"

    @admin.display(ordering="account__is_active")
    def state(self, profile: BorrowerProfile) -> str:
        if not profile.account.is_active:
            return status_badge("suspended", "Closed")
        return (
            status_badge("active", "Open")
            if profile.account.has_usable_password()
            else status_badge("waiting", "Not signed up")
        )

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:account_id>/photograph/", wrap(self.photograph_view), name="borrower_photograph"),
            path("<uuid:account_id>/photograph/new/", wrap(self.new_photograph_view), name="borrower_new_photograph"),
            path("<uuid:account_id>/edit/", wrap(self.edit_view), name="borrower_edit"),
            path("<uuid:account_id>/contact/", wrap(self.contact_view), name="borrower_contact"),
            path("<uuid:account_id>/invite/", wrap(self.invite_view), name="borrower_invite"),
            path(
                "<uuid:account_id>/consent/<str:purpose>/<str:wanted>/",
                wrap(self.consent_view),
                name="borrower_consent",
            ),
            *super().get_urls(),
        ]

    def history_rows(self, obj: BorrowerProfile) -> list[Any]:
        return [obj, obj.account]

    def _profile(self, request: HttpRequest, account_id: Any) -> BorrowerProfile:
        if not self.has_view_permission(request):
            raise PermissionDenied
        profile = self.get_object(request, str(account_id))
        if profile is None:
            raise Http404
        return profile  # type: ignore[no-any-return]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied

        def run(values: dict[str, Any]) -> None:
            account = register_borrower(person=Person(**values), actor=staff_of(request).actor, today=business_date())
            self._show_invitation(request, account)

        return run_action(
            request,
            admin=self,
            form=BorrowerForm(request.POST or None),
            run=run,
            done="The borrower is registered.",
            back_url=reverse("admin:users_borrowerprofile_changelist"),
            subject="Borrowers",
            title="Register a borrower",
            button="Register",
            template="admin/sectioned.html",
            explanation="The name and one way to reach them are enough; the rest may follow.",
        )

    def edit_view(self, request: StaffRequest, account_id: UUID) -> HttpResponse:
        profile = self._profile(request, account_id)
        if not self.has_change_permission(request):
            raise PermissionDenied
        account = profile.account
        initial = particulars_of(profile)
        kept = {"phone": account.phone or "", "email": account.email or ""}
        return run_action(
            request,
            admin=self,
            form=BorrowerForm(request.POST or None, initial=initial, is_new=False),
            run=lambda v: (
                update_borrower(
                    account=account, person=Person(**{**kept, **v}), actor=request.user.actor, today=business_date()
                )
                and None
            ),
            done="Saved.",
            back_url=reverse("admin:users_borrowerprofile_change", args=[account.pk]),
            subject=account.full_name,
            title=f"Edit {account.full_name}",
            button="Save",
            template="admin/sectioned.html",
        )

    def photograph_view(self, request: StaffRequest, account_id: UUID) -> HttpResponse:
        """The photograph of a borrower, to be shown on the page."""
        profile = self._profile(request, account_id)
        document = photograph_of(profile.account)
        if document is None:
            raise Http404
        document, content = read_document(document.pk, actor=request.user.actor)
        response = HttpResponse(content, content_type=document.content_type)
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response

    def new_photograph_view(self, request: StaffRequest, account_id: UUID) -> HttpResponse:
        profile = self._profile(request, account_id)
        if not self.has_change_permission(request):
            raise PermissionDenied
        return run_action(
            request,
            admin=self,
            form=PhotographForm(request.POST or None, request.FILES or None),
            run=lambda values: keep_photograph(
                account_id=profile.pk,
                actor=request.user.actor,
                file_name=values["file"].name,
                content=values["file"].read(MAXIMUM_BYTES + 1),
            ),
            done="The photograph is kept.",
            back_url=reverse("admin:users_borrowerprofile_change", args=[profile.pk]),
            subject=profile.account.full_name,
            title=f"Photograph of {profile.account.full_name}",
            button="Keep it",
            explanation="It takes the place of the one before. Only colleagues of the MFI see it.",
        )

    def contact_view(self, request: StaffRequest, account_id: UUID) -> HttpResponse:
        """Asks for a change of how a borrower is reached."""
        profile = self._profile(request, account_id)
        if not self.has_change_permission(request):
            raise PermissionDenied
        back = reverse("admin:users_borrowerprofile_change", args=[profile.pk])
        return contact_page(request, self, profile.account, back)

    def invite_view(self, request: StaffRequest, account_id: UUID) -> HttpResponse:
        profile = self._profile(request, account_id)
        if not self.has_change_permission(request):
            raise PermissionDenied
        return run_action(
            request,
            admin=self,
            form=forms.Form(request.POST or None),
            run=lambda _: self._show_invitation(request, profile.account),
            done="Earlier invitations have ended.",
            back_url=reverse("admin:users_borrowerprofile_change", args=[profile.pk]),
            subject=str(profile),
            title=f"Invite {profile} to the portal",
            button="Send the invitation",
            explanation="A link by which the borrower chooses a password goes to their own e-mail or phone alone.",
        )

    def consent_view(self, request: StaffRequest, account_id: UUID, purpose: str, wanted: str) -> HttpResponse:
        """What a borrower agreed to, or took back, at the counter; the words are read out from this page."""
        profile = self._profile(request, account_id)
        if not self.has_change_permission(request):
            raise PermissionDenied
        if purpose not in TEXTS or wanted not in ("give", "withdraw"):
            raise Http404
        today, account, granted = business_date(), profile.account, wanted == "give"
        by_code = granted and purpose == Consent.Purpose.SHARING
        text, name = current_text(purpose), Consent.Purpose(purpose).label
        return run_action(
            request,
            admin=self,
            form=ConsentForm(request.POST or None, initial={"language": account.language}, by_code=by_code),
            run=lambda v: _keep_consent(
                v.get("code") if by_code else None,
                account=account,
                purpose=purpose,
                granted=granted,
                actor=request.user.actor,
                value_date=today,
                language=v["language"],
            ),
            done="It is kept, with your name.",
            subject=account.full_name,
            facts=[
                ("In English", text.read("en", request.tenant.name)),
                ("In Sesotho", text.read("st", request.tenant.name)),
            ],
            back_url=reverse("admin:users_borrowerprofile_change", args=[account.pk]),
            title=f"{name}: {'agreed' if granted else 'taken back'}",
            button="The borrower agrees" if granted else "The borrower takes it back",
            explanation="Read it to the borrower in the language they choose; enter only what they say themselves.",
        )

    def _show_invitation(self, request: HttpRequest, account: Account) -> None:
        to = invite(account=account, actor=staff_of(request).actor)
        self.message_user(request, f"The invitation for {account.full_name} goes to {to}.", messages.SUCCESS)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        profile = self._profile(request, object_id)
        account = profile.account
        loans = list(Loan.objects.there().filter(belongs_to(account.pk)).select_related("state", "product"))
        history = credit_history(loan_ids=[loan.pk for loan in loans])
        context = {
            **self.admin_site.each_context(request),
            "title": account.full_name,
            "opts": self.opts,
            "profile": profile,
            "account": account,
            "phone": format_phone(account.phone),
            "loans": loans,
            "consents": all_consents(account=account, as_of=business_date()),
            "history": history,
            "photograph": photograph_of(account),
            "sections": particulars(profile),
            "assignments": assignments_of(account),
            "may_hand_over": may_hand_over(request),
            "may_edit": self.has_change_permission(request),
            "may_apply": self._may(request, Action.APPLY_FOR_BORROWER) and takes_new_business(),
        }
        return TemplateResponse(request, "admin/borrower.html", context)


def _keep_consent(code: str | None, *, account: Account, purpose: str, granted: bool, **said: Any) -> None:
    """Keeps what a borrower said; `code` is None where it takes none, and empty where it is to be sent.

    Raises:
        CodeNeeded: it is on its way. Others as for the commands.
    """
    if code is None:
        record_consent(account=account, purpose=purpose, granted=granted, **said)
    elif code:
        record_own_consent(account=account, digits=code, **said)
    else:
        to = send_consent_code(account=account, actor=said["actor"])
        raise CodeNeeded(f"A code is on its way to {to}. Enter here what the borrower tells you.", field="code")


tenant_site.register(BorrowerProfile, BorrowerAdmin)
