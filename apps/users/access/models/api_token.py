"""Tokens for programs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.mfis.core.tables import Revisioned
from apps.users.accounts.models import Account


class Scope(models.TextChoices):
    """What a program may do for the account that made its token."""

    READ = "read", "Read everything that the account may see"
    LOANS = "loans", "Apply for loans, hand in papers, take applications back"
    PAYMENTS = "payments", "Report payments"
    ACCOUNT = "account", "Change the profile, settings, consents, complaints and tokens"
    INSTITUTIONS = "institutions", "Open and suspend institutions"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens of the present schema, by the questions that are asked of them."""

    def good(self) -> ApiTokenQuerySet:
        """Those that open something now: neither revoked nor expired, of an account that is not closed."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at=None, account__is_active=True)


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

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["token_hash"], name="token_by_hash")]

    def __str__(self) -> str:
        return self.name
