"""Moving an MFI's home to another node, and what a node does that has become one."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import SYSTEM, Actor, name_actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotHome, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.nodes.home import NOBODY, activation_tasks, home_of
from apps.mfis.nodes.models import ClusterNode, HomeHere
from apps.mfis.nodes.peers import slot_name
from apps.mfis.nodes.queries.homes import wait_for_decisions
from apps.mfis.nodes.queries.schemas import schemas_here
from apps.mfis.nodes.queries.streams import has_confirmed, wal_position
from apps.mfis.tenancy.middleware import forget_changed
from apps.mfis.tenancy.models import MFI
from apps.mfis.work.kinds import OF_EACH_MFI
from apps.mfis.work.queries import bring_forward


def move_home(
    *, mfi: MFI, to: str, actor: Actor, seconds: float = 60, say: Callable[[str], None] = lambda line: None
) -> MFI:
    """Moves an MFI's home in order: decisions stop, what is on its way arrives, and the other node takes over.

    Run it on the present home. If the other node does not receive in time, the home stays. Each step is a command and
    a transaction of its own, as the other node must see the first before the last.

    Raises:
        InvalidInput: no such node. NotHome: this is not the home. WrongState: the node does not receive.
    """
    stop_decisions(mfi=mfi, to=to, actor=actor)
    say("Decisions wait; what is on its way arrives …")
    if not _receives_everything(to, seconds):
        give_home(mfi=mfi, to=settings.NODE, actor=actor)
        raise WrongState(f"Node {to} did not receive everything within {seconds:g} s; the home stays here.")
    return give_home(mfi=mfi, to=to, actor=actor)


@command(Action.MANAGE_MFIS)
def stop_decisions(*, mfi: MFI, to: str, actor: Actor) -> MFI:
    """Leaves an MFI without a home, so that nothing is decided while all that was reaches node `to`.

    Raises:
        InvalidInput: no such node. NotHome: this is not the home.
    """
    if to == settings.NODE or not ClusterNode.objects.present().filter(letter=to).exists():
        raise InvalidInput(f"Node {to} is not one of the others.", field="to")
    home = home_of(mfi.schema_name)
    if home != settings.NODE:
        raise NotHome(f"Node {settings.NODE} is not the home of {mfi.name}.", home=home, site="")
    return _set_home(mfi, NOBODY)


@command(Action.MANAGE_MFIS)
def give_home(*, mfi: MFI, to: str, actor: Actor) -> MFI:
    """Makes node `to` the home of an MFI whose decisions were stopped."""
    return _set_home(mfi, to)


@command(Action.MANAGE_MFIS)
def force_home(*, mfi: MFI, actor: Actor, reason: str) -> MFI:
    """Takes an MFI's home to this node without asking the old one, which is dead or cut off.

    What the old home still decided is found when it comes back: of two pay-outs one stands, the other is listed.

    Raises:
        InvalidInput: no reason. WrongState: it is the home.
    """
    if not reason.strip():
        raise InvalidInput("Give the reason; it is kept with the change.", field="reason")
    if home_of(mfi.schema_name) == settings.NODE:
        raise WrongState(f"Node {settings.NODE} is the home of {mfi.name} already.")
    name_actor(actor.because(reason))
    return _set_home(mfi, settings.NODE)


def activate_homes() -> list[str]:
    """Does once what falls to a new home, for each MFI whose home this node has become. Returns their schemas."""
    here = set(schemas_here())
    mine = {m.schema_name: m for m in MFI.objects.filter(home_node=settings.NODE) if m.schema_name in here}
    HomeHere.objects.exclude(schema_name__in=mine).delete()
    fresh = sorted(set(mine) - set(HomeHere.objects.values_list("schema_name", flat=True)))
    for schema in fresh:
        activate_home(mfi=mine[schema], actor=SYSTEM)
    return fresh


@command(Action.MANAGE_MFIS)
def activate_home(*, mfi: MFI, actor: Actor) -> None:
    """Does in an MFI's schema what each app has put among the `activation_tasks`."""
    HomeHere.objects.get_or_create(schema_name=mfi.schema_name)
    with tenant_context(mfi):
        for task in activation_tasks:
            task()
    bring_forward([mfi.schema_name], [kind.name for kind in OF_EACH_MFI])  # the home before did them until now


def _set_home(mfi: MFI, letter: str) -> MFI:
    wait_for_decisions(mfi.schema_name)
    mfi = MFI.objects.select_for_update().get(pk=mfi.pk)
    mfi.home_node = letter
    mfi.save(update_fields=["home_node"])
    forget_changed()
    return mfi


def _receives_everything(to: str, seconds: float) -> bool:
    """Whether the node has confirmed everything this one wrote until now."""
    position = wal_position()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if has_confirmed(slot_name(settings.NODE, target=to), position):
            return True
        time.sleep(0.2)
    return False
