"""Revisions as people read them: when, who, and what changed from what to what."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from apps.mfis.core.models import Revision

SECRET = frozenset({"password", "token_hash", "security_stamp"})

MAXIMUM = 200

PICTURES = ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Difference:
    """One column's change; of a picture, `before` and `after` are addresses that hold it whole."""

    label: str
    before: str
    after: str
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record; `made` is True for its first writing, of which `picture` is what it shows, if any."""

    when: datetime
    who: str
    node: str
    made: bool
    rows: list[Difference] = field(default_factory=list)
    picture: str = ""


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
    rows = [_difference(labels.get(n, n).capitalize(), n, before, revision.image) for n in _told(revision)]
    who, made = revision.actor_name or "Letsema", revision.action == "insert"
    return Change(revision.recorded_at, who, revision.node, made, rows, picture(revision.image) if made else "")


def _told(revision: Revision) -> list[str]:
    """The columns that changed; of a picture only itself, not what kind of file it is."""
    return [n for n in revision.changed if not (n == "content_type" and "content" in revision.changed)]


def _difference(label: str, name: str, before: dict[str, Any], after: dict[str, Any]) -> Difference:
    if name == "content" and (picture(before) or picture(after)):
        return Difference("Picture", picture(before), picture(after), is_picture=True)
    return Difference(label, _text(name, before.get(name)), _text(name, after.get(name)))


def picture(image: dict[str, Any]) -> str:
    """The picture that a row's image holds, as an address that is the picture itself; empty where it holds none."""
    kind, content = image.get("content_type") or "", image.get("content") or ""
    if kind not in PICTURES or not content.startswith("\\x"):
        return ""
    return f"data:{kind};base64,{b64encode(bytes.fromhex(content[2:])).decode()}"


def _text(name: str, value: Any) -> str:
    if name in SECRET:
        return "••••••"
    if value in (None, "", []):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)[:200]
