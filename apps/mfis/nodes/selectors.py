"""On which nodes an MFI's schema stands, and what two nodes disagreed about."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.mfis.nodes.models import ClusterNode, Conflict, ConflictDecision
from apps.mfis.nodes.queries.schemas import schemas_here, schemas_known
from apps.mfis.nodes.queries.tables import row_image
from apps.mfis.tenancy.models import SchemaReady


def nodes_with_schema() -> dict[str, dict[str, bool]]:
    """For every MFI's schema, by node: whether the schema stands there. Two queries, whatever the number of MFIs."""
    letters = sorted(ClusterNode.objects.present().letters() or {settings.NODE})
    ready = set(SchemaReady.objects.values_list("schema_name", "node"))
    return {
        schema: {n: stands if n == settings.NODE else (schema, n) in ready for n in letters}
        for schema, stands in schemas_known().items()
    }


def count_undecided() -> int:
    """How many conflicts nobody has decided on."""
    return Conflict.objects.undecided().count()


def decision_of(conflict: Conflict) -> ConflictDecision | None:
    """What was decided on a conflict, on any node."""
    return ConflictDecision.objects.filter(conflict=conflict.pk).first()


def kept_side(conflict: Conflict) -> dict[str, Any]:
    """The side that stands. Where a fact gave way before this node knew the other, it is looked up now."""
    if conflict.kept or conflict.what != Conflict.What.SAME_KEY or conflict.schema_name not in schemas_here():
        return dict(conflict.kept)
    return row_image(conflict.schema_name, conflict.table_name, conflict.row_id)
