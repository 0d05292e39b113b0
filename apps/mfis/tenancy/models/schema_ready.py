"""Which node has made which MFI's schema."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import Fact


class SchemaReady(Fact):
    """A node has made an MFI's schema. Told before its rows travel, so that whoever follows it can make it too."""

    schema_name = models.CharField(max_length=63)

    class Meta:
        ordering = ["schema_name", "node"]

    def __str__(self) -> str:
        return f"{self.schema_name} on {self.node}"
