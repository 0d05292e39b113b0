"""How this node's streams stand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from apps.mfis.nodes.models import ClusterNode
from apps.mfis.nodes.peers import peers, slot_name
from apps.mfis.nodes.queries.streams import Incoming, Outgoing, incoming, outgoing
from apps.mfis.nodes.streams import copying

SILENT_SECONDS = 8  # a running peer is heard every second; see wal_receiver_status_interval

NOT_FOLLOWED = Incoming(runs=False, silent_seconds=None, errors=0)

NOTHING_KEPT = Outgoing(active=False, slot="none", unsent_bytes=None)


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """One peer as this node sees it. Seconds and bytes are None where nothing is known."""

    letter: str
    name: str
    receives_from: bool
    silent_seconds: float | None
    apply_errors: int
    copying: int
    tables: int
    sends_to: bool
    slot: str
    unsent_bytes: int | None

    @property
    def problem(self) -> str:
        """What is wrong, in a few words; empty when all is well."""
        if self.slot == "lost":
            return "lost what was kept for it: resync it there"
        if not self.receives_from:
            return "nothing arrives from it"
        if not self.sends_to:
            return "it does not receive"
        if self.copying:
            return f"copying, {self.copying} of {self.tables} tables left"
        return ""

    def as_json(self) -> dict[str, Any]:
        """Its fields and its problem, for programs."""
        return {**asdict(self), "problem": self.problem}


def peer_status() -> list[PeerStatus]:
    """Every peer that has not left, as this node's own catalog tells: nothing is asked of a peer."""
    nodes = {n.letter: n for n in ClusterNode.objects.exclude(letter=settings.NODE)}
    letters = sorted({*peers(), *nodes} - {letter for letter, node in nodes.items() if node.has_left})
    return [_status(letter, nodes[letter].name if letter in nodes else "") for letter in letters]


def _status(letter: str, name: str) -> PeerStatus:
    stream = incoming(slot_name(letter)) or NOT_FOLLOWED
    kept = outgoing(slot_name(settings.NODE, target=letter)) or NOTHING_KEPT
    left, tables = copying(letter)
    silent = stream.silent_seconds
    return PeerStatus(
        letter=letter,
        name=name,
        receives_from=stream.runs and silent is not None and silent < SILENT_SECONDS,
        silent_seconds=None if silent is None else float(silent),
        apply_errors=int(stream.errors),
        copying=left,
        tables=tables,
        sends_to=kept.active,
        slot=kept.slot,
        unsent_bytes=None if kept.unsent_bytes is None else int(kept.unsent_bytes),
    )
