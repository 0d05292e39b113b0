"""What a node makes of events and entries that other nodes wrote."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Sum

from apps.loans.book.models import Arrival, Loan
from apps.loans.ledger.models import JournalEntry, JournalLine
from apps.loans.ledger.post import post_entry
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.inbox import fold_arrivals, queue_unposted
from apps.mfis.core.actor import SYSTEM
from tests.factories import Branch


def test_a_new_home_undoes_what_two_nodes_posted_for_one_event(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    entry = JournalEntry.objects.get(event__type="disbursement")
    amounts = dict(entry.lines.values_list("account_id").annotate(Sum("amount")))
    post_entry(
        source=entry.source,
        posted_on=entry.posted_on,
        narrative="Of another node",
        amounts=amounts,
        loan=loan,
        event=entry.event,
    )
    assert check_books(actor=SYSTEM).breaks
    assert queue_unposted() == 1
    assert fold_arrivals(actor=SYSTEM) == 1
    assert check_books(actor=SYSTEM).breaks == []
    posted = JournalLine.objects.filter(loan=loan).values_list("account_id").annotate(total=Sum("amount")).order_by()
    assert dict(posted) == amounts
    assert not Arrival.objects.exists()
