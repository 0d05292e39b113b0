"""The facts about a loan. Everything else about it is computed from these."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop as _  # marks what borrowers read; `wording.movement` translates it

from apps.loans.book.models.loan import Loan
from apps.mfis.core.tables import Fact


class EventType(models.TextChoices):
    """What can happen to a loan; the workflow's `EVENTS` says what follows from each."""

    SUBMITTED = "submitted", "Applied"
    REVIEW_STARTED = "review_started", "Review begun"
    ASSIGNED = "assigned", "Officer assigned"
    REVIEWED = "reviewed", "Reviewed"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    AMENDED = "amended", "Application changed"
    RETURNED = "returned", "Returned for changes"
    SENT_BACK = "sent_back", "Sent back to review"
    AGREED = "agreed", "Terms agreed to"
    INFO_REQUESTED = "info_requested", "Information requested"
    INFO_GIVEN = "info_given", "Information given"
    DISBURSED = "disbursement", "Disbursed"
    TAKEN_ON = "take_on", "Taken on from another system"
    REPAYMENT = "repayment", _("Repayment")
    PAY_OFF = "pay_off", _("Paid off")
    GOODWILL = "goodwill_credit", _("Goodwill credit")
    CHARGE = "add_charge", _("Charge")
    WAIVE_CHARGE = "waive_charge", _("Charge waived")
    WAIVE_INTEREST = "waive_interest", _("Interest waived")
    REFUND = "refund", _("Refund")
    RESTRUCTURE_PROPOSED = "restructure_proposed", "Restructuring proposed"
    RESTRUCTURED = "reschedule", "Restructured"
    CHARGE_OFF_PROPOSED = "charge_off_proposed", "Charge-off proposed"
    CHARGED_OFF = "charge_off", _("Charged off")
    WRITE_OFF_PROPOSED = "write_off_proposed", "Write-off proposed"
    WRITTEN_OFF = "write_off", _("Written off")
    WRITE_OFF_UNDO_PROPOSED = "undo_write_off", "Undoing the write-off proposed"
    STEP_PROPOSED = "step_proposed", "Proposed"
    STEP_AGREED = "step_agreed", "Agreed to"
    PROPOSAL_DECLINED = "proposal_declined", "Proposal declined"
    RECOVERY = "recovery", _("Recovery")
    PROMISE = "promise", "Promise to pay"
    NOTE = "note", "Note"
    REVERSAL = "undo", _("Reversal")


MOVES_MONEY = ["disbursement", "take_on", "repayment", "pay_off", "goodwill_credit", "refund", "write_off", "recovery"]

# What is collected: money that borrowers bring counts, money given back to them counts against it. What was reversed
# counts for nothing, and what is kept back of a pay-out was never brought.
COLLECTS = {EventType.REPAYMENT: 1, EventType.PAY_OFF: 1, EventType.RECOVERY: 1, EventType.REFUND: -1}

RECEIPTS = tuple(kind for kind, sign in COLLECTS.items() if sign > 0)  # each has a receipt's number


LENT = (EventType.DISBURSED, EventType.TAKEN_ON)  # money was lent: here, or by another system


class Channel(models.TextChoices):
    """The ways that money comes and goes."""

    CASH = "cash", "Cash"
    BANK = "bank", "Bank transfer"
    MPESA = "mpesa", "M-Pesa"
    ECOCASH = "ecocash", "EcoCash"
    CPAY = "cpay", "C-Pay"


COLLECTED_AMOUNT = models.Sum(
    models.Case(
        *(models.When(type=kind, then=sign * models.F("amount")) for kind, sign in COLLECTS.items()),
        default=models.Value(0),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
    )
)


class LoanEventQuerySet(models.QuerySet["LoanEvent"]):
    """Facts about loans, by the questions that are asked of them."""

    def in_booking_order(self) -> LoanEventQuerySet:
        """As the fold takes them."""
        return self.order_by("recorded_at", "id")

    def latest_first(self) -> LoanEventQuerySet:
        return self.order_by("-recorded_at", "-id")

    def standing(self) -> LoanEventQuerySet:
        """Those that no reversal has taken back."""
        return self.filter(reversed_by__isnull=True)

    def of_type(self, *types: str) -> LoanEventQuerySet:
        return self.filter(type__in=types)

    def receipts(self) -> LoanEventQuerySet:
        """Money that borrowers brought and that no reversal has taken back."""
        return self.of_type(*RECEIPTS).standing()

    def collected(self) -> LoanEventQuerySet:
        """What counts as collected, in one way or the other; `amount_collected` sums it with its sign."""
        return self.of_type(*COLLECTS).standing()

    def amount_collected(self) -> Decimal:
        """All that was collected among these events, in the MFI's currency."""
        return self.collected().aggregate(sum=COLLECTED_AMOUNT)["sum"] or Decimal(0)


class LoanEvent(Fact):
    """One thing that happened to a loan. Never changed: a correction is a new event that says what it undoes.

    What may happen only once (the disbursement, say) has a key derived from the loan, so that the database itself
    refuses the second.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="events", db_index=False)
    type = models.CharField(max_length=30, choices=EventType.choices)
    value_date = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    idempotency_key = models.CharField(max_length=80, blank=True)
    number = models.CharField("receipt number", max_length=16, blank=True)
    payload = models.JSONField(default=dict)
    # The chain of this node's events: each hash covers the row and the hash before it (letsema_link, by trigger).
    chain_seq = models.BigIntegerField(null=True, editable=False)
    chain_hash = models.BinaryField(null=True, editable=False)

    objects = LoanEventQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]
        # A NULL makes a CHECK neither true nor false, and PostgreSQL lets that pass: so each says what may be null.
        indexes = [
            models.Index(fields=["loan", "recorded_at", "id"], name="event_of_loan_in_order"),
            models.Index(fields=["node", "chain_seq"], name="event_of_chain"),
            models.Index(fields=["value_date"], name="event_by_value_date"),
            models.Index(fields=["loan", "value_date"], name="event_of_loan_by_day"),
            models.Index(fields=["value_date"], name="event_taken_on", condition=models.Q(type="take_on")),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(type__in=[t.value for t in EventType]), name="event_type_known"),
            models.CheckConstraint(
                condition=~models.Q(type__in=MOVES_MONEY) | models.Q(amount__isnull=False, amount__gt=0),
                name="event_money_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(type="undo") | models.Q(reverses__isnull=False), name="event_undo_names_event"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.value_date}"
