"""What the written-out statements leave of a receipt is what the ORM would."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django_tenants.utils import tenant_context

from apps.credit.outbox import queue_event
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import lines_of
from apps.loans.book.queries.bookings import write_lines_by_orm
from apps.loans.ledger.models import JournalEntry
from apps.loans.ledger.post import post_entry
from apps.loans.recording.facts import read_facts
from apps.loans.recording.services import append_note, new_event
from apps.loans.recording.transfers import Drawing
from apps.loans.recording.writing import Writing
from apps.loans.servicing.tests.test_many_repayments import everything
from apps.mfis.core.actor import SYSTEM, actor_context
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.durability import wait_for_disk
from tests.factories import Branch

D = Decimal
pytestmark = pytest.mark.django_db


def worked_out(branch: Branch, loan: Loan) -> tuple[Writing, LoanEvent]:
    """A receipt by M-Pesa that is told to borrower and histories, and not written yet."""
    actor, today = branch.staff["cashier"].actor, business_date()
    writing = Writing(actor)
    facts = read_facts([loan])[loan.pk]
    stated = writing.draw(Drawing(loan, "mpesa", "MP 'x\" {1}\\", D("50.00"), today, D("80.00")))
    event = new_event(
        loan=loan,
        event_type=EventType.REPAYMENT,
        actor=actor,
        value_date=today,
        amount=D("50.00"),
        channel="mpesa",
        reference="MP 'x\" {1}\\",
        reason='a, "b" and {c}\nNULL',
        number="RA000001-8",
        payload={"corrects": "RA000000-0"},
    )
    writing.add(facts, event, stated)
    return writing, event


def write_by_orm(writing: Writing, event: LoanEvent) -> None:
    """What `Writing.write` does, a row at a time."""
    for transfer in writing._stated:
        transfer.save(force_insert=True)
    event.save(force_insert=True)
    write_lines_by_orm(lines_of(writing._made.values()))
    for draft in writing._entries:
        post_entry(
            source=JournalEntry.Source.LOAN,
            posted_on=draft.posted_on,
            value_date=draft.value_date,
            narrative=draft.narrative,
            amounts=draft.amounts,
            actor=draft.actor,
            loan=draft.loan,
            event=draft.event,
        )
    for told in writing._outbox:
        queue_event(told)
    for message in writing._messages:
        message.save(force_insert=True)


def test_a_receipt_by_sql_and_by_the_orm_leaves_the_same(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    before = everything()
    with actor_context(alpha.staff["cashier"].actor):
        writing, event = worked_out(alpha, loan)
        assert all((writing._stated, writing._entries, writing._outbox, writing._messages))
        with transaction.atomic():
            write_by_orm(writing, event)
            by_orm = everything()
            transaction.set_rollback(True)
        writing.write()
        by_sql = everything()
    assert by_sql == by_orm
    changed = {table for table, rows in by_sql.items() if rows != before[table]}
    assert changed >= {"loans_loanevent", "loans_transfer", "loans_journalline", "credit_outboxentry", "users_message"}


def test_who_books_is_answered_once_it_is_on_the_disk(alpha: Branch, active: Callable[..., Loan]) -> None:
    """One wait for a transaction, whatever it writes; and none for what a savepoint takes back."""
    loan = active()
    with tenant_context(alpha.mfi):
        connection.run_on_commit.clear()
        with transaction.atomic():
            append_note(loan=loan, actor=SYSTEM, text="undone")
            transaction.set_rollback(True)
        assert hooks() == []
        for text in ("one", "two"):
            append_note(loan=loan, actor=SYSTEM, text=text)
        with transaction.atomic():
            append_note(loan=loan, actor=SYSTEM, text="three")
        assert hooks() == [wait_for_disk]
        wait_for_disk()


def hooks() -> list[Any]:
    """What runs once the transaction is committed."""
    return [hook for _, hook, _ in connection.run_on_commit]
