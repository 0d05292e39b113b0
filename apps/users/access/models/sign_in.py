"""Where an account is signed in: what its owner needs to recognise a session, and to end it."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import NodeLocal, new_id
from apps.users.accounts.models import Account


class SignIn(NodeLocal):
    """One signed-in browser. The session's key stays here; its owner sees `device` and the time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=40)
    device = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["session_key"], name="sign_in_of_session")]

    def __str__(self) -> str:
        return f"{self.account} on {self.device or 'an unknown device'}"
