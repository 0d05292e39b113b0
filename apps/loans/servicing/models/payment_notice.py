"""A borrower's word that they paid, waiting for the cashier to find the money."""

from __future__ import annotations

from django.db import models

from apps.loans.book.models import Channel, Loan, LoanEvent
from apps.mfis.core.tables import Revisioned


class PaymentNotice(Revisioned):
    """A wallet or bank payment that a borrower reports. It pays nothing until a cashier has confirmed it."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="notices")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    reference = models.CharField(max_length=60)
    paid_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    decided_reason = models.CharField(max_length=200, blank=True)
    event = models.ForeignKey(LoanEvent, on_delete=models.PROTECT, null=True, related_name="notices")

    class Meta:
        verbose_name = "reported payment"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="notice_newest_first"),
            models.Index(fields=["status", "channel"], name="notice_by_status"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="notice_amount_positive")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.reference}"
