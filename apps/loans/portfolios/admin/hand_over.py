"""The page on which borrowers and loans are handed over, and the choice on the lists that leads to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.loans.book.models import Loan
from apps.loans.portfolios.forms import HandOverForm, keys_in
from apps.loans.portfolios.services import Chosen, Handed, hand_over, meant_by
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import Unsure
from apps.mfis.core.lifecycle import is_closed
from apps.mfis.core.roles import Action
from apps.users.accounts.models import BorrowerProfile
from apps.users.back_office.base import LetsemaAdmin, posted, run_action
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import tenant_site

HANDS_OVER = (Action.MANAGE_PEOPLE, Action.ASSIGN)

EXPLANATION = (
    "From that day on they are in other hands; who had them before stays known, also in reports about days before. "
    "Loans that are paid or were refused stay where they are."
)


def may_hand_over(request: HttpRequest) -> bool:
    """Whether who asks may give borrowers and loans into other hands."""
    return not is_closed() and any(staff_of(request).may(action) for action in HANDS_OVER)


def hand_over_view(request: HttpRequest) -> HttpResponse:
    """Hands over those that were chosen on a list, or all whom the form's filters find."""
    if not may_hand_over(request):
        raise PermissionDenied
    told = request.POST if request.method == "POST" else request.GET
    people, loans = told.get("borrowers", ""), told.get("loans", "")
    by_keys = bool(keys_in(people) or keys_in(loans))
    initial = {"borrowers": people, "loans": loans, "value_date": business_date()}
    form = HandOverForm(posted(request), by_keys=by_keys, has_people=bool(keys_in(people)), initial=initial)
    back = "admin:loans_loan_changelist" if keys_in(loans) else "admin:users_borrowerprofile_changelist"
    return run_action(
        request,
        admin=tenant_site._registry[BorrowerProfile],
        form=form,
        run=lambda values: _run(request, form, values),
        done=_said,
        back_url=reverse(back),
        subject="Loans" if keys_in(loans) else "Borrowers",
        facts=_facts(people, loans) if by_keys else [],
        title="Hand over",
        template="admin/sectioned.html",
        button="Hand over",
        explanation=EXPLANATION,
    )


def _run(request: HttpRequest, form: HandOverForm, values: dict[str, Any]) -> Handed:
    chosen, branch, officer = form.chosen(), values["branch"], values["officer"]
    if chosen.by_filter and not values.get("confirmed"):
        _ask(chosen)
    return hand_over(
        chosen=chosen,
        actor=staff_of(request).actor,
        reason=values["reason"],
        branch_id=branch.pk if branch else None,
        officer_id=officer.pk if officer else None,
        value_date=values["value_date"],
        idempotency_key=values["idempotency_key"],
    )


def _ask(chosen: Chosen) -> None:
    meant = meant_by(chosen)
    if meant.borrowers or meant.loans:
        raise Unsure(f"This hands over {_counted(meant.borrowers, 'borrower')} and {_counted(meant.loans, 'loan')}.")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _said(handed: Handed) -> str:
    return f"Handed over: {_counted(handed.borrowers, 'borrower')} and {_counted(handed.loans, 'running loan')}."


def _facts(people: str, loans: str) -> list[tuple[str, str]]:
    """Who was chosen: by name where they are few."""
    profiles = BorrowerProfile.objects.filter(pk__in=keys_in(people)).select_related("account")
    names = [profile.account.full_name for profile in profiles] or [
        f"{loan.number}, {loan.borrower.full_name}"
        for loan in Loan.objects.filter(pk__in=keys_in(loans)).select_related("borrower")
    ]
    shown = ", ".join(sorted(names)[:8])
    return [("Chosen", shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more")]


class HandOverMixin(LetsemaAdmin):
    """A list of which some rows may be chosen, and handed over."""

    actions = ("hand_over_chosen",)  # type: ignore[assignment]
    chosen_as = ""  # what the page calls them: borrowers, or loans

    @admin.action(description="Hand over")
    def hand_over_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        keys = ",".join(str(key) for key in queryset.values_list("pk", flat=True))
        return HttpResponseRedirect(f"{reverse('admin:loans_hand_over')}?{urlencode({self.chosen_as: keys})}")

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) if may_hand_over(request) else {}

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        more = super().list_tools(request)
        if not may_hand_over(request):
            return more
        url = reverse("admin:loans_hand_over")
        return [*more, {"label": "Hand over", "icon": "fas fa-people-arrows", "url": url}]


tenant_site.pages["loans_hand_over"] = ("hand-over/", hand_over_view)
