"""What was applied for, by whom. Written once; what became of it is in its events."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce

from apps.loans.domain.terms import Terms
from apps.loans.domain.terms_parser import parse_agreed_terms
from apps.loans.products.models import LoanPurpose, Product
from apps.mfis.core.tables import Fact
from apps.users.accounts.models import Account
from apps.users.accounts.selectors import belongs_to

# The same as `Loan.principal`, for the database to sort and to add up by.
AGREED_PRINCIPAL = Coalesce(
    Cast(
        KeyTextTransform("principal", KeyTransform("terms", "state__amended")),
        models.DecimalField(max_digits=12, decimal_places=2),
    ),
    models.F("asked_principal"),
)


class LoanQuerySet(models.QuerySet["Loan"]):
    """Loans, by the questions that are asked of them."""

    def of_borrower(self, account_id: UUID | None) -> LoanQuerySet:
        """Those of an account, and of those that were merged into it."""
        return self.filter(belongs_to(account_id))

    def projected(self) -> LoanQuerySet:
        """Those whose state is known: one that just arrived from another node is folded in a moment."""
        return self.filter(state__isnull=False)

    def there(self) -> LoanQuerySet:
        """Those of them that are loans still: one that was taken on by mistake and taken back is none."""
        return self.projected().exclude(state__status="taken_back")


class Loan(Fact):
    """An application, and the loan it becomes. The `asked_…` columns are what was applied for at first.

    What was agreed since is in its events, and read from the projection: `terms_agreed` is the loan case form of
    docs/loan-engine.md.
    """

    number = models.CharField(max_length=16, editable=False, db_index=True)
    borrower = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="loans")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="loans")
    group = models.ForeignKey("loans.Group", on_delete=models.PROTECT, null=True, related_name="loans")
    product_version = models.PositiveIntegerField()
    asked_terms = models.JSONField("terms", db_column="terms_agreed")
    asked_principal = models.DecimalField("principal", max_digits=12, decimal_places=2, db_column="principal")
    asked_purpose = models.CharField("purpose", max_length=200, blank=True, db_column="purpose")
    listed_purpose = models.ForeignKey(
        LoanPurpose, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="purpose on the list"
    )
    submitted_on = models.DateField("applied on")
    external_number = models.CharField(
        "number elsewhere",
        max_length=60,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="What another system called the loan, which was taken on from it.",
    )

    objects = LoanQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(asked_principal__gt=0), name="loan_principal_positive")
        ]
        indexes = [
            models.Index(fields=["-recorded_at", "-id"], name="loan_newest_first"),
            models.Index(fields=["borrower", "-recorded_at"], name="loan_of_borrower"),
            models.Index(fields=["submitted_on", "id"], name="loan_by_application"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def _amended(self) -> dict[str, Any]:
        """What took the place of what was asked for, as the projection holds it; empty where nothing did."""
        state = getattr(self, "state", None)
        return (state.amended or {}) if state else {}

    @property
    def terms_agreed(self) -> dict[str, Any]:
        """The loan case form of what is agreed by now."""
        terms: dict[str, Any] = self._amended.get("terms", self.asked_terms)
        return terms

    @property
    def principal(self) -> Decimal:
        """The amount that is agreed by now, in the loan's currency."""
        return Decimal(self._amended["terms"]["principal"]) if self._amended else self.asked_principal

    @property
    def purpose(self) -> str:
        return str(self._amended.get("purpose", self.asked_purpose))

    @property
    def purpose_told(self) -> str:
        """The purpose by the list, and what was said beside it."""
        listed = self.listed_purpose.name if self.listed_purpose else ""
        return ": ".join(dict.fromkeys(filter(None, (listed, self.purpose))))

    @property
    def terms(self) -> Terms:
        return parse_agreed_terms(self.terms_agreed)

    @property
    def currency(self) -> str:
        unit: dict[str, Any] = self.asked_terms.get("currency", {})
        return str(unit.get("code", "LSL"))

    def is_of(self, account_id: UUID | None) -> bool:
        """True when the account applied for it, or the one that did was merged into it."""
        return account_id is not None and account_id in (self.borrower_id, self.borrower.merged_into_id)
