"""The DDL of a tenant's schema, rendered once for each state of the migrations."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.mfis.core.tables import NodeLocal


class RenderedDDL(NodeLocal):
    """Statements without a schema's name; see apps/mfis/tenancy/provisioning/template.py."""

    fingerprint = models.CharField(primary_key=True, max_length=64)
    ddl = models.TextField()
    migrations = models.JSONField()
    rendered_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-rendered_at"]

    def __str__(self) -> str:
        return self.fingerprint[:12]
