"""What a node does by itself, again and again: make schemas, publish them, follow the others, drop who has left.

Each step looks at what there is and does what is lacking, so that it may be stopped anywhere, run twice, and in any
order on the nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg2
from django.conf import settings
from django.db import DatabaseError, transaction

from apps.mfis.acting import SYSTEM, acting
from apps.mfis.database import connection
from apps.mfis.models import MFI, ClusterNode, SchemaReady
from apps.mfis.provisioning.template import rendered
from apps.mfis.replication import streams
from apps.mfis.replication.home import take_up_homes
from apps.mfis.replication.peers import PeerAway, peers, replicator, slot_name
from apps.mfis.services.provisioning import create_schema


@dataclass(slots=True)
class Round:
    """What one round did, and what kept it from doing more."""

    did: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def reconcile() -> Round:
    """One round of the agent. Changes nothing where there is one node."""
    done = Round()
    if not settings.CLUSTER:
        return done
    connection.set_schema_to_public()
    make_schemas(done)
    for schema in take_up_homes():
        done.did.append(f"is the home of {schema}")
    if added := streams.publish():
        done.did.append(f"published {len(added)} tables")
    with streams.alone() as mine:
        if mine:
            _follow_others(done)
    for slot in streams.departed_slots():
        with replicator() as cursor:
            streams.drop_slots(cursor, slot)
        done.did.append(f"dropped the slot {slot}")
    return done


def _follow_others(done: Round) -> None:
    left = set(ClusterNode.objects.filter(has_left=True).values_list("letter", flat=True))
    for letter in peers():
        if letter not in left:
            _follow(letter, done)
    for letter in left & set(streams.followed()):
        streams.unsubscribe(letter, slot_is_gone=True)
        done.did.append(f"no longer follows {letter}")
        _share_what_it_left(left, done)


def make_schemas(done: Round, offered: frozenset[str] = frozenset()) -> None:
    """Makes the schema of every MFI that a node has told of, or offers rows of, and this one lacks."""
    told = set(SchemaReady.objects.values_list("schema_name", flat=True))
    known = set(MFI.objects.values_list("schema_name", flat=True))
    for name in sorted((told | known | offered) - set(streams.schemas_here())):
        plan = rendered()
        try:
            with acting(SYSTEM):
                create_schema(name, plan)
                tell_ready(name)
        except DatabaseError as error:  # another process of this node made it meanwhile, or the next round will
            done.problems.append(f"{name}: {str(error).strip().splitlines()[0]}")
        else:
            done.did.append(f"made the schema {name}")


def tell_ready(schema: str) -> SchemaReady:
    """Tells the others that this node has an MFI's schema: in the transaction that makes it, before its rows travel."""
    return SchemaReady.objects.create(schema_name=schema)


def _share_what_it_left(left: set[str], done: Round) -> None:
    """Copies from the others anew: what the node that left told them and not us came with it and nobody forwards."""
    for letter in set(streams.followed()) - left:
        try:
            streams.resync(letter)
            done.did.append(f"copies from {letter} what it heard of the node that left")
        except (PeerAway, DatabaseError) as error:
            done.problems.append(f"{letter}: {str(error).strip().splitlines()[0]}; run cluster resync {letter}")


def _follow(letter: str, done: Round) -> None:
    try:
        if not streams.is_subscribed(letter):
            make_schemas(done, streams.offered_schemas(letter))
            streams.publish()
            streams.subscribe(letter)
            done.did.append(f"follows {letter}")
        elif streams.copying(letter)[0] == 0 and (taken := streams.follow_new_tables(letter)):
            done.did.append(f"takes up {len(taken)} tables of {letter}")
        if _stopped(letter) and streams.slot_is_lost(letter):
            streams.resync(letter)
            done.did.append(f"follows {letter} afresh: its slot was lost")
        elif streams.copy_is_lost(letter):
            streams.resync(letter)
            done.did.append(f"follows {letter} afresh: a copy was interrupted")
    except PeerAway as error:
        done.problems.append(str(error))
    except (DatabaseError, psycopg2.Error) as error:
        done.problems.append(f"{letter}: {str(error).strip().splitlines()[0]}")


def _stopped(letter: str) -> bool:
    """Whether the worker that should be receiving from a peer is not running."""
    found = streams.rows("SELECT pid FROM pg_stat_subscription WHERE subname = %s AND relid IS NULL", slot_name(letter))
    return not found or found[0][0] is None


def introduce(*, name: str = "", site: str = "") -> ClusterNode:
    """Enters this node among the nodes. A letter that has left is not taken again.

    Raises:
        ValueError: the letter belongs to a node that has left.
    """
    with acting(SYSTEM), transaction.atomic():
        node = ClusterNode.objects.filter(letter=settings.NODE).first()
        if node and node.has_left:
            raise ValueError(f"Node {settings.NODE} has left; numbers with its letter exist. Take another letter.")
        node = node or ClusterNode(letter=settings.NODE)
        node.name, node.site = name or node.name, site or node.site
        node.save()
        here = set(streams.schemas_here())
        for schema in streams.made_schemas():
            if schema not in here:
                tell_ready(schema)
    return node
