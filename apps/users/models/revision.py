"""The record of every change to every mutable row of a schema: the audit trail and the History page."""

from __future__ import annotations

from django.db import models

from apps.mfis.models import Fact


class Revision(Fact):
    """A row as it was after one change. Written by the trigger `letsema_revision`, never by Python."""

    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    action = models.CharField(max_length=6)
    image = models.JSONField()
    changed = models.JSONField(default=list)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        indexes = [models.Index(fields=["table_name", "row_id", "recorded_at"], name="revision_of_row")]

    def __str__(self) -> str:
        return f"{self.action} of {self.table_name} {self.row_id}"
