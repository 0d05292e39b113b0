"""The MFI's dashboard: the portfolio, the work that waits, and whether everything runs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.credit.models import OutboxEntry
from apps.loans.book.models import Loan, LoanState, Status
from apps.loans.collections.selectors import promises_due
from apps.loans.desk.decisions import count_waiting, decisions_of, waiting_decisions
from apps.loans.ledger.models import BooksCheck
from apps.loans.reporting.selectors import portfolio as figures
from apps.loans.reporting.selectors.overall import overall
from apps.loans.servicing.services.day_end import days_not_ended
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.roles import Action
from apps.mfis.work import health
from apps.mfis.work.selectors import failing_jobs
from apps.users.access.selectors import waiting_contact_changes
from apps.users.accounts.models import Account
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import Link, tenant_site

COLOURS = {
    "submitted": "#e0a83c",
    "under_review": "#c98a1b",
    "reviewed": "#a8730f",
    "approved": "#3b73b9",
    "info_requested": "#d9c07a",
    "charged_off": "#8a5a2b",
    "written_off": "#7d1812",
    "rejected": "#b3423b",
    "withdrawn": "#9aa7a1",
    "taken_back": "#b9c2bd",
    "active": "#0f6f57",
    "overpaid": "#7a57b0",
    "closed": "#5d6d66",
}

# Whose turn it is: the states that wait for somebody with one of these rights.
QUEUES = (
    (Action.REVIEW, (Status.SUBMITTED, Status.UNDER_REVIEW), "Review"),
    (Action.APPROVE, (Status.REVIEWED,), "Decide"),
    (Action.DISBURSE, (Status.APPROVED,), "Pay out"),
)


SHOWN = 8  # of what waits for whoever looks


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """What admin/dashboard_tenant.html shows."""
    today, user = business_date(), request.user
    assert isinstance(user, Account)  # noqa: S101 - the site lets nobody else in
    found = overall(today)
    counts, months = found.by_status, found.months
    collected, receipts = figures.collected(today)
    return {
        "title": "Dashboard",
        "today": today,
        "taken_at": found.taken_at,
        "portfolio": found.portfolio,
        "collected": collected,
        "receipts": receipts,
        "ageing": found.ageing,
        "queue": _queue(user),
        "decisions": decisions_of(user)[:SHOWN],
        "credit": credit_state(),
        "failing_jobs": failing_jobs(connection.schema_name),
        "away": health.what_is_away([health.What.SMS, health.What.MAIL, health.What.WORKER]),
        "books": {"check": BooksCheck.objects.first(), "behind": days_not_ended(today)},
        "charts": {
            "chart-months": {
                "type": "bar",
                "data": {
                    "labels": [f"{m:%b}" for m, _, _ in months],
                    "datasets": [
                        {"label": "Disbursed", "data": [float(d) for _, d, _ in months], "backgroundColor": "#0f6f57"},
                        {"label": "Collected", "data": [float(c) for _, _, c in months], "backgroundColor": "#e0a83c"},
                    ],
                },
            },
            "chart-status": {
                "type": "doughnut",
                "data": {
                    "labels": [str(Status(s).label) for s in counts],
                    "datasets": [{"data": list(counts.values()), "backgroundColor": [COLOURS[s] for s in counts]}],
                },
            },
        },
    }


def decisions_view(request: HttpRequest) -> HttpResponse:
    """All proposals that wait, for everybody here to see; each is decided on its own page."""
    user = staff_of(request)
    if not user.may(Action.VIEW_BOOKS):
        raise PermissionDenied
    decisions = waiting_decisions()
    context = {
        **tenant_site.each_context(request),
        "title": "Proposals that wait",
        "decisions": decisions,
        "decidable": [one for one in decisions if one in decisions_of(user)],
    }
    return TemplateResponse(request, "admin/decisions.html", context)


def _queue(user: Account) -> list[dict[str, Any]]:
    """What waits for the user, the oldest first: of each state by its index, whose keys say how old a loan is."""
    wanted = {s: label for action, states, label in QUEUES if user.may(action) for s in states}
    oldest = [LoanState.objects.filter(status=s).order_by("loan").values_list("loan")[:SHOWN] for s in wanted]
    keys = sorted(key for (key,) in oldest[0].union(*oldest[1:], all=True)) if oldest else []
    loans = Loan.objects.filter(pk__in=keys[:SHOWN]).select_related("borrower", "product", "state").order_by("pk")
    return [{"loan": loan, "label": wanted[Status(loan.state.status)]} for loan in loans]


def credit_state() -> dict[str, Any]:
    """Since when the credit histories cannot be reached, as it was recorded, and what still waits for them."""
    waiting = OutboxEntry.objects.filter(relayed_at=None)
    oldest = waiting.order_by("id").values_list("queued_at", flat=True).first()
    aside = waiting.filter(dead_letter=True).count()
    away = health.failing_since(health.What.MONGODB)
    return {"away_since": away, "waiting": waiting.count(), "oldest": oldest, "aside": aside}


def _due_today() -> int:
    return promises_due(business_date())


tenant_site.dashboard = dashboard
tenant_site.pages["loans_decisions"] = ("proposals/", decisions_view)

tenant_site.menu = [
    ("", [Link("Dashboard", "fas fa-th-large", "admin:index")]),
    (
        "Lending",
        [
            Link("Loans", "fas fa-hand-holding-usd", "admin:loans_loan_changelist"),
            Link(
                "My applications", "fas fa-user-check", "admin:loans_loan_changelist", "?mine=1", action=Action.REVIEW
            ),
            Link("My loans", "fas fa-briefcase", "admin:loans_loan_changelist", "?officer=me", action=Action.REVIEW),
            Link("Arrears", "fas fa-exclamation-circle", "admin:loans_loan_changelist", "?late=any"),
            Link("Proposals", "fas fa-gavel", "admin:loans_decisions", action=Action.VIEW_BOOKS, count=count_waiting),
            Link("Promises", "fas fa-handshake", "admin:loans_promise_changelist", "?standing=due", count=_due_today),
            Link(
                "Reported payments",
                "fas fa-bell",
                "admin:loans_paymentnotice_changelist",
                "?status__exact=waiting",
                count=figures.waiting_notices,
            ),
            Link(
                "Drafts",
                "fas fa-pencil-alt",
                "admin:loans_applicationdraft_changelist",
                action=Action.APPLY_FOR_BORROWER,
            ),
            Link("Groups", "fas fa-people-carry", "admin:loans_group_changelist"),
            Link("Borrowers", "fas fa-users", "admin:users_borrowerprofile_changelist"),
            Link(
                "My borrowers",
                "fas fa-user-friends",
                "admin:users_borrowerprofile_changelist",
                "?officer=me",
                action=Action.REVIEW,
            ),
            Link("Data quality", "fas fa-clipboard-check", "admin:loans_data_quality", action=Action.VIEW_BOOKS),
            Link("Hand over", "fas fa-people-arrows", "admin:loans_hand_over", action=Action.ASSIGN),
            Link(
                "Changed addresses",
                "fas fa-address-book",
                "admin:users_contactchange_changelist",
                action=Action.REGISTER_BORROWER,
                count=waiting_contact_changes,
            ),
            Link(
                "Registered twice?",
                "fas fa-user-friends",
                "admin:users_duplicatepair_changelist",
                action=Action.REGISTER_BORROWER,
            ),
            Link(
                "Complaints",
                "fas fa-comment-dots",
                "admin:users_complaint_changelist",
                "?answered_on__isempty=1",
                count=figures.waiting_complaints,
            ),
            Link(
                "Disputes",
                "fas fa-balance-scale",
                "admin:loans_dispute_changelist",
                "?decided_on__isempty=1",
                count=figures.waiting_disputes,
            ),
            Link("Score", "fas fa-tachometer-alt", "admin:credit_score", action=Action.VIEW_BOOKS),
            Link("Messages", "fas fa-envelope", "admin:users_message_changelist"),
            Link("Guarantors", "fas fa-handshake", "admin:loans_guarantor_changelist"),
            Link("Collateral", "fas fa-warehouse", "admin:loans_collateral_changelist"),
        ],
    ),
    (
        "Books",
        [
            Link("Overview", "fas fa-book", "admin:loans_books", action=Action.VIEW_BOOKS),
            Link("Journal", "fas fa-list", "admin:loans_journalentry_changelist"),
            Link("Journals by hand", "fas fa-pen", "admin:loans_manualjournal_changelist"),
            Link(
                "Credit bureau",
                "fas fa-paper-plane",
                "admin:loans_bureaufile_changelist",
                action=Action.REPORT_TO_BUREAU,
            ),
            Link("Chart of accounts", "fas fa-sitemap", "admin:loans_glaccount_changelist"),
        ],
    ),
    (
        "Set-up",
        [
            Link("Products", "fas fa-tags", "admin:loans_product_changelist"),
            Link("Purposes", "fas fa-bullseye", "admin:loans_loanpurpose_changelist"),
            Link("Policy", "fas fa-sliders-h", "admin:loans_policy_changelist", action=Action.MANAGE_POLICY),
            Link("Public holidays", "fas fa-calendar-alt", "admin:loans_publicholiday_changelist"),
            Link("Ageing rates", "fas fa-hourglass-half", "admin:loans_ageingpreset_changelist"),
            Link("Histories kept for", "fas fa-archive", "admin:credit_retentionperiod_changelist"),
            Link("Branches", "fas fa-building", "admin:users_branch_changelist"),
            Link("Employers", "fas fa-industry", "admin:users_employer_changelist"),
            Link("Colleagues", "fas fa-user-shield", "admin:users_account_changelist", action=Action.MANAGE_PEOPLE),
            Link("Imports", "fas fa-file-import", "admin:users_importrun_changelist", action=Action.IMPORT_ROWS),
            Link("Files", "fas fa-file-download", "admin:users_exportedfile_changelist"),
        ],
    ),
]
