"""Notes: one a transaction that queues work, none of what is undone, and nothing lost between reading and deleting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.credit.models import OutboxEntry
from apps.mfis.core.database import connection, execute
from apps.mfis.work.models import WorkNote
from apps.mfis.work.queries import delete_notes, note_at, noted_schemas, read_notes, sweep
from tests.factories import Branch


@pytest.fixture(autouse=True)
def _clean(branches: Any, db: None) -> None:
    WorkNote.objects.all().delete()
    execute("SELECT set_config('letsema.noted', '', true)")  # a test is one transaction; each begins its own here


def queue() -> None:
    OutboxEntry.objects.create(account=uuid4(), event_type="repayment", payload={})


def noted() -> list[str]:
    return list(WorkNote.objects.order_by("id").values_list("schema_name", flat=True))


def test_a_transaction_notes_each_schema_once(branches: tuple[Branch, Branch]) -> None:
    for branch in (*branches, branches[0]):
        with tenant_context(branch.mfi):
            queue()
            queue()
    assert noted() == [branch.mfi.schema_name for branch in branches]


def test_what_is_undone_leaves_no_note_and_what_follows_is_noted(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        with transaction.atomic():
            queue()
            assert noted() == ["alpha"]
            transaction.set_rollback(True)
        assert noted() == []
        queue()
    assert noted() == ["alpha"]


def test_rows_of_the_replica_role_are_noted_where_they_are_queued(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        execute("SET LOCAL letsema.noted = ''")
        rows = (
            "SELECT relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE tgname = 'letsema_note' AND tgenabled = 'A' AND relnamespace = 'alpha'::regnamespace ORDER BY 1"
        )
        with connection.cursor() as cursor:
            cursor.execute(rows)
            tables = [name for (name,) in cursor.fetchall()]
    assert tables == ["credit_outboxentry", "loans_arrival", "loans_loanevent", "users_account", "users_message"]


def test_a_note_that_came_after_reading_stays(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        queue()
        taken = read_notes("alpha")
        execute("SET LOCAL letsema.noted = ''")
        queue()
    delete_notes(taken.notes)
    assert len(taken.notes) == 1
    assert noted() == ["alpha"]


def test_what_is_for_later_waits_and_is_noted_once(alpha: Branch) -> None:
    later = timezone.now() + timedelta(minutes=5)
    note_at("alpha", later)
    note_at("alpha", later + timedelta(minutes=1))
    assert noted() == ["alpha"]
    assert noted_schemas() == []
    note_at("alpha", timezone.now())  # sooner: it counts
    assert noted_schemas() == ["alpha"]


def test_a_note_that_is_due_does_not_stand_for_one_that_comes_later(alpha: Branch) -> None:
    """The worker may have read it already, and be about to delete it."""
    note_at("alpha", timezone.now())
    note_at("alpha", timezone.now() + timedelta(minutes=1))
    assert len(noted()) == 2


def test_the_sweep_notes_what_waits_without_a_note(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        OutboxEntry.objects.update(relayed_at=timezone.now())
        assert sweep(["alpha", "nosuch"]) == 0
        queue()
    WorkNote.objects.all().delete()
    assert sweep(["public", "alpha", "nosuch"]) == 1
    assert noted_schemas() == ["alpha"]
