"""What waits for a second person on loans."""

from __future__ import annotations

from django.db.models import F, OuterRef, Subquery

from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState
from apps.loans.book.models.event import LoanEventQuerySet
from apps.loans.book.workflow import PROPOSALS, TRANSITIONS


def waiting_proposal(loan: Loan) -> LoanEvent | None:
    """The proposal that waits for a decision on this loan; its state must be loaded."""
    return loan.events.filter(type=loan.state.proposal).latest_first().first() if loan.state.proposal else None


def waiting_proposals() -> LoanEventQuerySet:
    """Those of all loans, the oldest first, with loan and borrower. One waits on a loan at a time."""
    last = LoanEvent.objects.filter(loan=OuterRef("loan"), type__in=PROPOSALS).latest_first().values("pk")[:1]
    # From the few loans that have one, by their index; and then to those events alone, or every event would be read.
    decidable = LoanState.objects.exclude(proposal="").filter(status__in=TRANSITIONS["decide_proposal"].sources)
    events = list(decidable.order_by().values_list(Subquery(last), flat=True))
    waiting = LoanEvent.objects.filter(pk__in=events, loan__state__proposal=F("type"))
    return waiting.select_related("loan", "loan__borrower", "loan__state").in_booking_order()


def proposal_label(proposal: LoanEvent) -> str:
    """What is proposed, as a list says it: "Refund proposed", "Write-off proposed"."""
    if proposal.type != EventType.STEP_PROPOSED:
        return str(EventType(proposal.type).label)
    return f"{TRANSITIONS[proposal.payload['step']].label} proposed"
