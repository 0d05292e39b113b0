"""Double entry: accounts, entries and lines, closed periods, and journals proposed by hand.

Entries and lines are facts. The database checks at commit that every entry balances, and that nothing is posted into
a closed period (`letsema_journal_*` in apps/mfis/core/sql/functions.sql).
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import models

from apps.loans.book.models import Loan, LoanEvent
from apps.loans.products.models import Product
from apps.mfis.core.tables import Fact, NodeLocal, Projection, Revisioned


class GLAccount(Revisioned):
    """One account of the chart. `role` is what posting rules call it; an account without one is posted to by hand."""

    class Type(models.TextChoices):
        ASSET = "asset", "Asset"
        LIABILITY = "liability", "Liability"
        EQUITY = "equity", "Equity"
        INCOME = "income", "Income"
        EXPENSE = "expense", "Expense"

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    type = models.CharField(max_length=10, choices=Type.choices)
    role = models.CharField("used by", max_length=30, blank=True, editable=False)
    is_financing = models.BooleanField(
        "cost of funds", default=False, help_text="Interest and fees on what the MFI itself borrowed."
    )
    may_go_below_zero = models.BooleanField(
        "may go below zero",
        default=False,
        db_default=False,
        help_text="Cash, bank, wallets and other assets hold no less than nothing, unless this says so: an overdraft.",
    )
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        verbose_name = "account"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__in=["asset", "liability", "equity", "income", "expense"]),
                name="account_type_known",
            ),
            models.CheckConstraint(condition=~models.Q(code="") & ~models.Q(name=""), name="account_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AccountMapping(Revisioned):
    """Another account for a posting role, for one product."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="account_mappings")
    role = models.CharField(max_length=30)
    account = models.ForeignKey(GLAccount, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["product", "role"]

    def __str__(self) -> str:
        return f"{self.product}: {self.role} to {self.account}"


class JournalEntry(Fact):
    """One balanced posting. `posted_on` is its day in the books; `value_date` the day of the fact behind it."""

    class Source(models.TextChoices):
        LOAN = "loan", "Loan"
        ACCRUAL = "accrual", "Accrual"
        OPENING = "opening", "Loans taken on"
        PROVISION = "provision", "Provision"
        MANUAL = "manual", "By hand"
        CLOSING = "closing", "Year end"

    source = models.CharField(max_length=10, choices=Source.choices)
    posted_on = models.DateField("posted on")
    value_date = models.DateField()
    narrative = models.CharField(max_length=200)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, related_name="entries")
    event = models.ForeignKey(LoanEvent, on_delete=models.PROTECT, null=True, related_name="entries")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, related_name="+")
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = "journal entry"
        verbose_name_plural = "journal entries"
        ordering = ["-posted_on", "-recorded_at", "-id"]
        indexes = [
            models.Index(fields=["-posted_on", "-recorded_at", "-id"], name="entry_newest_first"),
            models.Index(fields=["loan"], name="entry_of_loan"),
            models.Index(fields=["event"], name="entry_of_event"),
            models.Index(fields=["source"], name="entry_by_source"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__in=["loan", "accrual", "opening", "provision", "manual", "closing"]),
                name="entry_source_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(source="loan") | models.Q(loan__isnull=False), name="entry_of_loan_names_it"
            ),
            models.CheckConstraint(
                condition=models.Q(posted_on__gte=models.F("value_date")), name="entry_not_before_its_fact"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.posted_on} {self.narrative}"


class JournalLineQuerySet(models.QuerySet["JournalLine"]):
    """Lines of the journal, summed up."""

    def total(self) -> Decimal:
        """What these lines come to, debit above zero."""
        return self.aggregate(total=models.Sum("amount"))["total"] or Decimal(0)

    def by_account(self) -> dict[UUID, Decimal]:
        """The same for each account."""
        return dict(self.order_by().values_list("account_id").annotate(total=models.Sum("amount")))


class JournalLine(Fact):
    """One side of an entry: debit above zero, credit below. Loan and day stand here too, for the sub-ledger."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(GLAccount, on_delete=models.PROTECT, related_name="lines")
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    posted_on = models.DateField()
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, related_name="+")

    objects = JournalLineQuerySet.as_manager()

    class Meta:
        ordering = ["entry", "-amount"]
        indexes = [
            models.Index(fields=["entry"], name="line_of_entry"),
            models.Index(fields=["account", "posted_on"], name="line_of_account", include=["amount"]),
            models.Index(
                fields=["loan", "account"],
                name="line_of_loan",
                include=["amount"],
                condition=models.Q(loan__isnull=False),
            ),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(amount=0), name="line_not_zero")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"

    @property
    def debit(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None


class MoneyHeld(Projection):
    """A part of what an account holds, for accounts of money: a trigger adds one for each statement that posts to it.

    Whoever takes money out adds the parts up, so that it costs what came since, and not what the books hold.
    """

    account = models.ForeignKey(GLAccount, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    amount = models.DecimalField(max_digits=20, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"


class PeriodClosing(Fact):
    """The books are closed through a day: nothing is posted on it or before it any more."""

    through = models.DateField()
    is_year_end = models.BooleanField(default=False)
    figures = models.JSONField(default=dict)  # the indicators and the ageing as they were closed: never taken again
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-through"]
        indexes = [models.Index(fields=["-through"], name="closing_latest")]

    def __str__(self) -> str:
        return f"Closed through {self.through}"


class ManualJournal(Revisioned):
    """An entry proposed by hand, for a second person to post."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Waiting"
        POSTED = "posted", "Posted"
        DECLINED = "declined", "Declined"

    posted_on = models.DateField("date")
    narrative = models.CharField(max_length=200)
    lines = models.JSONField(help_text="account and signed amount, debit above zero")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    maker_id = models.UUIDField()
    maker_name = models.CharField(max_length=150)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_reason = models.CharField(max_length=500, blank=True)
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "manual journal"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["proposed", "posted", "declined"]), name="manual_status_known"
            )
        ]

    def __str__(self) -> str:
        return self.narrative

    def amounts(self) -> list[tuple[UUID, Decimal]]:
        """Account and signed amount of each line, debit above zero."""
        return [(UUID(line["account"]), Decimal(line["amount"])) for line in self.lines]


class ClosingProposal(Revisioned):
    """A closing of the books that one person asks for and another agrees to."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Waiting"
        POSTED = "posted", "Closed"
        DECLINED = "declined", "Declined"

    through = models.DateField("closed through")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    maker_id = models.UUIDField()
    maker_name = models.CharField(max_length=150)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_reason = models.CharField(max_length=500, blank=True)
    closing = models.ForeignKey(PeriodClosing, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "proposed closing"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["proposed", "posted", "declined"]), name="closing_status_known"
            )
        ]

    def __str__(self) -> str:
        return f"Close the books through {self.through:%-d %b %Y}"


class BooksCheck(NodeLocal):
    """What `verify_books` found, and when."""

    checked_at = models.DateTimeField(auto_now_add=True)
    seconds = models.FloatField()
    loans = models.PositiveIntegerField()
    breaks = models.JSONField(default=list)

    class Meta:
        ordering = ["-checked_at"]

    def __str__(self) -> str:
        return f"{len(self.breaks)} break(s)"
