"""Commands already carried out, by idempotency key."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import Fact


class Command(Fact):
    """One command's key, the hash of what it asked, and the answer it got.

    Its key is derived from the actor and the idempotency key (UUIDv5), so the primary key alone keeps it unique.
    """

    name = models.CharField(max_length=60)
    actor_id = models.UUIDField(null=True)
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)

    class Meta:
        app_label = "users"  # its table stands in every schema, where accounts do
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return self.name
