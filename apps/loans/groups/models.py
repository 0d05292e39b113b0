"""Groups whose members answer for each other's loans and repay at their meetings."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.loans.domain.calendar import add_periods
from apps.mfis.core.tables import Revisioned
from apps.users.accounts.models import Account


class Group(Revisioned):
    """A group with its meetings: every so many weeks or months, counted from the first."""

    class Frequency(models.TextChoices):
        WEEKS = "weeks", "Weeks"
        MONTHS = "months", "Months"

    name = models.CharField(max_length=80)
    place = models.CharField("meets at", max_length=120, blank=True)
    meets_from = models.DateField("first meeting", help_text="The others are counted from it.")
    meets_every = models.PositiveSmallIntegerField(
        "meets every", default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    frequency = models.CharField("counted in", max_length=10, choices=Frequency.choices, default=Frequency.WEEKS)
    officer = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="loan officer"
    )
    is_active = models.BooleanField("meets", default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="group_is_named"),
            models.CheckConstraint(
                condition=models.Q(meets_every__gte=1, frequency__in=["weeks", "months"]), name="group_meets"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuses a second group of the same name.

        Raises:
            ValidationError: on the name.
        """
        if Group.objects.filter(name__iexact=self.name.strip()).exclude(pk=self.pk).exists():
            raise ValidationError({"name": "Another group has this name."})

    @property
    def rhythm(self) -> str:
        """Every 2 weeks."""
        unit = self.frequency if self.meets_every > 1 else self.frequency[:-1]
        return f"every {self.meets_every} {unit}" if self.meets_every > 1 else f"every {unit}"

    def next_meeting(self, day: date) -> date:
        """The first meeting on or after `day`."""
        unit: Any = self.frequency
        meetings = (add_periods(self.meets_from, unit, self.meets_every * n) for n in count())
        return next(meeting for meeting in meetings if meeting >= day)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        """Those of members who have not left."""
        return self.filter(left_on=None)


class Membership(Revisioned):
    """A borrower in a group, from a day until they left."""

    class Office(models.TextChoices):
        MEMBER = "member", "Member"
        CHAIR = "chair", "Chair"
        SECRETARY = "secretary", "Secretary"
        TREASURER = "treasurer", "Treasurer"

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    borrower = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    office = models.CharField(max_length=10, choices=Office.choices, default=Office.MEMBER)
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["group", "joined_on", "id"]
        indexes = [models.Index(fields=["borrower"], name="member_now", condition=models.Q(left_on__isnull=True))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True) | models.Q(left_on__gte=models.F("joined_on")),
                name="member_left_after_joining",
            )
        ]

    def __str__(self) -> str:
        return f"{self.borrower} in {self.group}"
