"""What a node does by itself, again and again: make schemas, publish them, follow the others, drop who has left.

Each step looks at what there is and does what is lacking, so that it may be stopped anywhere, run twice, and in any
order on the nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg2
from django.conf import settings
from django.db import DatabaseError

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.nodes import streams
from apps.mfis.nodes.models import ClusterNode
from apps.mfis.nodes.peers import PeerAway, first_line, peers, replicator
from apps.mfis.nodes.queries.schemas import schemas_here
from apps.mfis.nodes.services.homes import activate_homes
from apps.mfis.tenancy.models import MFI, SchemaReady
from apps.mfis.tenancy.services.provisioning import create_announced_schema


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
    done.did += [f"is the home of {schema}" for schema in activate_homes()]
    if added := streams.publish():
        done.did.append(f"published {len(added)} tables")
    with streams.alone() as mine:
        if mine:
            _follow_others(done)
    for slot in sorted(streams.departed_slots()):
        with replicator() as database:
            streams.drop_slot(slot, database)
        done.did.append(f"dropped the slot {slot}")
    return done


def _follow_others(done: Round) -> None:
    departed = ClusterNode.objects.departed().letters()
    for letter in peers():
        if letter not in departed:
            _follow(letter, done)
    for letter in departed & set(streams.followed()):
        streams.unsubscribe(letter, slot_is_gone=True)
        done.did.append(f"no longer follows {letter}")
        _share_what_it_left(departed, done)


def make_schemas(done: Round, offered: frozenset[str] = frozenset()) -> None:
    """Makes the schema of every MFI that a node has told of, or offers rows of, and this one lacks."""
    announced = set(SchemaReady.objects.values_list("schema_name", flat=True))
    known = set(MFI.objects.values_list("schema_name", flat=True))
    for name in sorted((announced | known | offered) - set(schemas_here())):
        try:
            create_announced_schema(name=name, actor=SYSTEM)
        except DatabaseError as error:  # another process of this node made it meanwhile, or the next round will
            done.problems.append(f"{name}: {first_line(error)}")
        else:
            done.did.append(f"made the schema {name}")


def _share_what_it_left(departed: set[str], done: Round) -> None:
    """Copies from the others anew: what the node that left told them and not us came with it and nobody forwards."""
    for letter in set(streams.followed()) - departed:
        try:
            streams.resync(letter)
            done.did.append(f"copies from {letter} what it heard of the node that left")
        except (PeerAway, DatabaseError) as error:
            done.problems.append(f"{letter}: {first_line(error)}; run cluster resync {letter}")


def _follow(letter: str, done: Round) -> None:
    try:
        _follow_all_tables(letter, done)
        _mend(letter, done)
    except PeerAway as error:
        done.problems.append(str(error))
    except (DatabaseError, psycopg2.Error) as error:
        done.problems.append(f"{letter}: {first_line(error)}")


def _follow_all_tables(letter: str, done: Round) -> None:
    if not streams.is_subscribed(letter):
        make_schemas(done, streams.offered_schemas(letter))
        streams.publish()
        streams.subscribe(letter)
        done.did.append(f"follows {letter}")
    elif streams.copying(letter)[0] == 0 and (fresh := streams.follow_new_tables(letter)):
        done.did.append(f"follows {len(fresh)} more tables of {letter}")


def _mend(letter: str, done: Round) -> None:
    if streams.is_stopped(letter) and streams.slot_is_lost(letter):
        streams.resync(letter)
        done.did.append(f"follows {letter} afresh: its slot was lost")
    elif streams.copy_is_lost(letter):
        streams.resync(letter)
        done.did.append(f"follows {letter} afresh: a copy was interrupted")
