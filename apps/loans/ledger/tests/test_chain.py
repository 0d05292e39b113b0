"""The chain over loan events: what is changed or removed behind the guards is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django_tenants.utils import tenant_context

from apps.loans.book.models import ChainHead, Loan, LoanEvent
from apps.loans.ledger.queries import MOVE_HEADS, broken_heads, broken_links
from apps.loans.ledger.tests.books import receive
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.notes import take_note
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import execute
from tests.factories import Branch

pytestmark = pytest.mark.django_db


def test_a_tampered_event_is_found_by_its_id(alpha: Branch, active: Callable[..., Loan]) -> None:
    """Whoever gets past the guards, as a superuser may, leaves a broken link."""
    loan = active()
    with tenant_context(alpha.mfi):
        receive(alpha, loan, "100.00")
        event = LoanEvent.objects.get(type="repayment")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE loans_loanevent DISABLE TRIGGER letsema_append_only")
            cursor.execute("UPDATE loans_loanevent SET actor_name = 'somebody else' WHERE id = %s", [event.pk])
            cursor.execute("ALTER TABLE loans_loanevent ENABLE TRIGGER letsema_append_only")
        breaks = check_books(actor=SYSTEM).breaks
        assert [b for b in breaks if str(event.pk) in b and "not what was recorded" in b]


def test_a_missing_event_is_found(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    with tenant_context(alpha.mfi):
        note = take_note(loan_id=loan.pk, actor=alpha.staff["officer"].actor, text="Will come on Friday")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE loans_loanevent DISABLE TRIGGER letsema_append_only")
            cursor.execute("DELETE FROM loans_loanevent WHERE id = %s", [note.id])
            cursor.execute("ALTER TABLE loans_loanevent ENABLE TRIGGER letsema_append_only")
        assert any("its head is link" in b for b in check_books(actor=SYSTEM).breaks)


def notes(loan: Loan, *texts: str) -> list[LoanEvent]:
    """Notes about a loan, entered by one statement."""
    made = [LoanEvent(loan=loan, type="note", value_date=loan.submitted_on, reason=text) for text in texts]
    return LoanEvent.objects.bulk_create(made)


def head() -> int:
    """The place of the head once it has moved, as it does at the end of a transaction."""
    execute(MOVE_HEADS)
    return ChainHead.objects.get().seq


def test_the_head_moves_once_a_transaction(alpha: Branch, active: Callable[..., Loan]) -> None:
    """Events of one statement follow one another, and those of the next statement follow them."""
    loan = active()
    with tenant_context(alpha.mfi):
        before = head()
        notes(loan, "one", "two", "three")
        notes(loan, "four")
        assert ChainHead.objects.get().seq == before
        assert head() == before + 4
        notes(loan, "five")
        places = LoanEvent.objects.filter(type="note").order_by("chain_seq").values_list("reason", "chain_seq")
        assert dict(places) == {t: before + n for n, t in enumerate(("one", "two", "three", "four", "five"), 1)}
        assert head() == before + 5
        assert not broken_links()
        assert not broken_heads()


def test_what_is_rolled_back_leaves_no_gap_in_the_chain(alpha: Branch, active: Callable[..., Loan]) -> None:
    """Whether the chain began in the savepoint that is undone, or before it."""
    loan = active()
    with tenant_context(alpha.mfi):
        before = head()
        for _ in range(2):
            with transaction.atomic():
                notes(loan, "undone", "undone too")
                transaction.set_rollback(True)
            notes(loan, "stands")
        assert head() == before + 2
        assert LoanEvent.objects.filter(type="note").count() == 2
        assert not broken_links()
        assert not broken_heads()


def test_two_mfis_in_one_transaction_have_chains_of_their_own(
    alpha: Branch, beta: Branch, active: Callable[..., Loan]
) -> None:
    """What one schema's chain has come to is nothing to another's."""
    loan = active()
    with tenant_context(beta.mfi):
        before = ChainHead.objects.filter().values_list("seq", flat=True).first()
    with tenant_context(alpha.mfi):
        notes(loan, "one")
    with tenant_context(beta.mfi):
        assert ChainHead.objects.filter().values_list("seq", flat=True).first() == before
        assert not broken_heads()
    with tenant_context(alpha.mfi):
        notes(loan, "two")
        assert not broken_links()
        assert not broken_heads()
