"""Who acts. The database keeps it with every change, so it is named before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from apps.mfis.core.database import execute
from apps.mfis.core.once import reading_once
from apps.mfis.core.roles import Action, Duty, Role, may


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or program, and what they may do.

    `id` is None for the system itself and for people who are not signed in; `role` is None for the system, which may do
    everything, as nobody outside can be it. `branch_id` is where a colleague works.
    """

    id: UUID | None
    name: str
    role: Role | None = None
    duties: frozenset[Duty] = frozenset()
    is_active: bool = True
    branch_id: UUID | None = None

    def may(self, action: Action) -> bool:
        """Whether the roles table lets this actor do `action` in their own schema."""
        return self.is_active and (self.role is None or may(self.role, self.duties, action))

    def because(self, reason: str) -> Actor:
        """The same actor, with the reason beside the name: where the record has no column for it."""
        return replace(self, name=f"{self.name} ({reason.strip()[:80]})")


SYSTEM = Actor(None, "Letsema")
OPERATOR = Actor(None, "Letsema operator")  # whoever runs commands on a node's machine

# What a command prepares goes by keys, whatever their values: planned once for each connection, not anew each time.
NAME_ACTOR = "SELECT set_config('letsema.actor', %s, true), set_config('plan_cache_mode', 'force_generic_plan', true)"


@contextmanager
def actor_context(actor: Actor) -> Iterator[None]:
    """A transaction in which every change is put down to `actor`.

    The setting is local to the transaction: a connection given to the next request carries nobody's name.
    """
    with transaction.atomic(), reading_once():
        name_actor(actor)
        yield


def name_actor(actor: Actor) -> None:
    """Puts what follows in the running transaction down to `actor`."""
    execute(NAME_ACTOR, [actor_setting(actor)])


def actor_setting(actor: Actor) -> str:
    """The value of `NAME_ACTOR`."""
    return f"{actor.id or ''}|{actor.name[:150]}"
