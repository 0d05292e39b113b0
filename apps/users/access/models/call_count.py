"""How many calls of the API came from whom in the present minute."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import NodeLocal


class CallCount(NodeLocal):
    """`key` is a hash of the limit and the account or address; `window` the minute since 1970."""

    key = models.CharField(max_length=64, primary_key=True)
    window = models.BigIntegerField()
    calls = models.PositiveIntegerField()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.calls} in minute {self.window}"
