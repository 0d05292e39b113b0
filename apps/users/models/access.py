"""Ways into an account other than its password: the first invitation, and tokens for programs."""

from __future__ import annotations

from django.db import models

from apps.mfis.models import Revisioned
from apps.users.models.account import Account


class Invitation(Revisioned):
    """A one-time link by which an account gets its first password. Only the link's hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField("expires")
    accepted_at = models.DateTimeField("accepted", null=True, blank=True)
    withdrawn_at = models.DateTimeField("withdrawn", null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["token_hash"], name="invitation_by_token")]

    def __str__(self) -> str:
        return f"Invitation of {self.account}"


class Scope(models.TextChoices):
    """What a program may do for the account that made its token."""

    READ = "read", "Read everything that the account may see"
    LOANS = "loans", "Apply for loans, hand in papers, take applications back"
    PAYMENTS = "payments", "Report payments"
    ACCOUNT = "account", "Change the profile, settings, consents, complaints and tokens"
    INSTITUTIONS = "institutions", "Open and suspend institutions"


class ApiToken(Revisioned):
    """An opaque token for a program that acts for an account, in that account's schema alone. Kept hashed.

    Without `scopes` it may do whatever the account may.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(null=True, blank=True)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["token_hash"], name="token_by_hash")]

    def __str__(self) -> str:
        return self.name
