"""One-time codes: six digits that show that somebody holds a telephone or reads a mailbox."""

from __future__ import annotations

from django.db import models
from django.utils.crypto import salted_hmac

from apps.mfis.core.tables import NodeLocal, new_id
from apps.users.accounts.models.account import Account

DIGITS = 6


class OneTimeCode(NodeLocal):
    """A code that was asked for; without an account where somebody is about to open one.

    Its digits follow from `id` and the server's secret, so they are kept nowhere.
    """

    class Purpose(models.TextChoices):
        VERIFY = "verify", "Show that an address is one's own"
        SIGN_IN = "sign_in", "Sign in"
        RESET = "reset", "Choose a new password"
        REGISTER = "register", "Open an account"
        CONTACT = "contact", "Add an address"
        COUNTER = "counter", "Have an address changed at the counter"
        CONSENT = "consent", "Agree at the counter"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="codes", null=True)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    address = models.CharField(max_length=254)
    asked_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["account", "purpose", "-asked_at"], name="code_of_account")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.account or 'a newcomer'}"

    @property
    def digits(self) -> str:
        """What the message says."""
        number = int.from_bytes(salted_hmac("letsema.one-time-code", str(self.pk), algorithm="sha256").digest()[:8])
        return f"{number % 10**DIGITS:0{DIGITS}d}"
