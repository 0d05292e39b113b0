"""What two nodes disagreed about, and an operator's decision on it, which every node hears of."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from psycopg2 import sql

from apps.mfis.acting import Actor, acting
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, NotFound, WrongState
from apps.mfis.models import Conflict, ConflictDecision
from apps.mfis.replication.streams import rows, schemas_here

KEPT, DISCARDED, MERGED, SETTLED = "kept", "discarded", "merged", "settled"
PRIMARY_KEY = """
    SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE i.indrelid = %s::regclass AND i.indisprimary
"""


def open_conflicts() -> QuerySet[Conflict]:
    """Those nobody has decided on yet, on any node."""
    return Conflict.objects.exclude(pk__in=ConflictDecision.objects.values("conflict"))


def decision_of(conflict: Conflict) -> ConflictDecision | None:
    return ConflictDecision.objects.filter(conflict=conflict.pk).first()


def stands(conflict: Conflict) -> dict[str, Any]:
    """The side that stands. Where a fact gave way before this node knew the other, it is looked up now."""
    if conflict.kept or conflict.what != Conflict.What.SAME_KEY or conflict.schema_name not in schemas_here():
        return dict(conflict.kept)
    place = sql.Identifier(conflict.schema_name, conflict.table_name)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE id = %s").format(place).as_string(cursor.cursor),
            [str(conflict.row_id)],
        )
        found = cursor.fetchone()
    return dict(found[0]) if found else {}


def decide(*, conflict_id: UUID, decision: str, actor: Actor, reason: str = "") -> ConflictDecision:
    """Ends a conflict: the value that stands is kept, the other takes its place, or the matter is settled as it is.

    The other value of a column is written as a new version of the row that knows both, so it stands on every node.

    Raises:
        NotFound: no such conflict here. WrongState: decided already. InvalidInput: a decision that does not fit it, or
            no reason.
    """
    conflict = Conflict.objects.filter(pk=conflict_id).first()
    if conflict is None:
        raise NotFound("There is no such conflict on this node.")
    if decision_of(conflict):
        raise WrongState("This conflict was decided on before.")
    fits = {KEPT, DISCARDED} if conflict.what == Conflict.What.SAME_COLUMN else {SETTLED, MERGED}
    if decision not in fits:
        raise InvalidInput(f"Decide among: {', '.join(sorted(fits))}.", field="decision")
    if not reason.strip():
        raise InvalidInput("Give a reason; it stays with the record.", field="reason")
    with acting(actor):
        if decision == DISCARDED:
            _write(conflict, conflict.discarded["value"])
        return ConflictDecision.objects.create(
            conflict=conflict.pk,
            decision=decision,
            reason=reason.strip()[:300],
            actor_id=actor.id,
            actor_name=actor.name[:150],
        )


def _write(conflict: Conflict, value: Any) -> None:
    """Sets one column of one row; the row's own trigger makes it a revision that travels."""
    place = sql.Identifier(conflict.schema_name, conflict.table_name)
    key = rows(PRIMARY_KEY, f'"{conflict.schema_name}"."{conflict.table_name}"')[0][0]
    statement = sql.SQL(
        "UPDATE {place} SET {column} = (SELECT {column} FROM jsonb_populate_record(NULL::{place}, %s::jsonb)) "
        "WHERE {key} = %s"
    ).format(place=place, column=sql.Identifier(conflict.column_name), key=sql.Identifier(key))
    with connection.cursor() as cursor:
        cursor.execute(
            statement.as_string(cursor.cursor), [json.dumps({conflict.column_name: value}), str(conflict.row_id)]
        )
