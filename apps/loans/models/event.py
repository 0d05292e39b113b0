"""The facts about a loan. Everything else about it is computed from these."""

from __future__ import annotations

from django.db import models

from apps.loans.models.loan import Loan
from apps.mfis.models import Fact


class EventType(models.TextChoices):
    SUBMITTED = "submitted", "Applied"
    REVIEW_STARTED = "review_started", "Review begun"
    REVIEWED = "reviewed", "Reviewed"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DISBURSED = "disbursement", "Disbursed"
    REPAYMENT = "repayment", "Repayment"
    REVERSAL = "undo", "Reversal"


class Channel(models.TextChoices):
    CASH = "cash", "Cash"
    BANK = "bank", "Bank transfer"
    MPESA = "mpesa", "M-Pesa"
    ECOCASH = "ecocash", "EcoCash"
    CPAY = "cpay", "C-Pay"


class LoanEvent(Fact):
    """One thing that happened to a loan. Never changed: a correction is a new event that says what it undoes.

    What may happen only once (the disbursement, say) has a key derived from the loan, so that the database itself
    refuses the second.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="events")
    type = models.CharField(max_length=30, choices=EventType.choices)
    value_date = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    idempotency_key = models.CharField(max_length=80, blank=True)
    number = models.CharField("receipt number", max_length=16, blank=True)
    payload = models.JSONField(default=dict)

    class Meta:
        ordering = ["recorded_at", "id"]
        # A NULL makes a CHECK neither true nor false, and PostgreSQL lets that pass: so each says what may be null.
        indexes = [models.Index(fields=["loan", "recorded_at", "id"], name="event_of_loan_in_order")]
        constraints = [
            models.CheckConstraint(condition=models.Q(type__in=[t.value for t in EventType]), name="event_type_known"),
            models.CheckConstraint(
                condition=~models.Q(type__in=["disbursement", "repayment"])
                | models.Q(amount__isnull=False, amount__gt=0),
                name="event_money_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(type="undo") | models.Q(reverses__isnull=False),
                name="event_undo_names_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.value_date}"
