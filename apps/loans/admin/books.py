"""The books: chart of accounts, journal, journals by hand, reports, closing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from apps.loans.admin.book_forms import ClosingForm, JournalForm, PeriodForm
from apps.loans.admin.reports import EXPORTS, REPORTS, export
from apps.loans.domain.money import spoken
from apps.loans.ledger import manual, periods, reports
from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.post import closed_through
from apps.loans.models import AccountMapping, BooksCheck, DayEnd, GLAccount, JournalEntry, ManualJournal, PeriodClosing
from apps.loans.services.books import check_books
from apps.loans.services.day_end import behind, run_due_days
from apps.loans.services.settings import save_setting
from apps.mfis.clock import business_date
from apps.users.admin.base import LetsemaAdmin, pill, posted, run_action
from apps.users.admin.forms import ReasonForm
from apps.users.admin.sites import tenant_site
from apps.users.roles import Action


class AccountAdmin(LetsemaAdmin):
    """The chart of accounts, and the reports over it."""

    list_title = "Chart of accounts"
    add_action = change_action = Action.MANAGE_ACCOUNTS
    add_label = "Open an account"
    list_display = ("code", "name", "type", "balance", "used_by", "state")
    list_filter = ("type", "is_active")
    search_fields = ("code", "name")
    fields = ("code", "name", "type", "is_financing", "is_active")
    list_per_page = 200

    def get_queryset(self, request: HttpRequest) -> QuerySet[GLAccount]:
        ensure_chart()
        accounts: QuerySet[GLAccount] = super().get_queryset(request)
        return accounts.annotate(total=Sum("lines__amount"))

    def balance(self, account: Any) -> str:
        sign = -1 if account.type in reports.CREDIT_SIDE else 1
        return format_html(
            '<a href="{}?account={}">{}</a>',
            reverse("admin:loans_books_report", args=["general-ledger"]),
            account.pk,
            spoken(sign * (account.total or Decimal(0))),
        )

    balance.admin_order_field = "total"  # type: ignore[attr-defined]

    def used_by(self, account: GLAccount) -> str:
        return f"Loans: {account.role.replace('_', ' ')}" if account.role else "By hand"

    def state(self, account: GLAccount) -> str:
        return pill("active", "In use") if account.is_active else pill("closed", "Not in use")

    def save_model(self, request: Any, obj: GLAccount, form: Any, change: bool) -> None:
        save_setting(obj, by=request.user)

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        return [{"label": "Reports", "style": "quiet", "url": reverse("admin:loans_books")}]

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("books/", wrap(self.books_view), name="loans_books"),
            path("books/close/", wrap(self.close_view), name="loans_books_close"),
            path("books/day-end/", wrap(self.day_end_view), name="loans_books_day_end"),
            path("books/verify/", wrap(self.verify_view), name="loans_books_verify"),
            path("books/<slug:name>/", wrap(self.report_view), name="loans_books_report"),
            *super().get_urls(),
        ]

    def _check_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def books_view(self, request: Any) -> HttpResponse:
        self._check_view(request)
        ensure_chart()
        today = business_date()
        income, expense, result = reports.income_statement(reports.year_start(today), today)
        context = {
            **self.admin_site.each_context(request),
            "title": "Books",
            "opts": self.opts,
            "reports": REPORTS,
            "closed": closed_through(),
            "behind": behind(today),
            "check": BooksCheck.objects.first(),
            "last_day": DayEnd.objects.filter(finished_at__isnull=False).first(),
            "result": result,
            "income": income.total,
            "expense": expense.total,
            "since": reports.year_start(today),
            "may_close": self._may(request, Action.CLOSE_BOOKS),
        }
        return TemplateResponse(request, "admin/books.html", context)

    def report_view(self, request: Any, name: str) -> HttpResponse:
        self._check_view(request)
        if name not in REPORTS:
            raise Http404
        ensure_chart()
        form = PeriodForm(name, request.GET)
        since, on = form.period()
        found = REPORTS[name].build(since, on, form.cleaned_data) if form.is_valid() else {}
        wanted = request.GET.get("format")
        if wanted in EXPORTS and form.is_valid():
            return export(f"{name}-{on}", REPORTS[name].table(found), wanted)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": REPORTS[name].label,
            "opts": self.opts,
            "name": name,
            "form": form,
            "since": since,
            "on": on,
            "reports": REPORTS,
            **found,
            "exports": [("csv", "Export CSV"), ("xlsx", "Export XLSX")],
        }
        return TemplateResponse(request, "admin/books_report.html", context, status=200 if form.is_valid() else 422)

    def close_view(self, request: Any) -> HttpResponse:
        if not self._may(request, Action.CLOSE_BOOKS):
            raise PermissionDenied
        last = closed_through()
        first = business_date().replace(day=1) - timedelta(days=1)
        return run_action(
            request,
            admin=self,
            form=ClosingForm(request.POST or None, initial={"through": first}),
            run=lambda v: periods.close_period(by=request.user, **v),
            subject="Books",
            button="Close the books",
            facts=[("Closed through", f"{last:%-d %b %Y}" if last else "—")],
            title="Close a period",
            done="The books are closed.",
            back_url=reverse("admin:loans_books"),
            style="danger",
            explanation="Nothing can be posted into closed days any more; what comes late becomes an adjustment.",
        )

    def day_end_view(self, request: Any) -> HttpResponse:
        if not self._may(request, Action.CLOSE_BOOKS):
            raise PermissionDenied

        def run(values: dict[str, Any]) -> dict[str, Any]:
            return {"days": len(run_due_days())}

        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)),
            run=run,
            subject="Books",
            facts=[("Days to end", str(behind(business_date())))],
            title="End the days that are over",
            button="End the days",
            done="{days} day(s) ended.",
            back_url=reverse("admin:loans_books"),
            explanation="Penalties, recalculated interest, accrual, provision. It runs by itself every night.",
        )

    def verify_view(self, request: Any) -> HttpResponse:
        if not self._may(request, Action.CLOSE_BOOKS):
            raise PermissionDenied

        def run(values: dict[str, Any]) -> dict[str, Any]:
            check = check_books()
            return {"loans": check.loans, "breaks": len(check.breaks)}

        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)),
            run=run,
            subject="Books",
            facts=[],
            title="Verify the books",
            button="Verify",
            done="{loans} loans checked, {breaks} break(s).",
            back_url=reverse("admin:loans_books"),
            explanation="Every invariant of the loans and of the ledger. It runs by itself every night.",
        )


class ClosingAdmin(LetsemaAdmin):
    """Closed periods with what the portfolio was when each was closed: frozen, whatever comes later."""

    list_title = "Closed periods"
    list_display = ("through", "kind_of", "glp", "par30", "allowance", "actor_name", "recorded_at")

    def kind_of(self, closing: PeriodClosing) -> str:
        return "Year end" if closing.is_year_end else "Period"

    kind_of.short_description = "what"  # type: ignore[attr-defined]

    def glp(self, closing: PeriodClosing) -> str:
        return spoken(Decimal(closing.figures.get("glp", "0")))

    glp.short_description = "outstanding principal"  # type: ignore[attr-defined]

    def par30(self, closing: PeriodClosing) -> str:
        return spoken(Decimal(closing.figures.get("par30", "0")))

    par30.short_description = "over 30 days late"  # type: ignore[attr-defined]

    def allowance(self, closing: PeriodClosing) -> str:
        return spoken(Decimal(closing.figures.get("allowance", "0")))

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        return [{"label": "Books", "style": "quiet", "url": reverse("admin:loans_books")}]

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        closing = self.get_object(request, object_id)
        if closing is None or not self.has_view_permission(request):
            raise Http404
        if request.GET.get("format") in EXPORTS:
            rows = [["Indicator", "Value"], *([i["name"], i["value"]] for i in closing.figures.get("indicators", []))]
            return export(f"closing-{closing.through}", rows, request.GET["format"])
        context = {
            **self.admin_site.each_context(request),
            "title": f"Closed through {closing.through:%-d %b %Y}",
            "opts": self.opts,
            "closing": closing,
        }
        return TemplateResponse(request, "admin/closing.html", context)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)


class EntryAdmin(LetsemaAdmin):
    """The journal. Entries are never changed: a correction is another entry."""

    list_title = "Journal"
    list_display = ("posted_on", "narrative", "source", "amount", "loan", "actor_name")
    list_filter = ("source", "posted_on")
    list_select_related = ("loan",)
    search_fields = ("narrative", "loan__number")
    date_hierarchy = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        debit = Q(lines__amount__gt=0)
        entries: QuerySet[JournalEntry] = super().get_queryset(request)
        return entries.annotate(debit=Sum("lines__amount", filter=debit))

    def amount(self, entry: Any) -> str:
        return spoken(entry.debit or Decimal(0))

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        entry = self.get_object(request, object_id)
        if entry is None or not self.has_view_permission(request):
            raise Http404
        lines = entry.lines.select_related("account").order_by("-amount")
        context = {
            **self.admin_site.each_context(request),
            "title": entry.narrative,
            "opts": self.opts,
            "entry": entry,
            "lines": lines,
            "total": entry.debit,
        }
        return TemplateResponse(request, "admin/journal_entry.html", context)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)


class ManualAdmin(LetsemaAdmin):
    """Journals by hand: proposed by one, posted by another."""

    list_title = "Journals by hand"
    add_action = Action.PROPOSE_JOURNAL
    add_label = "Propose an entry"
    list_display = ("narrative", "posted_on", "amount", "maker_name", "state", "decided_by")
    list_filter = ("status",)
    search_fields = ("narrative", "maker_name")

    def amount(self, journal: ManualJournal) -> str:
        return spoken(sum((Decimal(line["amount"]) for line in journal.lines if line["amount"][0] != "-"), Decimal(0)))

    def state(self, journal: ManualJournal) -> str:
        colour = {"proposed": "waiting", "posted": "active", "declined": "declined"}[journal.status]
        return pill(colour, journal.get_status_display())

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.decide_view)
        return [
            path("<uuid:journal_id>/decide/<str:what>/", view, name="loans_manualjournal_decide"),
            *super().get_urls(),
        ]

    def add_view(self, request: Any, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        ensure_chart()
        return run_action(
            request,
            admin=self,
            form=JournalForm(request.POST or None),
            subject="Journals by hand",
            run=lambda v: manual.propose_journal(by=request.user, **v),
            done="The entry waits for a second person.",
            back_url=reverse("admin:loans_manualjournal_changelist"),
            title="Propose an entry",
            button="Propose",
            explanation="Debits and credits must be equal. A second person posts it.",
            template="admin/journal_form.html",
        )

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        journal = self.get_object(request, object_id)
        if journal is None or not self.has_view_permission(request):
            raise Http404
        accounts = GLAccount.objects.in_bulk([UUID(line["account"]) for line in journal.lines])
        lines = [(accounts[UUID(x["account"])], Decimal(x["amount"])) for x in journal.lines]
        decides = (
            journal.status == ManualJournal.Status.PROPOSED
            and self._may(request, Action.POST_JOURNAL)
            and journal.maker_id != request.user.pk
        )
        context = {
            **self.admin_site.each_context(request),
            "title": journal.narrative,
            "opts": self.opts,
            "journal": journal,
            "lines": lines,
            "decides": decides,
        }
        return TemplateResponse(request, "admin/manual_journal.html", context)

    def decide_view(self, request: Any, journal_id: UUID, what: str) -> HttpResponse:
        if not self._may(request, Action.POST_JOURNAL):
            raise PermissionDenied
        journal = self.get_queryset(request).filter(pk=journal_id).first()
        if journal is None or what not in ("post", "decline"):
            raise Http404
        post = what == "post"
        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)) if post else ReasonForm(request.POST or None),
            run=lambda v: manual.decide_journal(journal_id=journal.pk, by=request.user, post=post, **v) and None,
            done="Posted." if post else "Declined.",
            subject="Journals by hand",
            title=f"{what.capitalize()}: {journal}",
            facts=[("Proposed by", journal.maker_name), ("Day", f"{journal.posted_on:%-d %b %Y}")],
            button=what.capitalize(),
            style="primary" if post else "danger",
            back_url=reverse("admin:loans_manualjournal_change", args=[journal.pk]),
            explanation="",
        )


class MappingAdmin(LetsemaAdmin):
    """Accounts of its own for a product."""

    list_title = "Accounts by product"
    add_action = change_action = Action.MANAGE_ACCOUNTS
    add_label = "Map an account"
    list_display = ("product", "role", "account")
    list_select_related = ("product", "account")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "role":
            ensure_chart()
            roles = GLAccount.objects.exclude(role="").values_list("role", flat=True)
            return forms.ChoiceField(choices=[(r, r.replace("_", " ").capitalize()) for r in roles])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: Any, obj: AccountMapping, form: Any, change: bool) -> None:
        save_setting(obj, by=request.user)


tenant_site.register(GLAccount, AccountAdmin)
tenant_site.register(JournalEntry, EntryAdmin)
tenant_site.register(ManualJournal, ManualAdmin)
tenant_site.register(AccountMapping, MappingAdmin)
tenant_site.register(PeriodClosing, ClosingAdmin)
