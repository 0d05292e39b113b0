"""Entries of the credit history that borrowers say are wrong, and what was decided about them."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models

from apps.loans.book.models import Loan, LoanEvent
from apps.mfis.core.tables import Revisioned
from apps.users.accounts.models import Account
from apps.users.complaints.models import ANSWER_DAYS


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Disputes, by the questions that are asked of them."""

    def open(self) -> DisputeQuerySet:
        """Those that wait for a decision."""
        return self.filter(decided_on=None)


class Dispute(Revisioned):
    """A borrower says that an entry of their history, or a whole loan in it, is wrong. Decided once, never deleted."""

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", "It was wrong and is corrected"
        STANDS = "stands", "It is right and stays"

    class State(models.TextChoices):
        """Computed, not stored: see `state`."""

        OPEN = "open", "Open"
        CORRECTED = "corrected", "Corrected"
        STANDS = "stands", "Stands"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="disputes")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="disputes")
    event = models.ForeignKey(LoanEvent, on_delete=models.PROTECT, null=True, related_name="disputes")
    entry = models.UUIDField(null=True)  # the history's own key of the entry; none: the loan as a whole
    text = models.TextField(max_length=2000)
    opened_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answer = models.TextField(max_length=2000, blank=True)
    decided_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    correction = models.ForeignKey(LoanEvent, on_delete=models.PROTECT, null=True, related_name="corrects")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-id"]
        indexes = [models.Index(fields=["opened_on"], name="dispute_open", condition=models.Q(decided_on=None))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_on=None, decided_at=None, decided_by=None, outcome="", answer="")
                | (
                    models.Q(decided_on__isnull=False, decided_at__isnull=False, decided_by__isnull=False)
                    & ~models.Q(outcome="")
                    & ~models.Q(answer="")
                ),
                name="dispute_decided_in_words",
            ),
            # Not the converse: of two decisions that met, the one that stands may find the other's correction here.
            models.CheckConstraint(
                condition=~models.Q(outcome="corrected") | models.Q(correction__isnull=False),
                name="dispute_corrected_by_an_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan.number}: {self.account}"

    @property
    def due_on(self) -> date:
        """The last day on which it may be decided."""
        return self.opened_on + timedelta(days=ANSWER_DAYS)

    @property
    def state(self) -> str:
        """Where it is in its workflow."""
        return self.outcome or self.State.OPEN
