"""Which accounts may be one person's, and what was decided about them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from apps.mfis.core.tables import NodeLocal, Revisioned
from apps.users.accounts.models import Account


class DuplicatePair(NodeLocal):
    """Two accounts that look like one person's. Found anew by `find_duplicates`; never written by hand."""

    class Why(models.TextChoices):
        NATIONAL_ID = "national_id", "Same national ID"
        PHONE = "phone", "Same phone"
        NAME_AND_BIRTH = "name_and_birth", "Same name and date of birth"
        LIKE_NAME_AND_BIRTH = "like_name_and_birth", "Like name, same date of birth"

    first = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name="one")
    second = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name="other")
    reasons = ArrayField(models.CharField(max_length=20, choices=Why.choices), verbose_name="why")
    strength = models.PositiveSmallIntegerField()  # of the reasons together: what is surer stands first

    class Meta:
        verbose_name = "pair of accounts"
        verbose_name_plural = "pairs of accounts"
        ordering = ["-strength", "id"]
        indexes = [models.Index(fields=["-strength", "id"], name="pair_by_strength")]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"


class MergeQuerySet(models.QuerySet["Merge"]):
    """Merges, by the questions that are asked of them."""

    def of_accounts(self, *accounts: Account) -> MergeQuerySet:
        """Those of both of the accounts, whichever stands."""
        return self.filter(kept__in=accounts, gone__in=accounts)

    def waiting(self) -> MergeQuerySet:
        return self.filter(status=Merge.Status.WAITING)

    def to_retell(self) -> MergeQuerySet:
        """Those of which the credit histories do not know yet."""
        return self.filter(status__in=(Merge.Status.DONE, Merge.Status.UNDONE), retold_at=None)


class Merge(Revisioned):
    """That two accounts are one person's, as somebody says and another decides.

    `before` and `after` hold what both accounts held, so that it can be taken apart again, and only where nothing of
    it has changed since. The people are named as they were called then.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for a second person"
        DONE = "done", "Merged"
        REFUSED = "refused", "Refused"
        APART = "apart", "Different people"
        UNDONE = "undone", "Taken apart again"

    kept = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="merges_kept", verbose_name="stands")
    gone = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="merges_gone", verbose_name="is closed")
    reason = models.CharField(max_length=500)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    asked_by = models.UUIDField(null=True, editable=False)
    asked_by_name = models.CharField("asked by", max_length=150)
    decided_by = models.UUIDField(null=True, editable=False)
    decided_by_name = models.CharField("decided by", max_length=150, blank=True)
    decided_at = models.DateTimeField("decided", null=True)
    undone_by = models.UUIDField(null=True, editable=False)
    undone_by_name = models.CharField("taken apart by", max_length=150, blank=True)
    undone_at = models.DateTimeField("taken apart", null=True)
    undone_reason = models.CharField("why it was taken apart", max_length=500, blank=True)
    # When the credit histories were told whose the loans are; null until the worker has done it.
    retold_at = models.DateTimeField(null=True, editable=False)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="merge_newest_first")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="done")
                | models.Q(decided_by=None)
                | ~models.Q(decided_by=models.F("asked_by")),
                name="merge_takes_two",
            ),
            models.CheckConstraint(condition=~models.Q(kept=models.F("gone")), name="merge_of_two_accounts"),
        ]

    def __str__(self) -> str:
        return f"{self.gone} into {self.kept}"
