"""What may be done to a record, as a table: from which states, to which, by whom, and on which conditions.

Each aggregate has one `Workflow`; services check by it, admin and API show by it, and docs/workflows.md is made of it.
Nothing else decides a state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput, NotAllowed, Sentence, WrongState
from apps.mfis.core.roles import Action

REASON_WANTED = "Give a reason; it stays with the record."


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that somebody may do to a record, and how a page asks for it."""

    name: str
    label: str
    duty: Action
    sources: frozenset[str]
    targets: frozenset[str]  # where the record may stand after it
    events: tuple[str, ...] = ()  # what it may write; empty where the aggregate keeps no events
    undoes: frozenset[str] = frozenset()  # what the event that it writes takes back
    makers: frozenset[str] = frozenset()  # events whose actors may not do it: a second person does
    second_person: str = ""  # what is said to somebody who had a hand in it
    needs_reason: bool = False
    reason_wanted: str = REASON_WANTED
    anywhere: bool = False  # on any node; what is not is decided at the MFI's home
    has_button: bool = True  # on the record's page; what has none begins elsewhere: at a part of it, or in the portal
    style: str = "secondary"
    explanation: str = ""

    def check(self, actor: Actor, *, state: str, standing: str, hands: Collection[UUID | None], reason: str) -> None:
        """Refuses what may not be done now; `standing` says the state, `hands` are whoever had a hand in it.

        Raises:
            NotAllowed: the duty is missing, or the actor had a hand in it. WrongState: it does not start here.
            InvalidInput: it needs a reason.
        """
        if not actor.may(self.duty):
            raise NotAllowed(f"Your duties do not include this: {self.duty.label}.")
        if state not in self.sources:
            raise WrongState(Sentence(f"{standing}: {self.label.lower()} is not possible.", "not_possible_now"))
        if self.second_person and actor.id is not None and actor.id in hands:
            raise NotAllowed(self.second_person)
        if self.needs_reason and not reason.strip():
            raise InvalidInput(Sentence.of(self.reason_wanted, "required"), field="reason")


class Workflow:
    """The transitions of one aggregate, by name."""

    def __init__(self, aggregate: str, states: Iterable[tuple[str, str]], transitions: Iterable[Transition]) -> None:
        self.aggregate = aggregate
        self.states = dict(states)
        self.transitions = {t.name: t for t in transitions}
        WORKFLOWS[aggregate] = self

    def __getitem__(self, name: str) -> Transition:
        return self.transitions[name]

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.transitions.values())


WORKFLOWS: dict[str, Workflow] = {}
