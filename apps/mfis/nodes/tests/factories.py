"""Conflicts as the database lists them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone

from apps.mfis.core.database import connection
from apps.mfis.nodes.models import Conflict
from tests.factories import Branch


def make_conflict(branch: Branch, what: str = Conflict.What.SAME_COLUMN, **values: Any) -> Conflict:
    """A conflict over the borrower's employer; leaves the connection in the public schema."""
    connection.set_schema_to_public()
    defaults: dict[str, Any] = {
        "pk": uuid4(),
        "what": what,
        "schema_name": branch.mfi.schema_name,
        "table_name": "users_borrowerprofile",
        "row_id": branch.borrower.pk,
        "column_name": "employer",
        "found_at": timezone.now(),
        "kept": {"value": "Kopano Stores", "by": "Mpho", "node": "A"},
        "discarded": {"value": "Moshoeshoe Mills", "by": "Neo", "node": "B"},
    }
    return Conflict.objects.create(**{**defaults, **values})
