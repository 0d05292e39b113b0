"""The four kinds of table. Which kind a model is decides what may happen to its rows, and what travels between nodes.

A *fact* is only ever inserted. A *revisioned* record may change, and every change is kept by a database trigger.
A *projection* is computed from facts and may be rebuilt at any time. A *node-local* table never leaves its node.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid6 import uuid7

OWN_APPS = ("mfis", "users", "credit", "loans")  # whose models say which kind they are


class Kind(StrEnum):
    FACT = "fact"
    REVISIONED = "revisioned"
    PROJECTION = "projection"
    NODE_LOCAL = "node-local"


def new_id() -> UUID:
    """A UUIDv7: unique on every node, and in the order of its making."""
    return UUID(int=uuid7().int)


def is_uuid(text: str) -> bool:
    """Whether a text from outside may be the key of a record."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def this_node() -> str:
    return str(settings.NODE)


class _Keyed(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Fact(_Keyed):
    """A row that is written once. The database refuses to change or remove it (`letsema_append_only`)."""

    kind = Kind.FACT
    recorded_at = models.DateTimeField("recorded", db_default=Now(), editable=False)
    node = models.CharField(max_length=1, default=this_node, editable=False)

    class Meta:
        abstract = True


class Revisioned(_Keyed):
    """A record that may change; the trigger `letsema_revision` keeps an image of the row after every change."""

    kind = Kind.REVISIONED
    created_at = models.DateTimeField("created", auto_now_add=True, editable=False)

    class Meta:
        abstract = True


class Projection(models.Model):
    """Computed from facts, in the transaction that wrote them; `rebuild_projection` makes it anew."""

    kind = Kind.PROJECTION

    class Meta:
        abstract = True


class NodeLocal(models.Model):
    """Belongs to one node and is never published: counters, jobs, caches, queues."""

    kind = Kind.NODE_LOCAL

    class Meta:
        abstract = True
