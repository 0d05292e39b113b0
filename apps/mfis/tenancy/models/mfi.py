"""The microfinance institution and the host names it answers to."""

from __future__ import annotations

from uuid import NAMESPACE_DNS, UUID, uuid5

from django.core.validators import RegexValidator
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from apps.mfis.core.tables import Revisioned
from apps.mfis.tenancy.districts import District
from apps.mfis.tenancy.subdomains import validate_subdomain

TENANTS = uuid5(NAMESPACE_DNS, "mfi.letsema")


def tenant_id(schema_name: str) -> UUID:
    """The MFI's key, derived from its schema's name so that two nodes cannot give one name two keys."""
    return uuid5(TENANTS, schema_name)


class Licence(models.TextChoices):
    """What the MFI is licensed as; it decides how it may price (see docs/field.md)."""

    MONEY_LENDER = "money_lender", "Money lender (Order 25 of 1989)"
    CREDIT_ONLY_3 = "credit_only_3", "Credit-only MFI, tier 3"
    CREDIT_ONLY_2 = "credit_only_2", "Credit-only MFI, tier 2"
    CREDIT_ONLY_1 = "credit_only_1", "Credit-only MFI, tier 1"


class MFI(TenantMixin, Revisioned):  # type: ignore[misc, django-manager-missing]
    """A tenant. Its data lives in the PostgreSQL schema `schema_name`, which is its subdomain with _ for -."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        CLOSING = "closing", "Closing"
        CLOSED = "closed", "Closed"

    auto_create_schema = False  # provisioning does it, from rendered DDL, in one transaction
    auto_drop_schema = False

    name = models.CharField(max_length=120)
    subdomain = models.CharField(
        max_length=40,
        validators=[validate_subdomain],
        help_text="Where its people sign in: [subdomain].letsema. Small letters, digits and hyphens.",
    )
    licence_type = models.CharField("licence", max_length=20, choices=Licence.choices)
    district = models.CharField(max_length=20, choices=District.choices)
    location = models.CharField(max_length=120, blank=True, help_text="Street and town of the head office.")
    contact_name = models.CharField("contact person", max_length=120, blank=True)
    contact_email = models.EmailField("contact e-mail")
    contact_phone = models.CharField("contact phone", max_length=16, blank=True)
    currency = models.CharField(max_length=3, default="LSL")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    brand_colour = models.CharField(
        max_length=7,
        default="#0f5c4a",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Give a colour like #0f5c4a.")],
    )
    home_node = models.CharField(max_length=1, default="A", editable=False)

    class Meta:
        verbose_name = "MFI"
        verbose_name_plural = "MFIs"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "suspended", "closing", "closed"]), name="mfi_status_known"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="mfi_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_money_lender(self) -> bool:
        return self.licence_type == Licence.MONEY_LENDER


class Domain(DomainMixin):  # type: ignore[misc]
    """A host name of an MFI. Its key is derived from the name, so the unique name needs no second guard."""

    id = models.UUIDField(primary_key=True, editable=False)

    kind = Revisioned.kind

    class Meta:
        ordering = ["domain"]

    def save(self, *args: object, **kwargs: object) -> None:
        self.id = uuid5(NAMESPACE_DNS, self.domain)
        super().save(*args, **kwargs)


class MFILogo(models.Model):
    """An MFI's logo, kept small and in the database so that every node shows it."""

    kind = Revisioned.kind
    MAXIMUM_BYTES = 64 * 1024

    mfi = models.OneToOneField(MFI, on_delete=models.PROTECT, related_name="logo", primary_key=True)
    content_type = models.CharField(max_length=20)
    content = models.BinaryField()

    class Meta:
        verbose_name = "logo"
        ordering = ["mfi"]

    def __str__(self) -> str:
        return f"Logo of {self.mfi}"
