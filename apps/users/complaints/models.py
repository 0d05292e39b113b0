"""Complaints of borrowers, and the thirty days in which the MFI answers them."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models

from apps.mfis.core.tables import Revisioned
from apps.users.accounts.models import Account

ANSWER_DAYS = 30  # the Central Bank's market conduct rules


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """Complaints, by the questions that are asked of them."""

    def open(self) -> ComplaintQuerySet:
        """Those that wait for an answer."""
        return self.filter(answered_on=None)


class Complaint(Revisioned):
    """What a borrower complains of, and what they were answered. Neither is ever changed, and none is deleted."""

    class About(models.TextChoices):
        SERVICE = "service", "How I was treated"
        CHARGES = "charges", "Charges or interest"
        RECORD = "record", "A wrong entry about me"
        COLLECTION = "collection", "How a debt is collected"
        PRIVACY = "privacy", "Use of my data"
        OTHER = "other", "Something else"

    class State(models.TextChoices):
        """Computed, not stored: see `state`."""

        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="complaints")
    about = models.CharField(max_length=10, choices=About.choices)
    text = models.TextField(max_length=2000)
    opened_on = models.DateField()
    answer = models.TextField(max_length=2000, blank=True)
    answered_on = models.DateField(null=True)
    answered_by = models.CharField(max_length=150, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-id"]
        indexes = [models.Index(fields=["opened_on"], name="complaint_open", condition=models.Q(answered_on=None))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_on=None, answer="")
                | (models.Q(answered_on__isnull=False) & ~models.Q(answer="")),
                name="complaint_answered_in_words",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_about_display()}: {self.account}"

    @property
    def state(self) -> str:
        """Where it stands in its workflow."""
        return self.State.ANSWERED if self.answered_on else self.State.OPEN

    @property
    def due_on(self) -> date:
        """The last day on which it may be answered."""
        return self.opened_on + timedelta(days=ANSWER_DAYS)
