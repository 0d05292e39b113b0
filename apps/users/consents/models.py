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

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    granted = models.BooleanField()
    text_version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2)
    given_on = models.DateField()
    expires_on = models.DateField(null=True)
    actor_name = models.CharField(max_length=150)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        indexes = [models.Index(fields=["account", "purpose", "-recorded_at"], name="consent_of_account")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {'yes' if self.granted else 'no'}"
