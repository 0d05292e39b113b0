"""What the cluster command tells: each report in lines for people, and in plain values for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.mfis.nodes.comparison import verify_all
from apps.mfis.nodes.models import ClusterCheck, Conflict
from apps.mfis.nodes.peers import PeerAway
from apps.mfis.nodes.selectors import count_undecided, kept_side
from apps.mfis.nodes.status import PeerStatus, peer_status
from apps.mfis.tenancy.models import MFI


@dataclass(frozen=True, slots=True)
class Report:
    """What is told, and whether all is well."""

    lines: list[str]
    values: Any
    is_well: bool = True


def status_report() -> Report:
    """How the streams of this node stand, how many conflicts wait, and where each MFI's home is."""
    statuses, waiting = peer_status(), count_undecided()
    return Report(
        [f"This is node {settings.NODE}. Conflicts waiting: {waiting}.", *map(_status_line, statuses)],
        {
            "node": settings.NODE,
            "peers": [status.as_json() for status in statuses],
            "conflicts": waiting,
            "homes": dict(MFI.objects.values_list("subdomain", "home_node")),
        },
        is_well=not any(status.problem for status in statuses),
    )


def _status_line(peer: PeerStatus) -> str:
    if peer.problem:
        return f"{peer.letter} {peer.name}: {peer.problem}".replace("  ", " ")
    unsent = f"{peer.unsent_bytes or 0:,} bytes on their way to it"
    return f"{peer.letter} {peer.name}: all well, heard {peer.silent_seconds:.1f} s ago, {unsent}".replace("  ", " ")


def comparison_report() -> Report:
    """Compares every published table with each peer's."""
    checks = verify_all()
    return Report(
        [line for check in checks for line in _comparison_lines(check)],
        [_comparison_values(check) for check in checks],
        is_well=all(isinstance(check, ClusterCheck) and not check.differences for check in checks),
    )


def _comparison_lines(check: ClusterCheck | PeerAway) -> list[str]:
    if isinstance(check, PeerAway):
        return [str(check)]
    return [f"{check.peer} {difference}" for difference in check.differences or ["equal"]]


def _comparison_values(check: ClusterCheck | PeerAway) -> dict[str, Any]:
    if isinstance(check, PeerAway):
        return {"problem": str(check)}
    return {"peer": check.peer, "tables": check.tables, "differences": check.differences}


def conflicts_report() -> Report:
    """What two nodes disagreed about and nobody decided on."""
    values = [_conflict_values(conflict) for conflict in Conflict.objects.undecided()]
    lines = [f"{c['id']} {c['what']}: {c['schema']}.{c['table']} {c['row']} {c['column']}".rstrip() for c in values]
    return Report([*lines, f"{len(values)} conflict(s) wait for a decision."], values)


def _conflict_values(conflict: Conflict) -> dict[str, Any]:
    return {
        "id": str(conflict.pk),
        "what": conflict.what,
        "schema": conflict.schema_name,
        "table": conflict.table_name,
        "row": str(conflict.row_id),
        "column": conflict.column_name,
        "kept": kept_side(conflict),
        "discarded": conflict.discarded,
    }
