"""Each MFI's home node: what pays out or needs an order is decided there and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotHome, Sentence
from apps.mfis.nodes.models import ClusterNode
from apps.mfis.nodes.queries.homes import hold_home, home_node

NOBODY = ""  # while a home moves: decisions wait

# What an app has to do in an MFI's schema once this node has become its home.
activation_tasks: list[Callable[[], object]] = []


def home_of(schema: str) -> str:
    """The letter of the node that is an MFI's home; empty while it moves."""
    return home_node(schema) or NOBODY


def is_home() -> bool:
    """Whether this node is the home of the present schema. With one node it always is."""
    return not settings.CLUSTER or home_of(connection.schema_name) == settings.NODE


def require_home() -> None:
    """Refuses a decision that belongs to another node; holds the home here until the transaction ends.

    Raises:
        NotHome: naming the home and where it is.
    """
    if not settings.CLUSTER:
        return
    schema = connection.schema_name
    hold_home(schema)
    home = home_of(schema)
    if home == settings.NODE:
        return
    if home == NOBODY:
        raise NotHome(
            Sentence("The home of this institution is moving; try again in a minute.", "home_moving"), home="", site=""
        )
    node = ClusterNode.objects.filter(letter=home).first()
    site = node.site if node else ""
    where = f" at {site}" if site else ""
    raise NotHome(
        f"This is decided at node {home}{where}; receipts and registrations are taken here.", home=home, site=site
    )
