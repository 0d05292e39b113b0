"""An operator's decision on a conflict, which every node hears of."""

from __future__ import annotations

from uuid import UUID

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.nodes.models import Conflict, ConflictDecision, Decision
from apps.mfis.nodes.queries.tables import set_column
from apps.mfis.nodes.selectors import decision_of


@command(Action.MANAGE_MFIS)
def decide_conflict(*, conflict_id: UUID, decision: str, actor: Actor, reason: str = "") -> ConflictDecision:
    """Ends a conflict: the value that stands is kept, the other takes its place, or the matter is settled as it is.

    The other value of a column is written as a new version of the row that knows both, so it stands on every node.

    Raises:
        NotFound: no such conflict here. WrongState: decided already. InvalidInput: a decision that does not fit it, or
            no reason.
    """
    conflict = Conflict.objects.filter(pk=conflict_id).first()
    if conflict is None:
        raise NotFound("There is no such conflict on this node.")
    if decision_of(conflict):
        raise WrongState("This conflict was decided on before.")
    if decision not in conflict.decisions:
        raise InvalidInput(f"Decide among: {', '.join(sorted(conflict.decisions))}.", field="decision")
    if not reason.strip():
        raise InvalidInput("Give a reason; it stays with the record.", field="reason")
    if decision == Decision.DISCARDED:
        place = (conflict.schema_name, conflict.table_name, conflict.row_id)
        set_column(*place, conflict.column_name, conflict.discarded["value"])
    return ConflictDecision.objects.create(
        conflict=conflict.pk,
        decision=decision,
        reason=reason.strip()[:300],
        actor_id=actor.id,
        actor_name=actor.name[:150],
    )
