"""Business days that were brought to their end."""

from __future__ import annotations

from datetime import date

from django.db import models

from apps.mfis.core.tables import NodeLocal


class DayEndQuerySet(models.QuerySet["DayEnd"]):
    """Business days, by the questions that are asked of them."""

    def finished(self) -> DayEndQuerySet:
        return self.filter(finished_at__isnull=False)

    def last_finished(self) -> date | None:
        """The last day that was ended."""
        return self.finished().order_by("-day").values_list("day", flat=True).first()


class DayEnd(NodeLocal):
    """One business day brought to its end, step by step. Run again, it does only what is left."""

    day = models.DateField(primary_key=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=dict)  # what each step did; days of earlier releases know "reminders" too

    objects = DayEndQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"Day end {self.day}"
