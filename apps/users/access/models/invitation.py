"""The first invitation to an account."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.mfis.core.tables import Revisioned
from apps.users.accounts.models import Account


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations of the present schema, by the questions that are asked of them."""

    def open(self) -> InvitationQuerySet:
        """Those that were neither accepted nor withdrawn."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def good(self) -> InvitationQuerySet:
        """Those by which somebody gets in now."""
        return self.open().filter(expires_at__gt=timezone.now(), account__is_active=True)


class Invitation(Revisioned):
    """A one-time link by which an account gets its first password. Only the link's hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField("expires")
    accepted_at = models.DateTimeField("accepted", null=True, blank=True)
    withdrawn_at = models.DateTimeField("withdrawn", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["token_hash"], name="invitation_by_token")]

    @property
    def secret(self) -> str:
        """What stands in the link; 256 bits that follow from the key and the server's secret, and are kept nowhere."""
        digest = salted_hmac("letsema.invitation", str(self.pk), algorithm="sha256").digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")

    def __str__(self) -> str:
        return f"Invitation of {self.account}"
