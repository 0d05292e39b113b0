"""What waits for a second person's decision, wherever it was proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from apps.loans.book.models import LoanState
from apps.loans.book.selectors.proposals import proposal_label, waiting_proposals
from apps.loans.ledger.models import ManualJournal
from apps.loans.ledger.workflow import JOURNAL
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something proposed: what, about whom or what, why, by whom and when, and where it is decided."""

    what: str
    about: str
    why: str
    proposed_by: str
    maker: UUID | None
    since: datetime
    url: str
    duty: Action


def _on_loans() -> Iterator[Waiting]:
    for event in waiting_proposals():
        yield Waiting(
            proposal_label(event),
            f"{event.loan.number}, {event.loan.borrower.full_name}",
            event.reason,
            event.actor_name,
            event.actor_id,
            event.recorded_at,
            reverse("admin:loans_loan_change", args=[event.loan_id]),
            Action.DECIDE_CHANGE,
        )


def _journals() -> Iterator[Waiting]:
    waiting = ManualJournal.objects.filter(status=ManualJournal.Status.PROPOSED).order_by("created_at")
    for journal in waiting:
        yield Waiting(
            "Journal by hand",
            journal.narrative,
            "",
            journal.maker_name,
            journal.maker_id,
            journal.created_at,
            reverse("admin:loans_manualjournal_change", args=[journal.pk]),
            JOURNAL["post"].duty,
        )


# Whoever adds a kind of proposal adds where its waiting ones are read.
SOURCES: list[Callable[[], Iterator[Waiting]]] = [_on_loans, _journals]


def waiting_decisions() -> list[Waiting]:
    """Everything that waits, the longest wait first."""
    return sorted((one for source in SOURCES for one in source()), key=lambda one: one.since)


def decisions_of(viewer: Account) -> list[Waiting]:
    """What `viewer` may decide: they hold the duty, and did not propose it."""
    return [one for one in waiting_decisions() if viewer.may(one.duty) and one.maker != viewer.pk]


def count_waiting() -> int:
    """How many proposals wait; what the menu says beside them."""
    loans = LoanState.objects.exclude(proposal="").count()
    return loans + ManualJournal.objects.filter(status=ManualJournal.Status.PROPOSED).count()
