"""Whom borrowers work for, as records that payroll deductions and reports can go by."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.mfis.core.tables import Revisioned


class EmployerQuerySet(models.QuerySet["Employer"]):
    def in_use(self) -> EmployerQuerySet:
        """Those that are offered."""
        return self.filter(is_active=True)


class Employer(Revisioned):
    """An employer of several borrowers. `pay_day` is a day of the month; of a shorter month its last."""

    code = models.CharField(max_length=20, help_text="Short, as deduction lists name it.")
    name = models.CharField(max_length=120)
    contact_name = models.CharField("contact", max_length=150, blank=True)
    phone = models.CharField(max_length=20, blank=True, help_text="8 digits, like 2231 2345.")
    email = models.EmailField("e-mail", max_length=254, blank=True)
    pay_day = models.PositiveSmallIntegerField(
        "pay day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="The day of the month on which wages are paid.",
    )
    address = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField("in use", default=True)

    objects = EmployerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(code="") & ~models.Q(name=""), name="employer_has_code_and_name"
            ),
            models.CheckConstraint(
                condition=models.Q(pay_day__isnull=True) | models.Q(pay_day__gte=1, pay_day__lte=31),
                name="employer_pay_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name
