"""The chain over loan events: what is changed or removed behind the guards is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan, LoanEvent
from apps.loans.ledger.tests.books import receive
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.notes import take_note
from apps.mfis.core.actor import SYSTEM
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
