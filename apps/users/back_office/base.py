"""What every back-office page has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.forms import show_service_error
from apps.mfis.core.lifecycle import is_closed, takes_new_business
from apps.mfis.core.roles import Action
from apps.mfis.core.searching import search
from apps.users.accounts.models import Account
from apps.users.accounts.reach import within_reach
from apps.users.back_office.forms import DateInput
from apps.users.back_office.history import row_history
from apps.users.back_office.paging import PLACE, CountedSoFar, PagedChangeList
from apps.users.exporting.lists import ListExportMixin


class LetsemaAdmin(ListExportMixin, ModelAdmin):  # type: ignore[type-arg]
    """A list and a page whose every right is asked of the roles table. Nothing is ever deleted here."""

    view_action: Action = Action.VIEW_BOOKS
    add_action: Action | None = None
    change_action: Action | None = None
    add_label = "Add"
    adds_business = False  # what an MFI that is closing down does not add any more
    # The way from a row to what has its branch and officer, which ends in `__`; None: everybody sees all rows.
    reach: str | None = None
    list_title = ""  # where the model's own name is not what people call it here
    actions = None
    list_per_page = 50
    show_full_result_count = False
    lists_few = False  # of a big table: rows that an index leads to before anything is searched for
    paginator = CountedSoFar
    formfield_overrides = {models.DateField: {"widget": DateInput}}

    def _may(self, request: HttpRequest, action: Action | None) -> bool:
        if action in (None, self.view_action):
            return isinstance(request.user, Account) and action is not None and request.user.may(action)
        return isinstance(request.user, Account) and request.user.may(action) and not is_closed()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.view_action)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_action)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.add_action) and (takes_new_business() or not self.adds_business)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.change_action)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if self.reach is None else within_reach(rows, request.user, self.reach)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what a filter of the list asks by. Django lets any column of the table itself be asked for, and so be
        read letter by letter: hashes too."""
        return any(lookup in _lookups_of(declared) for declared in self.get_list_filter(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return search(queryset, self.get_search_fields(request), search_term, few=self.lists_few), False

    # The revisions are the record; Django's own log would be a second one with integer keys.
    def log_addition(self, *args: Any, **kwargs: Any) -> Any: ...
    def log_change(self, *args: Any, **kwargs: Any) -> Any: ...
    def log_deletions(self, *args: Any, **kwargs: Any) -> Any: ...

    def typed_filters(self, request: HttpRequest) -> tuple[str, ...]:
        """The parameters that are fields of the search's own form, and are not kept in it beside."""
        return ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedChangeList]:
        return PagedChangeList

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        """Buttons above the list, beside Add."""
        return []

    def page_tools(self, request: HttpRequest, obj: Any) -> list[dict[str, str]]:
        """Buttons above one record's page."""
        return []

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        typed = self.typed_filters(request)
        kept = [(k, v) for k, v in request.GET.items() if k not in ("q", PAGE_VAR, "_popup", *PLACE, *typed)]
        more = {
            "title": self.list_title or capfirst(str(self.opts.verbose_name_plural)),
            "kept_parameters": kept,
            "add_label": self.add_label,
            "list_title": self.list_title,
            "list_tools": self.list_tools(request),
        }
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        obj = self.get_object(request, object_id) if object_id else None
        more = {
            "title": str(obj) if obj else self.add_label,
            "page_tools": self.page_tools(request, obj) if obj else [],
            "list_title": self.list_title,
        }
        try:
            return super().changeform_view(request, object_id, form_url, {**more, **(extra_context or {})})
        except ServiceError as error:  # a race the form could not foresee: the transaction is undone
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {obj}",
            "opts": self.opts,
            "object": obj,
            "changes": row_history(*self.history_rows(obj)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def history_rows(self, obj: Any) -> list[models.Model]:
        """The records whose changes the History page of `obj` shows."""
        return [obj]


# How Django's filters of a field ask, and what a person may put into the address instead of a click.
ENDINGS = (
    "",
    "__exact",
    "__isnull",
    "__isempty",
    "__in",
    "__gte",
    "__gt",
    "__lt",
    "__lte",
    "__id__exact",
    "__pk__exact",
)


def _lookups_of(declared: Any) -> set[str]:
    """The parameters of the address by which one entry of `list_filter` asks."""
    if isinstance(declared, type) and issubclass(declared, SimpleListFilter):
        return {str(declared.parameter_name)}
    name = declared[0] if isinstance(declared, tuple | list) else declared
    return {f"{name}{ending}" for ending in ENDINGS}


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, though it be nothing, or None before that."""
    return request.POST if request.method == "POST" else None


def run_action(
    request: HttpRequest,
    *,
    admin: ModelAdmin[Any],
    form: Form,
    run: Callable[[dict[str, Any]], object],
    done: str | Callable[[Any], str],
    back_url: str,
    template: str = "admin/action.html",
    **page: Any,
) -> HttpResponse:
    """A confirm page: GET shows what will happen, POST does it by one command, and a refusal says why.

    `run` takes the form's cleaned values and calls the command. `done` is the sentence said afterwards, or makes it of
    what `run` returned; the fields of a dict are put into the sentence's places.
    """
    if request.method == "POST" and form.is_valid():
        try:
            outcome = run(form.cleaned_data)
        except ServiceError as error:
            show_service_error(form, error)
        else:
            waits = str(getattr(outcome, "waits", ""))
            messages.success(request, f"This waits for a second person: {waits}" if waits else _sentence(done, outcome))
            return HttpResponseRedirect(back_url)
    context = {**admin.admin_site.each_context(request), "opts": admin.opts, "form": form, "back_url": back_url, **page}
    status = 200 if request.method == "GET" else 422
    return TemplateResponse(request, template, context, status=status)


def _sentence(done: str | Callable[[Any], str], outcome: object) -> str:
    if callable(done):
        return done(outcome)
    if is_dataclass(outcome) and not isinstance(outcome, type):
        return done.format(**asdict(outcome))
    return done.format(**outcome) if isinstance(outcome, dict) else done


def days_left(due_on: date, *, done: str = "") -> SafeString:
    """How long something may still wait, or what became of it."""
    if done:
        return status_badge("closed", done)
    days = (due_on - business_date()).days
    return status_badge(
        "late" if days < 7 else "waiting", f"{days} days left" if days >= 0 else f"{-days} days too late"
    )


def status_badge(status: str, label: str) -> SafeString:
    """A status in its one fixed colour."""
    return format_html('<span class="status-badge status-badge-{}">{}</span>', status, label)
