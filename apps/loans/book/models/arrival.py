"""What arrived for a loan from other nodes and is not folded, or not brought into the books, here yet."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import NodeLocal


class Arrival(NodeLocal):
    """Written by the trigger that lets an event in (`letsema_arrive`); `error` says why it could not be folded."""

    loan_id = models.UUIDField()
    event_id = models.UUIDField(null=True)  # none where a journal entry of the loan arrived
    error = models.CharField(max_length=300, blank=True)
    arrived_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["loan_id"], name="arrival_of_loan")]

    def __str__(self) -> str:
        return f"{self.event_id} of {self.loan_id}"
