"""The offices of an MFI."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from apps.mfis.core.tables import Revisioned
from apps.mfis.tenancy.districts import District

HEAD_OFFICE_ID = UUID("0f5c4a00-0000-7000-8000-000000000002")  # the same on every node


class BranchQuerySet(models.QuerySet["Branch"]):
    def open(self) -> BranchQuerySet:
        """Those that people may be given to."""
        return self.filter(is_active=True)


class Branch(Revisioned):
    """An office that has borrowers, loans, staff and a till. Every MFI begins with its head office."""

    code = models.CharField(max_length=10, help_text="Short, as reports show it: MSU.")
    name = models.CharField(max_length=80)
    district = models.CharField(max_length=20, choices=District.choices, blank=True)
    address = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField("open", default=True)

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "branches"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(code="") & ~models.Q(name=""), name="branch_has_code_and_name")
        ]

    def __str__(self) -> str:
        return self.name
