"""The record of every change to every mutable row of a schema: the audit trail and the History page."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.mfis.core.tables import Fact


class Revision(Fact):
    """A row as it was after one change. Written by the trigger `letsema_revision`, never by Python."""

    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    action = models.CharField(max_length=6)
    image = models.JSONField()
    changed = models.JSONField(default=list)
    clock = models.DateTimeField(db_default=Now())  # the row's version: later than all that its writer knew
    seen = models.JSONField(db_default={})  # those versions, the latest of each node
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta:
        app_label = "users"  # its table stands in every schema, where accounts do
        ordering = ["-recorded_at", "-id"]
        indexes = [models.Index(fields=["table_name", "row_id", "recorded_at"], name="revision_of_row")]

    def __str__(self) -> str:
        return f"{self.action} of {self.table_name} {self.row_id}"
