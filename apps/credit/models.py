"""The outbox to the credit histories, what was taken there month by month, and how long it is kept."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from apps.mfis.core.tables import NodeLocal, Revisioned, new_id


class OutboxQuerySet(models.QuerySet["OutboxEntry"]):
    """What is on its way, and what cannot go."""

    def waiting(self) -> OutboxQuerySet:
        """What has not arrived, dead letters among it."""
        return self.filter(relayed_at=None)

    def deliverable(self) -> OutboxQuerySet:
        """What waits and can be written as it is."""
        return self.waiting().filter(dead_letter=False)

    def dead_letters(self) -> OutboxQuerySet:
        """What waits and cannot be written as it is."""
        return self.waiting().filter(dead_letter=True)


class OutboxEntry(NodeLocal):
    """One event on its way to MongoDB. Written in the transaction of the loan event, marked when it has arrived."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)  # also the document's key
    account = models.UUIDField("loan", editable=False)
    event_type = models.CharField(max_length=30)
    payload = models.JSONField()
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    relayed_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    # It cannot be written as it is; last_error says why.
    dead_letter = models.BooleanField(default=False, db_default=False, db_column="set_aside")

    objects = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(relayed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.event_type} of {self.account}"


class HistoriesMonth(NodeLocal):
    """A month whose snapshots and scores were taken to the credit histories by this node."""

    month_end = models.DateField("month", primary_key=True)
    taken_at = models.DateTimeField("taken")  # as the facts were known then
    accounts = models.PositiveIntegerField()
    scores = models.PositiveIntegerField()

    class Meta:
        ordering = ["-month_end"]

    def __str__(self) -> str:
        return f"{self.month_end:%B %Y}"


class RetentionPeriod(Revisioned):
    """How long a kind of record is kept in the credit histories, from a day on."""

    class What(models.TextChoices):
        ACCOUNTS = "accounts", "Accounts that ended, with their entries, months and disputes"
        SCORES = "scores", "Scores"
        INQUIRIES = "inquiries", "Look-ups across institutions"
        CONSENTS = "consents", "Consents that ended"
        OUTBOX = "outbox", "Copies on their way that have arrived"

    what = models.CharField(max_length=10, choices=What.choices)
    months = models.PositiveSmallIntegerField(
        "kept for months",
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Counted from the day it ended: the closing, the look-up, the end of the consent.",
    )
    valid_from = models.DateField("holds from")

    class Meta:
        ordering = ["what", "-valid_from"]
        constraints = [
            models.CheckConstraint(condition=models.Q(months__gte=1, months__lte=600), name="retention_months")
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.months} months"


class RetentionRun(NodeLocal):
    """What the retention job removed on a day."""

    ran_at = models.DateTimeField("when", default=timezone.now)
    removed = models.JSONField(default=dict)  # what: how many documents or rows

    class Meta:
        ordering = ["-ran_at"]

    def __str__(self) -> str:
        return f"{self.ran_at:%-d %b %Y}"
