"""Who may import what, here; asked by commands and pages alike."""

from __future__ import annotations

from uuid import UUID

from apps.mfis.core.actor import Actor
from apps.mfis.core.database import PUBLIC, connection
from apps.mfis.core.errors import NotAllowed, NotFound
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.kinds import KINDS, Kind, kind_named
from apps.users.spreadsheets.models import ImportRun


def may_import(kind: Kind, actor: Actor) -> bool:
    """Whether the present site takes such spreadsheets from this person."""
    if connection.schema_name == PUBLIC:
        return kind.on_public and actor.may(Action.MANAGE_MFIS)
    return kind.on_mfi and actor.may(kind.action)


def kinds_for(actor: Actor) -> list[Kind]:
    """The kinds that this person imports here."""
    return [kind for kind in KINDS.values() if may_import(kind, actor)]


def allowed_kind(name: str, actor: Actor) -> Kind:
    """The kind of that name.

    Raises:
        NotFound: there is none, or none here. NotAllowed: it is not the person's duty.
    """
    kind = kind_named(name)
    if not may_import(kind, actor):
        duty = Action.MANAGE_MFIS if connection.schema_name == PUBLIC else kind.action
        raise NotAllowed(f"Your duties do not include this: {duty.label}.")
    return kind


def run_of(run_id: UUID, actor: Actor, *, locked: bool = False) -> ImportRun:
    """A run of the present site, for somebody who may import its kind.

    Raises:
        NotFound: there is none here. NotAllowed: its kind is not the person's duty.
    """
    runs = ImportRun.objects.select_for_update() if locked else ImportRun.objects.all()
    run = runs.filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such import.")
    allowed_kind(run.kind_name, actor)
    return run
