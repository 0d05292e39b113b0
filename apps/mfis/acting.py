"""Who acts. The database keeps it with every change, so it is told before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from apps.mfis.database import connection


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or program. `id` is None for the system itself and for people not signed in."""

    id: UUID | None
    name: str


SYSTEM = Actor(None, "Letsema")
NAME_ACTOR = "SELECT set_config('letsema.actor', %s, true)"


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """A transaction in which every change is put down to `actor`.

    The setting is local to the transaction: a connection given to the next request carries nobody's name.
    """
    with transaction.atomic():
        name_actor(actor)
        yield


def name_actor(actor: Actor) -> None:
    """Puts what follows in the running transaction down to `actor`."""
    with connection.cursor() as cursor:
        cursor.execute(NAME_ACTOR, [told(actor)])


def told(actor: Actor) -> str:
    """The value of `NAME_ACTOR`."""
    return f"{actor.id or ''}|{actor.name[:150]}"
