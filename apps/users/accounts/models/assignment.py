"""In whose hands a borrower or a loan is from a day on: facts, so that who had it on any day stays known."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import Fact
from apps.users.accounts.models.account import Account
from apps.users.accounts.models.branch import Branch


class Assignment(Fact):
    """Branch and officer from `value_date` on. Of several of one day the last recorded stands."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    officer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    value_date = models.DateField("from")
    reason = models.CharField(max_length=500, blank=True)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField("by", max_length=150, blank=True)

    class Meta:
        abstract = True


class BorrowerAssignment(Assignment):
    """In whose hands a borrower is. The first row comes with the profile, by the database."""

    borrower = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="assignments", db_index=False)

    class Meta:
        ordering = ["value_date", "recorded_at", "id"]
        indexes = [models.Index(fields=["borrower", "value_date"], name="assignment_of_borrower")]

    def __str__(self) -> str:
        return f"{self.borrower_id}: {self.branch_id} from {self.value_date}"
