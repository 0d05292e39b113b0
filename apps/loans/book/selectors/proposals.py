"""What one person proposed about a loan, while it waits for another."""

from __future__ import annotations

from django.db.models import F, QuerySet

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.workflow import PROPOSALS


def proposal_label(event: LoanEvent) -> str:
    """What is proposed, as people call it."""
    return str(EventType(event.type).label)


def waiting_proposal(loan: Loan) -> LoanEvent | None:
    """The event that waits for a second person, if one does."""
    waiting = loan.state.proposal
    return loan.events.filter(type=waiting).latest_first().first() if waiting else None


def waiting_proposals() -> QuerySet[LoanEvent]:
    """Those of all loans, the one that waits longest first. Of one loan at most one waits: the last of its kind."""
    of_kind = LoanEvent.objects.filter(type__in=PROPOSALS, type=F("loan__state__proposal"))
    last = of_kind.order_by("loan_id", "-recorded_at", "-id").distinct("loan_id").values("pk")
    return LoanEvent.objects.filter(pk__in=last).select_related("loan__borrower").in_booking_order()
