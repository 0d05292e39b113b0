"""The outbox: what happened to loans and has still to reach the credit histories."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.mfis.models import NodeLocal, new_id


class OutboxEntry(NodeLocal):
    """One event on its way to MongoDB. Written in the transaction of the loan event, marked when it has arrived."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)  # also the document's key
    account = models.UUIDField("loan", editable=False)
    event_type = models.CharField(max_length=30)
    payload = models.JSONField()
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    relayed_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    set_aside = models.BooleanField(default=False, db_default=False)  # it cannot be written as it is; see last_error

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(relayed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.event_type} of {self.account}"
