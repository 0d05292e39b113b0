"""Commands: the one way in which anything is written.

`@command(duty)` makes a service function a command. A call of it

1. checks the duty of the `actor`, before anything is looked at, and brings every text into its one spelling;
2. with an `idempotency_key`, hashes the call's own arguments, waits for a twin that is on its way, and gives the first
   answer again where the key came before;
3. runs the function in one transaction, in which every change is put down to the actor;
4. keeps the answer, and returns it as the type that the function says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property, wraps
from hashlib import sha256
from inspect import Parameter, signature
from typing import Any, NamedTuple, ParamSpec, TypeVar, get_type_hints
from uuid import NAMESPACE_OID, UUID, uuid5

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from pydantic import TypeAdapter

from apps.mfis.core.actor import NAME_ACTOR, Actor, actor_context, actor_setting
from apps.mfis.core.database import connection, execute, fetch_all, fetch_one
from apps.mfis.core.durability import answer_from_disk
from apps.mfis.core.errors import InvalidInput, KeyReused, NotAllowed, Sentence
from apps.mfis.core.lifecycle import check_open
from apps.mfis.core.once import reading_once
from apps.mfis.core.roles import Action
from apps.mfis.core.rows import as_array, as_arrays
from apps.mfis.core.tables import this_node
from apps.mfis.core.texts import clean_texts

P = ParamSpec("P")
R = TypeVar("R")

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


# The same of many at once. The locks are taken in the order in which they are given.
BEFORE_MANY = """
    SELECT pg_advisory_xact_lock(w.lock) FROM unnest(%s::bigint[]) AS w (lock);
    SELECT id, body_hash, answer::text FROM users_command WHERE id = ANY (%s::uuid[])
"""

KEEP_MANY = """
    INSERT INTO users_command (id, node, name, actor_id, body_hash, answer)
    SELECT w.id, %s, %s, %s, w.body_hash, w.answer
      FROM unnest(%s::uuid[], %s::text[], %s::jsonb[]) AS w (id, body_hash, answer)
"""


@dataclass(frozen=True)
class Command:
    """A service function as it is known to whoever lists all commands."""

    name: str
    duties: tuple[Action, ...]  # any of them; none: open to everybody
    function: Callable[..., Any]
    new_business: bool = False  # an MFI that is closing down refuses it

    @property
    def goes_on_when_closed(self) -> bool:
        """Whether people do it to sign in and read, or Letsema to reopen; a closed MFI refuses everything else."""
        return set(self.duties) <= {Action.MANAGE_OWN_ACCOUNT, Action.MANAGE_MFIS}

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The values of what a call may leave out: it asks for the same whether it says them or not."""
        given = signature(self.function).parameters.values()
        return {p.name: p.default for p in given if p.default is not Parameter.empty}

    @cached_property
    def takes_key(self) -> bool:
        return "idempotency_key" in signature(self.function).parameters

    @cached_property
    def answer(self) -> TypeAdapter[Any]:
        return TypeAdapter(get_type_hints(self.function)["return"])

    def arguments(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """What a call asks for: all of its arguments but who asks, and the key it is known by."""
        said = self.defaults | kwargs
        return {name: value for name, value in said.items() if name not in ("actor", "idempotency_key")}

    def check_duty(self, actor: Actor) -> None:
        """Refuses an actor who has none of the command's duties.

        Raises:
            NotAllowed: naming what their duties do not include.
        """
        if self.duties and not any(actor.may(duty) for duty in self.duties):
            raise NotAllowed(f"Your duties do not include this: {self.duties[-1].label}.")


COMMANDS: dict[str, Command] = {}


def command(
    *duties: Action, name: str = "", own_transaction: bool = False, new_business: bool = False, by_row: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Makes a keyword-only function with an `actor` a command for whoever has any of `duties`.

    Without duties it is open to everybody, for what people do before they are signed in. A function that takes an
    `idempotency_key` returns a dataclass, or something else that pydantic can write and read. With `own_transaction`
    it is only registered and its duty checked: it opens its transactions itself, several or one in a single statement,
    names the actor in each, and keeps the answer to a key. `new_business` is what an MFI that is closing down refuses.
    `by_row` names an argument that holds many rows, of which the function brings the texts into their spelling itself:
    a fault is one row's.

    Raises (each call):
        NotAllowed: the actor has none of the duties. WrongState: the MFI is closed, or closing down.
        KeyReused: the key came before with other arguments. InvalidInput: the key is longer than 80 characters, or a
        text holds what nobody can see.
    """

    def made(function: Callable[P, R]) -> Callable[P, R]:
        registered = Command(name or function.__name__, duties, function, new_business)
        COMMANDS[f"{function.__module__}.{function.__qualname__}"] = registered

        @wraps(function)
        def call(*args: P.args, **given: P.kwargs) -> R:
            actor: Any = given["actor"]
            registered.check_duty(actor)
            check_open(new_business=new_business, goes_on=registered.goes_on_when_closed or actor.role is None)
            rows: Any = {name: value for name, value in given.items() if name == by_row}
            kwargs: Any = clean_texts({name: value for name, value in given.items() if name not in rows}) | rows
            if own_transaction:
                return function(*args, **kwargs)
            key: Any = kwargs.get("idempotency_key")
            if key:
                asked = registered.arguments(kwargs)
                answer: R = _once(registered, identify(actor, key, registered.name, asked), actor, kwargs)
                return answer
            with actor_context(actor):
                return function(*args, **kwargs)

        return call

    return made


def registered(function: Callable[..., Any]) -> Command:
    """What a function that `@command` made is registered as."""
    return COMMANDS[f"{function.__module__}.{function.__qualname__}"]


def _once(registered: Command, sent: Identity, actor: Actor, kwargs: dict[str, Any]) -> Any:
    """Runs a command that has a key, or gives the answer that it got when it first came."""
    with transaction.atomic(), reading_once():
        # Three statements on one way: the last begins, and so looks, once the lock is had.
        before = fetch_one(BEFORE, [actor_setting(actor), sent.lock, sent.id])
        if before:
            answer_from_disk()  # what the twin wrote may still be on its way there
            return registered.answer.validate_python(answered(sent, *before))
        answer = registered.function(**kwargs)
        kept = as_kept(registered, answer)
        execute(KEEP, [sent.id, this_node(), registered.name, actor.id, sent.body_hash, kept])
        return answer


def answers_before(sent: Collection[Identity]) -> dict[UUID, tuple[str, str]]:
    """Waits for twins of these commands that are on their way. Returns hash and answer of those that came before.

    For a command that does the work of many others, each with its key; to be called before they lock anything else.
    """
    locks = sorted({identity.lock for identity in sent})
    before = fetch_all(BEFORE_MANY, [as_array(locks), as_array(identity.id for identity in sent)]) if sent else []
    if before:
        answer_from_disk()  # what they wrote may still be on its way there
    return {key: (body_hash, answer) for key, body_hash, answer in before}


def keep_answers(registered: Command, actor: Actor, answers: Collection[tuple[Identity, Any]]) -> None:
    """Keeps what such a command answered in the place of the others, so that it is given again for their keys."""
    rows = [(sent.id, sent.body_hash, as_kept(registered, answer)) for sent, answer in answers]
    if rows:
        execute(KEEP_MANY, [this_node(), registered.name, actor.id, *as_arrays(rows, 3)])


def as_kept(registered: Command, answer: Any) -> str:
    """An answer of the command as it is kept under a key."""
    return json.dumps(registered.answer.dump_python(answer, mode="json"))


class _Argument(DjangoJSONEncoder):
    """A record counts by its key, bytes by their hash, a dataclass by its fields."""

    def default(self, o: Any) -> Any:
        if isinstance(o, Model):
            return str(o.pk)
        if isinstance(o, bytes):
            return sha256(o).hexdigest()
        if is_dataclass(o) and not isinstance(o, type):
            return asdict(o)
        return super().default(o)


class Identity(NamedTuple):
    """What a command with a key is known by: its row, the lock of whoever runs it, what tells it from another one."""

    id: UUID
    lock: int
    body_hash: str


def identify(actor: Actor, key: str, name: str, body: dict[str, Any]) -> Identity:
    """The identity of a command that `actor` sends with `key`. Keys belong to their actor.

    Raises:
        InvalidInput: the key is longer than 80 characters.
    """
    if len(key) > LONGEST_KEY:
        raise InvalidInput(
            Sentence(f"An idempotency key has at most {LONGEST_KEY} characters.", "too_long", maximum=LONGEST_KEY),
            field="Idempotency-Key",
        )
    own = uuid5(NAMESPACE_OID, f"{connection.schema_name}:{actor.id}:{key}")
    body_hash = sha256(json.dumps([name, body], sort_keys=True, cls=_Argument).encode()).hexdigest()
    return Identity(own, int.from_bytes(own.bytes[:8], "big", signed=True), body_hash)


def answered(sent: Identity, kept_hash: str, kept_answer: str) -> Any:
    """What the command was answered when it first came.

    Raises:
        KeyReused: it was another one, with the same key.
    """
    if kept_hash != sent.body_hash:
        raise KeyReused("This idempotency key was already used for another request; take a new one.")
    return json.loads(kept_answer)
