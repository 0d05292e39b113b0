"""Figures that would take too long to count whenever a page is opened."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import NodeLocal


class KeptFigures(NodeLocal):
    """What the pages of a big MFI say of the whole book, counted by the worker; one row, with its time."""

    name = models.CharField(primary_key=True, max_length=20)
    taken_at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} at {self.taken_at}"
