"""What the fold gives, kept for lists and reports. Written in the event's transaction, rebuildable at any time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import models
from django.db.models.functions import Coalesce

from apps.loans.book.models.loan import Loan
from apps.loans.products.models import Product
from apps.mfis.core.tables import Projection, new_id
from apps.users.accounts.selectors import belongs_to


class Status(models.TextChoices):
    SUBMITTED = "submitted", "Submitted"
    UNDER_REVIEW = "under_review", "Under review"
    REVIEWED = "reviewed", "Ready for approval"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    INFO_REQUESTED = "info_requested", "Information requested"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ACTIVE = "active", "Active"
    OVERPAID = "overpaid", "Overpaid"
    CLOSED = "closed", "Closed"
    CHARGED_OFF = "charged_off", "Charged off"
    WRITTEN_OFF = "written_off", "Written off"
    TAKEN_BACK = "taken_back", "Taken off the books"


# All that is owed, and since when an active loan owes it, for the database to sort by; an index stands on each.
TOTAL_OUTSTANDING = (
    models.F("principal_outstanding") + models.F("interest_outstanding") + models.F("charges_outstanding")
)
LATE_SINCE = models.Case(models.When(status=Status.ACTIVE, then=models.F("oldest_due_date")))


class LoanStateQuerySet(models.QuerySet["LoanState"]):
    """Where loans stand, by the questions that are asked of them."""

    def of_borrower(self, account_id: UUID | None) -> LoanStateQuerySet:
        """Those of an account's loans, and of those of accounts that were merged into it."""
        return self.filter(belongs_to(account_id, "loan__borrower"))

    def disbursed(self) -> LoanStateQuerySet:
        """Those of loans whose money was handed over, whatever became of them since."""
        return self.filter(disbursed_on__isnull=False)

    def first_day(self) -> date | None:
        """The first day on which one of them was lent, or taken on from another system."""
        day: date | None = self.disbursed().aggregate(day=models.Min(Coalesce("taken_on", "disbursed_on")))["day"]
        return day


class LoanState(Projection):
    """A loan's balances. Narrow, and with room in its pages, because it changes with every receipt.

    `oldest_due_date` is the due date of the oldest unpaid installment: it changes by events, not by the calendar,
    so arrears and portfolio at risk on any day need no day-end job.
    """

    loan = models.OneToOneField(Loan, on_delete=models.PROTECT, primary_key=True, related_name="state")
    status = models.CharField(max_length=15, choices=Status.choices)
    reviewer_id = models.UUIDField(null=True)
    disbursed_on = models.DateField(null=True)
    taken_on = models.DateField(null=True)  # the day on which its figures came from another system
    closed_on = models.DateField(null=True)
    principal_outstanding = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    interest_outstanding = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    charges_outstanding = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    total_paid = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    overpaid = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    oldest_due_date = models.DateField(null=True)
    folded_on = models.DateField(null=True)  # the day it was folded to, where time alone changes what is owed
    restructured = models.BooleanField(default=False)
    proposal = models.CharField(max_length=20, blank=True)  # what waits for a second person
    next_due_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    events_folded = models.PositiveIntegerField(default=0)
    amended = models.JSONField(null=True)  # the terms and purpose that took the place of what was asked for

    objects = LoanStateQuerySet.as_manager()

    class Meta:
        ordering = ["loan"]
        indexes = [
            models.Index(fields=["status", "loan"], name="state_by_status"),  # a key tells which loan is the newer
            models.Index(fields=["loan"], name="state_proposed", condition=~models.Q(proposal="")),
            models.Index(TOTAL_OUTSTANDING, name="state_by_outstanding"),
            models.Index(LATE_SINCE, name="state_by_lateness"),
            models.Index(fields=["oldest_due_date"], name="state_by_oldest_due", condition=models.Q(status="active")),
            models.Index(fields=["folded_on"], name="state_that_moves", condition=models.Q(folded_on__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(principal_outstanding__gte=0)
                & models.Q(interest_outstanding__gte=0)
                & models.Q(charges_outstanding__gte=0)
                & models.Q(overpaid__gte=0),
                name="state_nothing_negative",
            )
        ]

    def __str__(self) -> str:
        return self.get_status_display()

    @property
    def total_outstanding(self) -> Decimal:
        """Principal, interest and charges together."""
        return self.principal_outstanding + self.interest_outstanding + self.charges_outstanding


class InstallmentQuerySet(models.QuerySet["Installment"]):
    def unpaid(self) -> InstallmentQuerySet:
        """Those of which something is still outstanding."""
        return self.filter(outstanding__gt=0)


class Installment(Projection):
    """One row of the schedule, with what was paid on it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="installments")
    n = models.PositiveSmallIntegerField("no.")
    due_date = models.DateField("due")
    days = models.PositiveSmallIntegerField()
    principal = models.DecimalField(max_digits=12, decimal_places=2)
    interest = models.DecimalField(max_digits=12, decimal_places=2)
    fees = models.DecimalField(max_digits=12, decimal_places=2)
    penalties = models.DecimalField(max_digits=12, decimal_places=2)
    balance = models.DecimalField(max_digits=12, decimal_places=2)
    paid = models.DecimalField(max_digits=12, decimal_places=2)
    outstanding = models.DecimalField(max_digits=12, decimal_places=2)
    # What of it another system had earned before the loan was taken on: it is no income here.
    brought_interest = models.DecimalField(max_digits=12, decimal_places=2, default=0, db_default=0)
    brought_fees = models.DecimalField(max_digits=12, decimal_places=2, default=0, db_default=0)
    brought_penalties = models.DecimalField(max_digits=12, decimal_places=2, default=0, db_default=0)

    objects = InstallmentQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "n"]
        constraints = [models.UniqueConstraint(fields=["loan", "n"], name="one_installment_of_a_number")]
        indexes = [
            models.Index(fields=["due_date"], name="installment_unpaid_by_due", condition=models.Q(outstanding__gt=0))
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.n}"


class AccrualState(Projection):
    """How a loan's income runs: what its past installments earned, and the one running. Read whole at each day end.

    One narrow row a loan stands for its dozen installments, so that a day's accrual reads a twelfth of them. It is
    placed on yesterday, the last day that can be ended; `closed_on` with the totals takes its place from that day on.
    """

    loan = models.OneToOneField(Loan, on_delete=models.PROTECT, primary_key=True, related_name="accrual_state")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    start = models.DateField()
    due = models.DateField(null=True)  # of the running installment; None after the last
    interest = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    earned = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    fees = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    penalties = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    closed_on = models.DateField(null=True)
    total_interest = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    total_fees = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    total_penalties = models.DecimalField(max_digits=12, decimal_places=2, default=0)

    class Meta:
        db_table = "loans_earning"
        ordering = ["loan"]

    def __str__(self) -> str:
        return f"{self.loan_id} to {self.due}"
