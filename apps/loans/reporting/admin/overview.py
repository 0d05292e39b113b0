"""The page of the books, and what is done to them as a whole: a period closed, days ended, everything verified."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from apps.loans.ledger import reports
from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import BooksCheck, ClosingProposal, PeriodClosing
from apps.loans.ledger.post import closed_through
from apps.loans.ledger.verification import check_books
from apps.loans.reporting.forms import ClosingForm
from apps.loans.reporting.reports import REPORTS
from apps.loans.reporting.selectors.overall import books
from apps.loans.reporting.services.closing import close_period
from apps.loans.servicing.models import DayEnd
from apps.loans.servicing.services.day_end import days_not_ended, run_due_days
from apps.mfis.core.clock import business_date
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, posted, run_action
from apps.users.back_office.requests import StaffRequest


class BooksPages(LetsemaAdmin):
    """What an accountant sees first, and does once in a while."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("books/", wrap(self.books_view), name="loans_books"),
            path("books/close/", wrap(self.close_view), name="loans_books_close"),
            path("books/day-end/", wrap(self.day_end_view), name="loans_books_day_end"),
            path("books/verify/", wrap(self.verify_view), name="loans_books_verify"),
            *super().get_urls(),
        ]

    def books_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        ensure_chart()
        today = business_date()
        found = books(today)
        context = {
            **self.admin_site.each_context(request),
            "title": "Books",
            "opts": self.opts,
            "reports": REPORTS,
            "closed": closed_through(),
            "behind": days_not_ended(today),
            "check": BooksCheck.objects.first(),
            "last_day": DayEnd.objects.finished().first(),
            "result": found.result,
            "income": found.income,
            "expense": found.expense,
            "since": reports.year_start(today),
            "taken_at": found.taken_at,
            "may_close": self._may(request, Action.CLOSE_BOOKS),
        }
        return TemplateResponse(request, "admin/books.html", context)

    def close_view(self, request: StaffRequest) -> HttpResponse:
        self._check_may_close(request)
        last = closed_through()

        def close(values: dict[str, Any]) -> PeriodClosing | ClosingProposal:
            return close_period(actor=request.user.actor, **values)

        return run_action(
            request,
            admin=self,
            form=ClosingForm(posted(request), initial={"through": business_date().replace(day=1) - timedelta(days=1)}),
            run=close,
            subject="Books",
            button="Close the books",
            facts=[("Closed through", f"{last:%-d %b %Y}" if last else "—")],
            title="Close a period",
            done=_what_closing_did,
            back_url=reverse("admin:loans_books"),
            style="danger",
            explanation="Nothing can be posted into closed days any more; what comes late becomes an adjustment.",
        )

    def day_end_view(self, request: StaffRequest) -> HttpResponse:
        self._check_may_close(request)

        def end_days(values: dict[str, Any]) -> dict[str, Any]:
            return {"days": len(run_due_days(actor=request.user.actor))}

        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)),
            run=end_days,
            subject="Books",
            facts=[("Days to end", str(days_not_ended(business_date())))],
            title="End the days that are over",
            button="End the days",
            done="{days} day(s) ended.",
            back_url=reverse("admin:loans_books"),
            explanation="Penalties, recalculated interest, accrual, provision. It runs by itself every night.",
        )

    def verify_view(self, request: StaffRequest) -> HttpResponse:
        self._check_may_close(request)

        def verify(values: dict[str, Any]) -> dict[str, Any]:
            check = check_books(actor=request.user.actor)
            return {"loans": check.loans, "breaks": len(check.breaks)}

        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)),
            run=verify,
            subject="Books",
            facts=[],
            title="Verify the books",
            button="Verify",
            done="{loans} loans checked, {breaks} break(s).",
            back_url=reverse("admin:loans_books"),
            explanation="Every invariant of the loans and of the ledger. It runs by itself every night.",
        )

    def _check_may_close(self, request: HttpRequest) -> None:
        if not self._may(request, Action.CLOSE_BOOKS):
            raise PermissionDenied


def _what_closing_did(outcome: PeriodClosing | ClosingProposal) -> str:
    waits = isinstance(outcome, ClosingProposal)
    return "The closing waits for a second person." if waits else "The books are closed."
