"""A repeated command changes nothing and gets the first answer again."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any
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
    command_id, body_hash = identify(actor, key, name, body)
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock = int.from_bytes(command_id.bytes[:8], "big", signed=True)
            # Three statements on one way: the last begins, and so looks, once the lock is had.
            cursor.execute(BEFORE, [told(actor), lock, command_id])
            before = cursor.fetchone()
        if before:
            return answered(body_hash, *before)
        answer = json.loads(json.dumps(run(), cls=DjangoJSONEncoder))
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [command_id, this_node(), name, actor.id, body_hash, json.dumps(answer)])
        return dict(answer)


def identify(actor: Actor, key: str, name: str, body: dict[str, Any]) -> tuple[UUID, str]:
    """The id under which a command with this key is kept, and the hash that tells it from another with the same.

    Raises:
        InvalidInput: the key is longer than 80 characters.
    """
    if len(key) > LONGEST_KEY:
        raise InvalidInput(f"An idempotency key has at most {LONGEST_KEY} characters.", field="Idempotency-Key")
    body_hash = sha256(json.dumps([name, body], sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()
    return uuid5(NAMESPACE_OID, f"{connection.schema_name}:{actor.id}:{key}"), body_hash


def answered(body_hash: str, kept_hash: str, kept_answer: str) -> Answer:
    """What a command was answered when it first came.

    Raises:
        KeyReused: it was another one, with the same key.
    """
    if kept_hash != body_hash:
        raise KeyReused("This idempotency key was already used for another request; take a new one.")
    return dict(json.loads(kept_answer))
