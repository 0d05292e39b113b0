"""What the tests of real nodes do and look at again and again."""

from __future__ import annotations

import os
from typing import Any

from tests.cluster.nodes import Cluster, Node, eventually

MFI = "kopano"
SCALE = int(os.environ.get("LETSEMA_CLUSTER_SCALE", "1"))  # how many times the usual events: 20 at night

_phones = iter(range(58_100_000, 59_000_000))


def phone() -> str:
    """A number that nobody has yet."""
    return str(next(_phones))


def borrower(node: Node, national_id: str = "") -> str:
    """Somebody registered at a node."""
    return str(node.ok("register", MFI, name="Mamello Khoabane", phone=phone(), national_id=national_id)["id"])


def noted(node: Node, count: int) -> list[str]:
    """Loans that hold so many notes between them, at most 10,000 each; the notes are not folded yet: see `settled`.

    They are loans of their own: a receipt folds all that its loan holds.
    """
    each = 10_000
    loans = [str(node.ok("lend", MFI, borrower=borrower(node))["id"]) for _ in range(0, count, each)]
    node.ok("many_events", MFI, loans=loans, count=count)
    return loans


def settled(node: Node, loans: list[str]) -> None:
    """A receipt on each folds what the database itself had appended."""
    for loan in loans:
        node.ok("repay", MFI, loan=loan, amount="1.00")


def equal(cluster: Cluster, letters: str, seconds: float = 60) -> None:
    """Every node holds the same facts, has folded them, and agrees with its own fold; the home's books hold."""

    def same() -> bool:
        states = [cluster[letter].ok("states", MFI) for letter in letters]
        waiting = [cluster[letter].rows("SELECT count(*) FROM loans_arrival", MFI)[0][0] for letter in letters]
        return all(state == states[0] for state in states) and set(waiting) == {"0"}

    eventually(same, seconds)
    eventually(lambda: verified(cluster, letters), seconds, every=1)
    for letter in letters:
        assert cluster[letter].ok("check_projection", MFI) == {"differences": []}


def verified(cluster: Cluster, letters: str) -> bool:
    """Whether the first of these nodes finds its tables equal to the others'."""
    checks = cluster[letters[0]].cluster("verify")
    return all(check.get("differences") == [] for check in checks if check.get("peer", "") in letters)


def conflicts(node: Node, what: str) -> list[dict[str, Any]]:
    """What a node lists of one kind."""
    return [c for c in node.ok("conflicts")["open"] if c["what"] == what]


def one_home(cluster: Cluster) -> str:
    """The home that all nodes agree on; empty until they do."""
    homes = {node.status()["homes"][MFI] for node in cluster}
    return homes.pop() if len(homes) == 1 else ""
