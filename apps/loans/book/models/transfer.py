"""Money that came in by a wallet or bank, once: what receipts, pay-offs and recoveries draw on."""

from __future__ import annotations

from django.db import models

from apps.loans.book.models.event import Channel
from apps.mfis.core.tables import Fact


class Transfer(Fact):
    """What was said of one transfer of money when it was first drawn on.

    Its key is derived from channel and folded reference, so a database holds a transfer once, and of what two nodes say
    of it the earlier stands, the other is a listed conflict. What is drawn on it are the movements of loans that stand
    and carry its reference: a reversal gives back. Once all is given back it may be stated anew, as a further row.
    """

    channel = models.CharField(max_length=10, choices=Channel.choices)
    reference = models.CharField(max_length=60)  # folded
    written = models.CharField("reference", max_length=60)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    value_date = models.DateField("day")
    payer = models.CharField(max_length=150, blank=True)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        indexes = [models.Index(fields=["channel", "reference"], name="transfer_by_reference")]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~models.Q(reference=""), name="transfer_has_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.written}"
