"""A repeated command changes nothing and gets the first answer again."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from apps.mfis.acting import NAME_ACTOR, Actor, acting, told
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, KeyReused
from apps.mfis.models.base import this_node

Answer = dict[str, Any]
LONGEST_KEY = 80
# Of the table of models.Command. Every command with a key passes here, and the ORM would write the same SQL each time.
BEFORE = f"""
    {NAME_ACTOR};
    SELECT pg_advisory_xact_lock(%s);
    SELECT body_hash, answer::text FROM users_command WHERE id = %s
"""  # noqa: S608 - a constant
KEEP = """
    INSERT INTO users_command (id, node, name, actor_id, body_hash, answer) VALUES (%s, %s, %s, %s, %s, %s)
"""


def once(*, actor: Actor, key: str, name: str, body: dict[str, Any], run: Callable[[], Answer]) -> Answer:
    """Runs the command as `actor`, in one transaction, or gives the answer it got when it first came with this `key`.

    Keys belong to their actor. Two requests with one key wait for each other. Without a key the command just runs.

    Raises:
        KeyReused: the key came before with another body.
        InvalidInput: the key is longer than 80 characters.
    """
    if not key:
        with acting(actor):
            return run()
    sent = identify(actor, key, name, body)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Three statements on one way: the last begins, and so looks, once the lock is had.
            cursor.execute(BEFORE, [told(actor), sent.lock, sent.id])
            before = cursor.fetchone()
        if before:
            return answered(sent, *before)
        answer = json.loads(json.dumps(run(), cls=DjangoJSONEncoder))
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [sent.id, this_node(), name, actor.id, sent.body_hash, json.dumps(answer)])
        return dict(answer)


class Identity(NamedTuple):
    """What a command with a key is known by: its row, the lock of whoever runs it, what tells it from another one."""

    id: UUID
    lock: int
    body_hash: str


def identify(actor: Actor, key: str, name: str, body: dict[str, Any]) -> Identity:
    """The identity of a command that `actor` sends with `key`.

    Raises:
        InvalidInput: the key is longer than 80 characters.
    """
    if len(key) > LONGEST_KEY:
        raise InvalidInput(f"An idempotency key has at most {LONGEST_KEY} characters.", field="Idempotency-Key")
    own = uuid5(NAMESPACE_OID, f"{connection.schema_name}:{actor.id}:{key}")
    body_hash = sha256(json.dumps([name, body], sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()
    return Identity(own, int.from_bytes(own.bytes[:8], "big", signed=True), body_hash)


def answered(sent: Identity, kept_hash: str, kept_answer: str) -> Answer:
    """What the command was answered when it first came.

    Raises:
        KeyReused: it was another one, with the same key.
    """
    if kept_hash != sent.body_hash:
        raise KeyReused("This idempotency key was already used for another request; take a new one.")
    return dict(json.loads(kept_answer))
