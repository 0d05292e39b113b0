"""Revisions as people read them: when, who, and what changed from what to what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from apps.mfis.core.models import Revision

SECRET = frozenset({"password", "token_hash", "security_stamp"})

MAXIMUM = 200


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record; `made` is True for its first writing."""

    when: datetime
    who: str
    node: str
    made: bool
    rows: list[Difference] = field(default_factory=list)


def row_history(*records: models.Model) -> list[Change]:
    """The changes of the given records, newest first, at most 200 of them."""
    wanted = Q()
    for record in records:
        wanted |= Q(table_name=record._meta.db_table, row_id=record.pk)
    labels = {record._meta.db_table: _labels(record) for record in records}
    revisions = list(Revision.objects.filter(wanted).order_by("-recorded_at", "-id")[:MAXIMUM])
    previous: dict[tuple[str, UUID], dict[str, Any]] = {}
    changes = []
    for revision in reversed(revisions):
        row = (revision.table_name, revision.row_id)
        changes.append(_change(revision, previous.get(row, {}), labels[revision.table_name]))
        previous[row] = revision.image
    return changes[::-1]


def _labels(record: models.Model) -> dict[str, str]:
    return {f.attname: str(f.verbose_name) for f in record._meta.concrete_fields}


def _change(revision: Revision, before: dict[str, Any], labels: dict[str, str]) -> Change:
    rows = [
        Difference(
            labels.get(name, name).capitalize(), _text(name, before.get(name)), _text(name, revision.image.get(name))
        )
        for name in revision.changed
    ]
    who = revision.actor_name or "Letsema"
    return Change(revision.recorded_at, who, revision.node, revision.action == "insert", rows)


def _text(name: str, value: Any) -> str:
    if name in SECRET:
        return "••••••"
    if value in (None, "", []):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)[:200]
