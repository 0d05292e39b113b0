"""The replication inbox: loan events from other nodes, folded into this node's projection and posted at the home."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from apps.loans.book.models import Arrival, Loan, LoanEvent, LoanState
from apps.loans.book.projection import Projected, project
from apps.loans.book.workflow import ENGINE_EVENTS
from apps.loans.domain.violations import InvalidTerms
from apps.loans.ledger.models import JournalEntry
from apps.loans.ledger.post import post_loan, post_loan_adjustment
from apps.loans.recording.credit_events import queue_credit_events
from apps.mfis.core.actor import Actor, name_actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection
from apps.mfis.core.roles import Action
from apps.mfis.nodes.home import is_home
from apps.mfis.nodes.models import Conflict

BATCH = 200


@command(Action.CLOSE_BOOKS, own_transaction=True)
def fold_arrivals(*, actor: Actor, maximum: int = 5000) -> int:
    """Folds the loans of the present schema that something arrived for, each in its own transaction. Returns how many.

    At the home, a journal entry that another node posted makes the loan's books be looked at again: while two nodes
    each took themselves for the home, both may have posted one receipt.

    Facts that exclude each other (a receipt on a loan whose pay-out was reversed meanwhile) become dead letters, with
    the reason, and are listed among the conflicts; the loan keeps the state it had. They are tried again with whatever
    arrives next for the loan: a receipt may come from one node before the pay-out does from another.

    Raises:
        NotAllowed: duty. What is posted is put down to whoever wrote the event.
    """
    if not is_home():
        Arrival.objects.filter(event_id=None).delete()
    done = 0
    while done < maximum:
        waiting = Arrival.objects.filter(error="").order_by("id").values_list("loan_id", flat=True)[:BATCH]
        folded = sum(_fold(loan_id) for loan_id in dict.fromkeys(waiting))
        done += folded
        if not folded:
            break
    return done


@transaction.atomic
def _fold(loan_id: UUID) -> bool:
    """Folds one loan; False where its own row has not arrived yet, or another process is at it."""
    arrivals = list(Arrival.objects.select_for_update(skip_locked=True).filter(loan_id=loan_id))
    loan = Loan.objects.select_related("borrower", "product").filter(pk=loan_id).first()
    if not arrivals or loan is None:
        return False
    state = LoanState.objects.select_for_update().filter(pk=loan_id).first()
    try:
        with transaction.atomic():
            now = project(loan)
    except InvalidTerms as error:
        _keep_as_dead_letters(loan, arrivals, str(error.violations[0])[:300])
        return True
    if is_home():
        _post(now, loan, {a.event_id for a in arrivals}, state.status if state else None)
    Arrival.objects.filter(pk__in=[a.pk for a in arrivals]).delete()
    if any(a.error for a in arrivals):
        events = [a.event_id for a in arrivals if a.event_id]
        Conflict.objects.filter(what=Conflict.What.CANNOT_FOLD, row_id__in=events).delete()
    return True


def _post(now: Projected, loan: Loan, arrived: set[UUID | None], before: str | None) -> None:
    """Posts the difference that the events make, and tells the credit history of each."""
    events = [event for event in now.events if event.pk in arrived]
    if not events and now.folded.disbursed_on:
        post_loan_adjustment(loan, now.folded, now.events, business_date())
    for event in events:
        actor = Actor(event.actor_id, event.actor_name)
        name_actor(actor)
        post_loan(loan, now.folded, now.events, event, actor, has_happened=True)
        queue_credit_events(loan, now.state, event, before)
        before = now.state.status


def _keep_as_dead_letters(loan: Loan, arrivals: list[Arrival], reason: str) -> None:
    Arrival.objects.filter(pk__in=[a.pk for a in arrivals]).update(error=reason)
    for arrival in arrivals:
        if arrival.event_id is None:
            continue
        Conflict.objects.get_or_create(
            pk=uuid5(arrival.event_id, "cannot fold"),
            defaults={
                "what": Conflict.What.CANNOT_FOLD,
                "schema_name": connection.schema_name,
                "table_name": LoanEvent._meta.db_table,
                "row_id": arrival.event_id,
                "kept": {"loan": loan.number, "state": loan.state.status if hasattr(loan, "state") else ""},
                "discarded": {"event": str(arrival.event_id), "reason": reason},
                "found_at": timezone.now(),
            },
        )


def queue_unposted() -> int:
    """Once this node has become the home: queues what the one before may not have posted. Returns how many.

    Also the loans of which two nodes posted one event, each taking itself for the home: the entry of one may have come
    here before this node was the home, and to the former home after it had ceased to be.
    """
    posted = JournalEntry.objects.filter(event__isnull=False).values("event")
    lacking = LoanEvent.objects.filter(type__in=ENGINE_EVENTS).exclude(pk__in=posted)
    rows = [Arrival(loan_id=loan, event_id=event) for loan, event in lacking.values_list("loan_id", "pk")]
    twice = posted.annotate(entries=Count("pk")).filter(entries__gt=1).order_by()
    rows += [Arrival(loan_id=loan) for loan in set(twice.values_list("loan", flat=True))]
    Arrival.objects.bulk_create(rows)
    return len(rows)
