"""What loans are for, as a list that applications are chosen from and reports go by."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from apps.mfis.core.tables import Revisioned
from apps.users.accounts.particulars import Sector


class LoanPurposeQuerySet(models.QuerySet["LoanPurpose"]):
    def offered(self) -> LoanPurposeQuerySet:
        """Those that an application may name."""
        return self.filter(is_active=True)


class LoanPurpose(Revisioned):
    """A purpose, in both languages, and the sector that a loan for it counts in."""

    name = models.CharField(max_length=80)
    name_st = models.CharField("in Sesotho", max_length=80, blank=True)
    sector = models.CharField(max_length=12, choices=Sector.choices)
    is_active = models.BooleanField("offered", default=True)

    objects = LoanPurposeQuerySet.as_manager()

    class Meta:
        verbose_name = "purpose"
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="purpose_has_name")]

    def __str__(self) -> str:
        return self.name


# What an MFI begins with: English, Sesotho, sector. The keys are the same on every node.
USUAL_PURPOSES = (
    ("Stock for a shop or stall", "Thepa ea lebenkele", Sector.TRADE),
    ("Street vending", "Ho rekisa seterateng", Sector.TRADE),
    ("Seed, fertiliser and ploughing", "Peo, manyolo le ho lema", Sector.AGRICULTURE),
    ("Livestock", "Liphoofolo", Sector.AGRICULTURE),
    ("Services and repairs", "Litšebeletso le litokiso", Sector.SERVICES),
    ("Sewing, crafts and making", "Ho roka le mesebetsi ea matsoho", Sector.MANUFACTURE),
    ("Taxi or transport", "Tekesi kapa lipalangoang", Sector.TRANSPORT),
    ("Building or mending a house", "Ho haha kapa ho lokisa ntlo", Sector.CONSTRUCTION),
    ("School or college fees", "Chelete ea sekolo", Sector.EDUCATION),
    ("Medical costs", "Litšenyehelo tsa bongaka", Sector.HEALTH),
    ("Household needs", "Litlhoko tsa lelapa", Sector.CONSUMPTION),
    ("Funeral", "Lepato", Sector.CONSUMPTION),
    ("Other", "Tse ling", Sector.OTHER),
)


def usual_purpose_id(number: int) -> UUID:
    """The key of the nth of the usual purposes, from 1."""
    return UUID(f"0f5c4a00-0000-7000-8000-0000000001{number:02d}")
