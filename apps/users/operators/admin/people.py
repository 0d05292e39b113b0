"""Everybody of every MFI, in one list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.roles import Action, Role
from apps.mfis.tenancy.addresses import in_schema_of
from apps.mfis.tenancy.models import MFI, DirectoryEntry
from apps.users.access.models import ContactChange
from apps.users.access.services.invitations import invite
from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.forms import ReasonForm
from apps.users.back_office.history import row_history
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import public_site
from apps.users.spreadsheets.admin import ImportsRows
from apps.users.staff.admin.contacts import contact_page, decision_page
from apps.users.staff.services import set_active

INVITATION = "Earlier invitations end. The link goes to the person's own e-mail or phone, and is shown to nobody else."

MAXIMUM_OPTIONS = 50  # MFIs in a list to choose from; a longer one is slow to make and to look through

INVITED = "The invitation for {} goes to {}."


def there_are_many() -> bool:
    """Whether there are more MFIs than a list to choose from should have."""
    return MFI.objects.all()[MAXIMUM_OPTIONS:].exists()


class MFIFilter(admin.SimpleListFilter):
    """By the institution that people belong to: chosen from a list, or of many named by its subdomain."""

    title = "MFI"
    parameter_name = "mfi"

    @property
    def named(self) -> str:
        """The subdomain that was asked for."""
        return (self.value() or "").replace("_", "-")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if there_are_many():
            self.template = "admin/filter_named.html"
            return [("public", "Letsema")]
        return [("public", "Letsema"), *MFI.objects.values_list("schema_name", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DirectoryEntry]) -> QuerySet[DirectoryEntry]:
        wanted = (self.value() or "").strip().lower().replace("-", "_")
        return queryset.filter(schema_name=wanted) if wanted else queryset


class RoleFilter(admin.SimpleListFilter):
    """By what people are in the system."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role.value, str(role.label)) for role in Role]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DirectoryEntry]) -> QuerySet[DirectoryEntry]:
        return queryset.filter(role=self.value()) if self.value() else queryset


@admin.register(DirectoryEntry, site=public_site)
class PeopleAdmin(ImportsRows, LetsemaAdmin):
    """The directory; a person's page reads and changes the account where it stands."""

    import_kinds = ("people",)
    view_action = Action.MANAGE_PEOPLE
    list_display = ("full_name", "mfi_name", "role_label", "email", "formatted_phone", "state")
    list_filter = (MFIFilter, RoleFilter, "is_active", "has_signed_up")
    search_fields = ("full_name", "email", "phone")
    search_help_text = "Name, e-mail or phone"

    def typed_filters(self, request: HttpRequest) -> tuple[str, ...]:
        return ("mfi",) if there_are_many() else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[DirectoryEntry]:
        names = MFI.objects.filter(schema_name=OuterRef("schema_name")).values("name")
        entries: QuerySet[DirectoryEntry] = super().get_queryset(request)
        return entries.annotate(mfi=Subquery(names[:1]))

    @admin.display(description="MFI", ordering="mfi")
    def mfi_name(self, entry: Any) -> str:
        return entry.mfi or "Letsema"

    @admin.display(description="role", ordering="role")
    def role_label(self, entry: DirectoryEntry) -> str:
        label = str(Role(entry.role).label)
        return f"{label} ({entry.duties})" if entry.duties else label

    @admin.display(description="phone", ordering="phone")
    def formatted_phone(self, entry: DirectoryEntry) -> str:
        return format_phone(entry.phone)

    @admin.display(ordering="is_active")
    def state(self, entry: DirectoryEntry) -> str:
        if not entry.is_active:
            return status_badge("suspended", "Closed")
        return status_badge("active", "Open") if entry.has_signed_up else status_badge("waiting", "Not signed up")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:account_id>/open/<str:wanted>/", wrap(self.active_view), name="directory_active"),
            path("<uuid:account_id>/invite/", wrap(self.invite_view), name="directory_invite"),
            path("<uuid:account_id>/contact/", wrap(self.contact_view), name="directory_contact"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        entry, mfi = self._find(request, object_id)
        with in_schema_of(mfi):
            account = get_object_or_404(Account.objects.select_related("profile"), pk=entry.account_id)
            profile = getattr(account, "profile", None)
            changes = row_history(account, profile) if profile else row_history(account)
        context = {
            **self.admin_site.each_context(request),
            "title": entry.full_name,
            "entry": entry,
            "opts": self.opts,
            "mfi_of": mfi,
            "role_label": self.role_label(entry),
            "phone": format_phone(entry.phone),
            "tools": _tools(entry),
            "changes": changes,
            "state": self.state(entry),
        }
        return TemplateResponse(request, "admin/person.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:mfis_directoryentry_change", args=[object_id]))

    def _find(self, request: HttpRequest, account_id: UUID | str) -> tuple[DirectoryEntry, MFI | None]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        entry = self.get_object(request, str(account_id))
        if entry is None:
            raise Http404
        return entry, MFI.objects.filter(schema_name=entry.schema_name).first()

    def active_view(self, request: StaffRequest, account_id: UUID, wanted: str) -> HttpResponse:
        """Opens or closes an account, with the reason."""
        entry, mfi = self._find(request, account_id)
        active = wanted == "yes"

        def run(values: dict[str, Any]) -> None:
            with in_schema_of(mfi):
                account = Account.objects.get(pk=entry.account_id)
                set_active(account=account, active=active, actor=_of_letsema(request).because(values["reason"]))

        verb = "Open" if active else "Close"
        return run_action(
            request,
            admin=self,
            form=ReasonForm(posted(request)),
            run=run,
            done=f"The account of {entry.full_name} is {'open' if active else 'closed'}.",
            back_url=reverse("admin:mfis_directoryentry_change", args=[entry.pk]),
            subject=entry.full_name,
            title=f"{verb} the account of {entry.full_name}",
            button=f"{verb} the account",
            explanation="Sign-in works again." if active else "They are signed out at once and cannot sign in.",
            style="primary" if active else "danger",
        )

    def invite_view(self, request: StaffRequest, account_id: UUID) -> HttpResponse:
        """Sends a fresh invitation to the person's own address."""
        entry, mfi = self._find(request, account_id)
        back = reverse("admin:mfis_directoryentry_change", args=[entry.pk])
        if request.method == "POST":
            self._invite(request, entry, mfi)
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": Form(),
            "back_url": back,
            "subject": entry.full_name,
            "title": f"Invite {entry.full_name} again",
            "button": "Make the invitation",
            "explanation": INVITATION,
        }
        return TemplateResponse(request, "admin/action.html", context)

    def contact_view(self, request: StaffRequest, account_id: UUID) -> HttpResponse:
        """Asks for a change of how a person is reached, or decides on one that a colleague of the MFI asked for."""
        entry, mfi = self._find(request, account_id)
        back, actor = reverse("admin:mfis_directoryentry_change", args=[entry.pk]), _of_letsema(request)
        with in_schema_of(mfi):
            account = get_object_or_404(Account, pk=entry.account_id)
            change = ContactChange.objects.waiting().select_related("account").filter(account=account).first()
            if change and change.asked_by != request.user.pk:
                return decision_page(request, self, change, back, actor=actor)
            return contact_page(request, self, account, back, actor=actor)

    def _invite(self, request: StaffRequest, entry: DirectoryEntry, mfi: MFI | None) -> None:
        try:
            with in_schema_of(mfi):
                account = Account.objects.get(pk=entry.account_id)
                to = invite(account=account, actor=_of_letsema(request))
        except ServiceError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.message_user(request, INVITED.format(entry.full_name, to), messages.SUCCESS)


def _of_letsema(request: StaffRequest) -> Actor:
    """Who acts, as an MFI's own history names them: nobody there knows who of Letsema that is."""
    return replace(request.user.actor, name=f"{request.user.full_name} of Letsema")


def _tools(entry: DirectoryEntry) -> list[dict[str, str]]:
    """The buttons of a person's page."""
    invite = {"label": "Invite again", "style": "quiet", "url": reverse("admin:directory_invite", args=[entry.pk])}
    contact = {"label": "How they are reached", "style": "quiet"}
    contact["url"] = reverse("admin:directory_contact", args=[entry.pk])
    before = [contact] if entry.has_signed_up else [invite, contact]
    wanted = "no" if entry.is_active else "yes"
    change = {
        "label": "Close account" if entry.is_active else "Open account",
        "style": "danger" if entry.is_active else "primary",
        "url": reverse("admin:directory_active", args=[entry.pk, wanted]),
    }
    return [*before, change] if entry.is_active else [change]
