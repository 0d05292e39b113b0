"""Gapless counters for the numbers people read."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import NodeLocal


class NumberSequence(NodeLocal):
    """The last number given on this node for one kind of paper. Locked while the next is taken, so no gaps."""

    name = models.CharField(primary_key=True, max_length=20)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
