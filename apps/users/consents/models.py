"""What borrowers consented to, in which words and language, and what they took back."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import Fact
from apps.users.accounts.models import Account


class Consent(Fact):
    """One borrower's yes to a purpose, or the end of it. The latest of a purpose says how it stands."""

    class Purpose(models.TextChoices):
        RECORDS = "records", "Keeping and using my data"
        SHARING = "sharing", "Asking other lenders"

    class Way(models.TextChoices):
        PORTAL = "portal", "By the borrower, signed in"
        CODE = "code", "At the counter, with a code sent to the borrower"
        COUNTER = "counter", "At the counter"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    granted = models.BooleanField()
    text_version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2)
    given_on = models.DateField()
    expires_on = models.DateField(null=True)
    given_by = models.CharField(max_length=8, choices=Way.choices, blank=True, db_default="", default="")
    actor_name = models.CharField(max_length=150)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        indexes = [models.Index(fields=["account", "purpose", "-recorded_at"], name="consent_of_account")]

    @property
    def is_by_owner(self) -> bool:
        """Whether the borrower agreed by what only they hold: a password or a code, not a colleague's word."""
        return self.given_by in (self.Way.PORTAL, self.Way.CODE)

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {'yes' if self.granted else 'no'}"
