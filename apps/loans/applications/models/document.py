"""Documents of a borrower or a loan. Their bytes lie in the tenant's schema: apart, backed up and copied with it."""

from __future__ import annotations

from django.db import models

from apps.loans.book.models import Loan
from apps.mfis.core.tables import Fact, Revisioned
from apps.users.accounts.models import Account


class DocumentQuerySet(models.QuerySet["Document"]):
    def in_use(self) -> DocumentQuerySet:
        """Those that nobody has set aside."""
        return self.filter(is_active=True)


class Document(Revisioned):
    """Something that was handed in. The bytes are another row, so that lists and revisions do not carry them."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", "Identity paper"
        PAYSLIP = "payslip", "Payslip"
        STATEMENT = "statement", "Bank or wallet statement"
        RESIDENCE = "residence", "Proof of residence"
        BUSINESS = "business", "Business record"
        PHOTOGRAPH = "photograph", "Photograph of the borrower"
        AGREEMENT = "agreement", "Signed agreement"
        OTHER = "other", "Other"

    borrower = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="documents")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    what = models.CharField("kind", max_length=12, choices=Kind.choices)
    file_name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField("bytes")
    sha256 = models.CharField(max_length=64)
    added_by = models.CharField(max_length=150)
    is_active = models.BooleanField("in use", default=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["loan"], name="document_of_loan")]
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=0), name="document_not_empty")]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.file_name}"


class DocumentContent(Fact):
    """The bytes of a document, as they were handed in."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="contents")
    content = models.BinaryField()

    class Meta:
        ordering = ["document"]

    def __str__(self) -> str:
        return f"content of {self.document_id}"
