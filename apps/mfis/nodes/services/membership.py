"""Nodes that come into the cluster and leave it."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import NotFound, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.nodes import streams
from apps.mfis.nodes.agent import reconcile
from apps.mfis.nodes.models import ClusterNode
from apps.mfis.nodes.peers import PeerAway, peers
from apps.mfis.nodes.queries.schemas import schemas_here, schemas_known
from apps.mfis.nodes.queries.streams import all_have_confirmed, wal_position
from apps.mfis.tenancy.models import MFI
from apps.mfis.tenancy.services.provisioning import announce_schema

Say = Callable[[str], object]


@command(Action.MANAGE_MFIS)
def introduce(*, actor: Actor, name: str = "", site: str = "") -> ClusterNode:
    """Enters this node among the nodes, and tells which MFIs' schemas it has.

    Raises:
        WrongState: the letter belongs to a node that has left.
    """
    node = ClusterNode.objects.filter(letter=settings.NODE).first() or ClusterNode(letter=settings.NODE)
    if node.has_left:
        raise WrongState(f"Node {settings.NODE} has left; numbers with its letter exist. Take another letter.")
    node.name, node.site = name or node.name, site or node.site
    node.save()
    here = set(schemas_here())
    for schema, stands in schemas_known().items():
        if stands and schema not in here:
            announce_schema(schema)
    return node


def join(*, actor: Actor, name: str, seconds: float, say: Say) -> ClusterNode:
    """Brings this node into the cluster, and waits until it has a copy of everything that peers who answer have.

    Raises:
        WrongState: the letter has left, or not all arrived within `seconds`; it may be run again.
    """
    node = introduce(actor=actor, name=name, site=settings.SITE)
    until = time.monotonic() + seconds
    while True:
        done = reconcile()
        for line in done.did:
            say(line)
        missing, away = _missing()
        if not missing and not done.did and (len(away) < len(peers()) or not peers()):
            break
        if time.monotonic() > until:
            raise WrongState(f"Not all arrived yet: {'; '.join([*missing, *done.problems])}. Run it again.")
        time.sleep(0.5)
    for problem in away:
        say(f"{problem}. It is followed once it does.")
    return node


def _missing() -> tuple[list[str], list[str]]:
    """What is still missing of each peer's tables, and of which peers that cannot be told, as they do not answer."""
    missing, away = [], []
    for letter in sorted(set(peers()) - ClusterNode.objects.departed().letters()):
        copying, _ = streams.copying(letter)
        try:
            lacking = len(streams.lacking_tables(letter))
        except PeerAway as error:
            away.append(str(error))
            continue
        if lacking or copying:
            missing.append(f"{letter}: {lacking} tables to follow, {copying} being copied")
    return missing, away


def leave(*, letter: str, actor: Actor, say: Say) -> None:
    """Takes a node out: this one, once the others have heard of it, or another that will not come back.

    Raises:
        NotFound: no such node. WrongState: it is the home of an MFI.
    """
    mark_departed(letter=letter, actor=actor)
    if letter != settings.NODE:
        done = reconcile()
        say("\n".join([f"Node {letter} has left.", *done.did, *done.problems]))
        return
    _wait_until_heard()
    for peer in streams.followed():
        streams.unsubscribe(peer)
    say(f"Node {letter} has left; it follows nobody, and the others drop what they kept for it.")


@command(Action.MANAGE_MFIS)
def mark_departed(*, letter: str, actor: Actor) -> ClusterNode:
    """Notes for all nodes that one has left.

    Raises:
        NotFound: no such node. WrongState: it is the home of an MFI.
    """
    node = ClusterNode.objects.filter(letter=letter).first()
    if node is None:
        raise NotFound(f"There is no node {letter}.")
    homes = MFI.objects.filter(home_node=letter).values_list("subdomain", flat=True)
    if homes:
        raise WrongState(f"It is the home of {', '.join(homes)}: move these first (cluster move_home).")
    node.has_left = True
    node.save()
    return node


def _wait_until_heard() -> None:
    """The others learn by our own stream that we leave: it is not cut before they have."""
    position = wal_position()
    for _ in range(50):
        if all_have_confirmed(position):
            return
        time.sleep(0.1)


def resync_and_wait(*, letter: str, seconds: float) -> None:
    """Follows a peer afresh, with a copy, and waits for its end.

    Raises:
        PeerAway: the peer does not answer. WrongState: the copy takes longer than `seconds`; it goes on.
    """
    with streams.alone(wait=True):
        streams.resync(letter)
    until = time.monotonic() + seconds
    while streams.copying(letter)[0]:
        if time.monotonic() > until:
            raise WrongState("Still copying; `cluster status` tells when it is done.")
        time.sleep(0.3)
