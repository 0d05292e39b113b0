"""Files made for a credit bureau, and what the bureau said of them."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import Fact


class BureauFile(Fact):
    """The file of one month as it was made. A second of the same month has the next number; none is ever changed."""

    month_end = models.DateField("month")
    sequence = models.PositiveSmallIntegerField("no.")
    layout = models.CharField(max_length=10)
    records = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    balance = models.DecimalField(max_digits=16, decimal_places=2)
    overdue = models.DecimalField(max_digits=16, decimal_places=2)
    sha256 = models.CharField(max_length=64)
    loans = models.JSONField(default=list)  # the numbers that are in it, to check an answer by
    content = models.BinaryField()
    made_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-month_end", "-recorded_at"]
        indexes = [models.Index(fields=["-month_end"], name="bureau_file_of_month")]

    def __str__(self) -> str:
        return f"{self.month_end:%B %Y}, no. {self.sequence}"


class BureauReply(Fact):
    """A bureau's answer to a file."""

    file = models.ForeignKey(BureauFile, on_delete=models.PROTECT, related_name="replies")
    reference = models.CharField(max_length=60)
    accepted = models.PositiveIntegerField()
    refused = models.JSONField(default=dict)  # loan number: reason
    entered_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-recorded_at", "-id"]

    def __str__(self) -> str:
        return f"{self.reference}: {self.accepted} accepted"
