"""The pages of one loan beside its own: what may be done to it, its documents, its printed papers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header

from apps.loans.applications.models import Document
from apps.loans.applications.selectors import read_document
from apps.loans.applications.services import documents
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import fold_loan
from apps.loans.book.workflow import CORRECTABLE, REVERSIBLE, TRANSITIONS
from apps.loans.desk.admin.loan_actions import ACTIONS
from apps.loans.desk.selectors import loan_cost
from apps.loans.domain.money import format_money
from apps.loans.servicing.forms import CorrectionForm, ReverseForm
from apps.loans.servicing.services import correction
from apps.mfis.core.clock import business_date
from apps.mfis.core.roles import Action
from apps.users.accounts.reach import within_reach
from apps.users.back_office.base import LetsemaAdmin, run_action
from apps.users.back_office.forms import ReasonForm
from apps.users.back_office.requests import StaffRequest

OF_LOAN = "portfolio__"
HANDS = ("portfolio__branch", "portfolio__officer")


def page_of(loan: Loan) -> str:
    """The address of the loan's own page."""
    return reverse("admin:loans_loan_change", args=[loan.pk])


class LoanViews(LetsemaAdmin):
    """What the addresses below a loan's page answer."""

    def loan_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:loan_id>/do/<str:name>/", wrap(self.do_view), name="loans_loan_do"),
            path("<uuid:loan_id>/reverse/<uuid:event_id>/", wrap(self.reverse_view), name="loans_loan_reverse"),
            path("<uuid:loan_id>/correct/<uuid:event_id>/", wrap(self.correct_view), name="loans_loan_correct"),
            path("<uuid:loan_id>/decline-letter/", wrap(self.letter_view), name="loans_loan_letter"),
            path("<uuid:loan_id>/document/<uuid:document_id>/", wrap(self.document_view), name="loans_loan_document"),
            path("<uuid:loan_id>/document/<uuid:document_id>/aside/", wrap(self.aside_view), name="loans_loan_aside"),
            path("<uuid:loan_id>/statement/", wrap(self.statement_view), name="loans_loan_statement"),
        ]

    def find_loan(self, request: HttpRequest, loan_id: UUID) -> Loan:
        """The loan with what every page of it names.

        Raises:
            PermissionDenied: the viewer sees no loans. Http404: no such loan, one that is not folded here yet, or one
                out of their reach.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        related = ("borrower", "product", "state", "group", "listed_purpose", *HANDS)
        loans = Loan.objects.select_related(*related).filter(state__isnull=False)
        return get_object_or_404(within_reach(loans, request.user, OF_LOAN), pk=loan_id)

    def render(self, request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
        """A page of the site with a loan on it."""
        everywhere = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**everywhere, "title": title, "opts": self.opts, **context})

    def statement_view(self, request: StaffRequest, loan_id: UUID) -> HttpResponse:
        loan = self.find_loan(request, loan_id)
        folded = fold_loan(loan, as_of=business_date())
        return self.render(
            request,
            "admin/statement.html",
            f"Statement of loan {loan.number}",
            loan=loan,
            folded=folded,
            cost=loan_cost(loan),
        )

    def letter_view(self, request: StaffRequest, loan_id: UUID) -> HttpResponse:
        """The plain letter to a borrower whose application was rejected, to print."""
        loan = self.find_loan(request, loan_id)
        decision = loan.events.of_type(EventType.REJECTED).first()
        if decision is None:
            raise Http404
        about = {"loan": loan, "decision": decision, "mfi": request.tenant}
        return self.render(request, "admin/decline_letter.html", f"Letter about {loan.number}", **about)

    def document_view(self, request: StaffRequest, loan_id: UUID, document_id: UUID) -> HttpResponse:
        """The document itself, to keep or to look at: never shown inside our own pages."""
        document = _document_of(self.find_loan(request, loan_id), document_id)
        document, content = read_document(document.pk, actor=request.user.actor)
        response = HttpResponse(content, content_type=document.content_type)
        response["Content-Disposition"] = content_disposition_header(True, document.file_name) or "attachment"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response

    def aside_view(self, request: StaffRequest, loan_id: UUID, document_id: UUID) -> HttpResponse:
        loan = self.find_loan(request, loan_id)
        document = _document_of(loan, document_id)
        _require(request, Action.FOLLOW_UP, "setting documents aside")
        return run_action(
            request,
            admin=self,
            form=ReasonForm(request.POST or None),
            subject=f"Loan {loan.number}",
            run=lambda v: documents.deactivate_document(document_id=document.pk, actor=request.user.actor, **v),
            facts=[("Document", str(document)), ("Added by", document.added_by)],
            done="The document is set aside.",
            back_url=page_of(loan),
            title=f"Set aside: {document.file_name}",
            button="Set it aside",
            style="danger",
            explanation="It is not shown any more; that it was there stays on the record.",
        )

    def do_view(self, request: StaffRequest, loan_id: UUID, name: str) -> HttpResponse:
        """The confirm page of a transition, if this person may make it and the loan stands where it starts."""
        loan = self.find_loan(request, loan_id)
        transition = TRANSITIONS.get(name)
        if transition is None or name not in ACTIONS:
            raise Http404
        _require(request, transition.duty, transition.duty.label)
        # What was typed and is too late is refused by the command, with the form as it was sent.
        if request.method == "GET" and loan.state.status not in transition.sources:
            stands = loan.state.get_status_display().lower()
            messages.error(request, f"{transition.label} is not possible: the loan is {stands}.")
            return HttpResponseRedirect(page_of(loan))
        ask = ACTIONS[name](loan, request.user.actor, request.POST or None, request.FILES or None)
        if "events_seen" in ask.form.fields:
            ask.form.initial["events_seen"] = loan.state.events_folded
        facts = [("Borrower", loan.borrower.full_name), ("Principal", format_money(loan.principal, loan.currency))]
        return run_action(
            request,
            admin=self,
            form=ask.form,
            run=ask.run,
            done=ask.done or f"{transition.label}: done.",
            subject=f"Loan {loan.number}",
            facts=[*facts, *ask.facts],
            back_url=page_of(loan),
            title=f"{transition.label}: {loan.number}",
            explanation=transition.explanation,
            button=transition.label,
            style=transition.style,
        )

    def correct_view(self, request: StaffRequest, loan_id: UUID, event_id: UUID) -> HttpResponse:
        loan = self.find_loan(request, loan_id)
        receipt = get_object_or_404(LoanEvent, pk=event_id, loan=loan, type__in=CORRECTABLE)
        _require(request, TRANSITIONS["correct"].duty, "correcting receipts")
        initial = {name: getattr(receipt, name) for name in ("value_date", "amount", "channel", "reference")}
        initial["loan_number"] = loan.number
        return run_action(
            request,
            admin=self,
            form=CorrectionForm(request.POST or None, initial=initial),
            subject=f"Loan {loan.number}",
            facts=[("Receipt", receipt.number)],
            run=lambda v: correction.correct_repayment(event_id=receipt.pk, actor=request.user.actor, **v),
            done="Receipt {number} stands in its place.",
            back_url=page_of(loan),
            title=f"Correct receipt {receipt.number}",
            button="Correct the receipt",
            explanation=TRANSITIONS["correct"].explanation,
        )

    def reverse_view(self, request: StaffRequest, loan_id: UUID, event_id: UUID) -> HttpResponse:
        loan = self.find_loan(request, loan_id)
        event = get_object_or_404(LoanEvent, pk=event_id, loan=loan, type__in=REVERSIBLE)
        _require(request, TRANSITIONS["reverse"].duty, "reversing repayments")
        name = event.number or event.get_type_display()
        return run_action(
            request,
            admin=self,
            form=ReverseForm(request.POST or None),
            run=lambda v: correction.reverse_repayment(event_id=event.pk, actor=request.user.actor, **v),
            done=f"{name} is reversed.",
            subject=f"Loan {loan.number}",
            facts=_facts_of(event, loan.currency),
            back_url=page_of(loan),
            title=f"Reverse {name}",
            explanation=TRANSITIONS["reverse"].explanation,
            button="Reverse it",
            style="danger",
        )


def _require(request: StaffRequest, duty: Action, doing: str) -> None:
    if not request.user.may(duty):
        raise PermissionDenied(f"Your duties do not include this: {doing}.")


def _document_of(loan: Loan, document_id: UUID) -> Document:
    return get_object_or_404(Document, pk=document_id, loan=loan, is_active=True)


def _facts_of(event: LoanEvent, currency: str) -> list[tuple[str, str]]:
    return [
        ("What", f"{event.get_type_display()} {event.number}"),
        ("Amount", format_money(event.amount, currency) if event.amount else "—"),
        ("On", f"{event.value_date:%-d %b %Y}"),
    ]
