"""Each MFI's home node: what pays out or needs an order is decided there and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django_tenants.utils import tenant_context

from apps.mfis.acting import Actor, acting
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, NotHome, WrongState
from apps.mfis.middleware import forget
from apps.mfis.models import MFI, ClusterNode, HomeHere
from apps.mfis.replication.peers import slot_name
from apps.mfis.replication.streams import rows, schemas_here

NOBODY = ""  # while a home moves: decisions wait
# What an app has to do in an MFI's schema once this node has become its home.
on_taken: list[Callable[[], object]] = []
HOME_LOCK = "SELECT {lock}(hashtextextended('home.' || %s, 0))"


def home_of(schema: str) -> str:
    """The letter of the node that is an MFI's home; empty while it moves."""
    found = rows("SELECT home_node FROM public.mfis_mfi WHERE schema_name = %s", schema)
    return str(found[0][0]) if found else NOBODY


def is_home() -> bool:
    """Whether this node is the home of the present schema. With one node it always is."""
    return not settings.CLUSTER or home_of(connection.schema_name) == settings.NODE


def require_home() -> None:
    """Refuses a decision that belongs to another node; holds the home here until the transaction ends.

    Raises:
        NotHome: naming the home and where it is.
    """
    if not settings.CLUSTER:
        return
    schema = connection.schema_name
    with connection.cursor() as cursor:
        cursor.execute(HOME_LOCK.format(lock="pg_advisory_xact_lock_shared"), [schema])
    home = home_of(schema)
    if home == settings.NODE:
        return
    if home == NOBODY:
        raise NotHome("The home of this institution is moving; try again in a minute.", home="", site="")
    node = ClusterNode.objects.filter(letter=home).first()
    site = node.site if node else ""
    where = f" at {site}" if site else ""
    raise NotHome(
        f"This is decided at node {home}{where}; receipts and registrations are taken here.", home=home, site=site
    )


def move_home(
    *, mfi: MFI, to: str, actor: Actor, seconds: float = 60, say: Callable[[str], None] = lambda line: None
) -> MFI:
    """Moves an MFI's home in order: decisions stop, what is on its way arrives, and the other node takes over.

    Run it on the present home. If the other node does not receive in time, the home stays.

    Raises:
        InvalidInput: no such node. NotHome: this is not the home. WrongState: the node does not receive.
    """
    if to == settings.NODE or not ClusterNode.objects.filter(letter=to, has_left=False).exists():
        raise InvalidInput(f"Node {to} is not one of the others.", field="to")
    if home_of(mfi.schema_name) != settings.NODE:
        raise NotHome(f"Node {settings.NODE} is not the home of {mfi.name}.", home=home_of(mfi.schema_name), site="")
    _set_home(mfi, NOBODY, actor)
    say("Decisions wait; what is on its way arrives …")
    if not _drained(to, seconds):
        _set_home(mfi, settings.NODE, actor)
        raise WrongState(f"Node {to} did not receive everything within {seconds:g} s; the home stays here.")
    return _set_home(mfi, to, actor)


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
    return _set_home(mfi, settings.NODE, Actor(actor.id, f"{actor.name} ({reason.strip()[:80]})"))


def take_up_homes() -> list[str]:
    """Does once what falls to a new home, for each MFI whose home this node has become. Returns their schemas."""
    here = set(schemas_here())
    mine = {m.schema_name: m for m in MFI.objects.filter(home_node=settings.NODE) if m.schema_name in here}
    HomeHere.objects.exclude(schema_name__in=mine).delete()
    new = sorted(set(mine) - set(HomeHere.objects.values_list("schema_name", flat=True)))
    for schema in new:
        with transaction.atomic():
            HomeHere.objects.get_or_create(schema_name=schema)
            with tenant_context(mine[schema]):
                for task in on_taken:
                    task()
    return new


def _set_home(mfi: MFI, letter: str, actor: Actor) -> MFI:
    with acting(actor):
        with connection.cursor() as cursor:  # waits for decisions that are being taken
            cursor.execute(HOME_LOCK.format(lock="pg_advisory_xact_lock"), [mfi.schema_name])
        mfi = MFI.objects.select_for_update().get(pk=mfi.pk)
        mfi.home_node = letter
        mfi.save(update_fields=["home_node"])
    forget()
    return mfi


def _drained(to: str, seconds: float) -> bool:
    """Whether the node has confirmed everything this one wrote until now."""
    wanted = rows("SELECT pg_current_wal_lsn()::text")[0][0]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = rows(
            "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s",
            wanted,
            slot_name(settings.NODE, target=to),
        )
        if found and found[0][0]:
            return True
        time.sleep(0.2)
    return False
