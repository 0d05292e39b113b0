"""All accounts of all MFIs in one table, so that the system-wide list stays one query a page."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import Projection


class DirectoryEntry(Projection):
    """A copy of what the list of all people shows of an account.

    Written by the trigger `letsema_directory` in the transaction that changes the account; never by hand.
    """

    account_id = models.UUIDField(primary_key=True)
    schema_name = models.CharField("MFI", max_length=63)
    full_name = models.CharField("name", max_length=150)
    email = models.CharField("e-mail", max_length=254, blank=True, null=True)
    phone = models.CharField(max_length=16, blank=True, null=True)
    role = models.CharField(max_length=20)
    duties = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField("active")
    has_signed_up = models.BooleanField("password set")
    created_at = models.DateTimeField("created")

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["full_name", "account_id"]
        indexes = [
            models.Index(fields=["full_name", "account_id"], name="directory_by_name"),
            models.Index(fields=["schema_name", "full_name", "account_id"], name="directory_of_mfi"),
            models.Index(fields=["role"], name="directory_by_role"),
            models.Index(fields=["is_active", "has_signed_up"], name="directory_by_state"),
        ]

    def __str__(self) -> str:
        return self.full_name
