"""Files that are too long to wait for: the worker writes them, and whoever asked fetches them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.mfis.core.tables import NodeLocal, new_id
from apps.users.accounts.models import Account


class ExportedFile(NodeLocal):
    """A list or report that somebody asked for as a file. It lies on the node where it was asked for, for some days."""

    class State(models.TextChoices):
        WAITING = "waiting", "Is being written"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be written"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="files")
    title = models.CharField("what", max_length=200)
    file_name = models.CharField("file", max_length=200, blank=True, default="")
    # The page that writes it, as it was asked: it decides anew what its reader may see.
    address = models.CharField(max_length=2000)
    form = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    size = models.PositiveBigIntegerField("bytes", default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    asked_at = models.DateTimeField("asked for", db_default=Now())
    ended_at = models.DateTimeField("written", null=True)
    fetched_at = models.DateTimeField("fetched", null=True)

    class Meta:
        verbose_name = "file"
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["account", "-asked_at"], name="file_of_account"),
            models.Index(fields=["asked_at"], name="file_waiting", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return self.title
