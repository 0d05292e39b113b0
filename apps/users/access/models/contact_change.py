"""A change of how somebody is reached that staff asked for: a second person decides."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.mfis.core.tables import Revisioned
from apps.users.accounts.models import Account


class ContactChangeQuerySet(models.QuerySet["ContactChange"]):
    """Changes that were asked for, by the questions that are asked of them."""

    def waiting(self) -> ContactChangeQuerySet:
        """Those that somebody may still decide."""
        return self.filter(status=ContactChange.Status.WAITING, expires_at__gt=timezone.now())


class ContactChange(Revisioned):
    """Phone and e-mail that an account shall have. Both people are named as they were called then.

    Who of Letsema asks or decides has no account in the MFI's schema: the keys refer to no row.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for a second person"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contact_changes")
    phone = models.CharField(max_length=16, blank=True)
    email = models.EmailField("e-mail", max_length=254, blank=True)
    reason = models.CharField(max_length=500)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    expires_at = models.DateTimeField("expires")
    asked_by = models.UUIDField(null=True, editable=False)
    asked_by_name = models.CharField("asked by", max_length=150)
    decided_by = models.UUIDField(null=True, editable=False)
    decided_by_name = models.CharField("decided by", max_length=150, blank=True)
    decided_at = models.DateTimeField("decided", null=True)

    objects = ContactChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="contact_change_takes_two",
            )
        ]

    def __str__(self) -> str:
        return f"Change of how {self.account} is reached"
