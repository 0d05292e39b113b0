"""The head of this node's chain over loan events."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import NodeLocal


class ChainHead(NodeLocal):
    """The last link of this node's chain over loan events: locked while the next is added."""

    node = models.CharField(max_length=1, primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.node}{self.seq}"
