"""Repayments from a spreadsheet: rehearsed and booked by what books many receipts, each once by whatever door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.loans.book.models import RECEIPTS, Channel, EventType, Loan, LoanEvent
from apps.loans.book.named_loans import LOAN_COLUMNS, NamedLoans
from apps.loans.book.references import fold_reference
from apps.loans.servicing.services.many_repayments import (
    ReceiptRow,
    Refused,
    RowBooked,
    record_repayments,
    rehearse_repayments,
)
from apps.loans.servicing.services.many_reversals import reverse_repayments
from apps.mfis.core.errors import NotAllowed
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Made, Option, Row
from apps.users.spreadsheets.records import spoken
from apps.users.spreadsheets.values import Holds

REASON = "The import was taken back."
KEPT = "Say for the file that it is kept as overpaid, or change the amount."

CHANNEL_WORDS = {
    **dict.fromkeys(("ka letsoho", "chelete", "notes", "cash payment", "counter"), Channel.CASH),
    **dict.fromkeys(("eft", "deposit", "bank deposit", "transfer", "stop order", "debit order", "banka"), Channel.BANK),
    **dict.fromkeys(("m pesa", "vodacom", "vodacom mpesa"), Channel.MPESA),
    **dict.fromkeys(("eco cash", "econet", "econet ecocash"), Channel.ECOCASH),
}
CHANNELS = {channel.value: str(channel.label) for channel in Channel}


class RepaymentKind(Kind):
    """Money received. What is booked already, by whichever door, is passed over."""

    name = "repayments"
    title = _("Import repayments")
    noun = _("repayments")
    action = Action.RECORD_REPAYMENT
    on_public = True
    totals = ("amount",)
    options = (
        Option("channel", _("Channel of rows that say none"), choices=CHANNELS),
        Option(
            "accept_overpayment",
            _("What is paid too much is kept as overpaid"),
            Holds.TRUTH,
            note=_("Up to the limit of the policy; otherwise such a row is a fault."),
        ),
    )
    columns: ClassVar[tuple[Column, ...]] = (
        *LOAN_COLUMNS,
        Column(
            "amount",
            "Amount",
            "Chelete",
            required=True,
            synonyms=(
                *("amount paid", "amount repaid", "repayment", "repayment amount", "payment", "payment amount"),
                *("paid", "paid in", "credit", "deducted", "total paid", "tefo"),
            ),
            holds=Holds.AMOUNT,
            example="450.00",
        ),
        Column(
            "value_date",
            "Paid on",
            "E lefiloe ka",
            required=True,
            synonyms=(
                "date",
                "payment date",
                "transaction date",
                "date paid",
                "value date",
                "repayment date",
                "letsatsi",
            ),
            holds=Holds.DATE,
            example="2026-11-27",
            note=_("The day on which the money was received."),
        ),
        Column(
            "channel",
            "Channel",
            "Mokhoa",
            synonyms=(
                "payment type",
                "payment method",
                "method",
                "paid by",
                "mode of payment",
                "type",
                "mokhoa oa tefo",
            ),
            choices=CHANNELS,
            words={word: str(channel) for word, channel in CHANNEL_WORDS.items()},
            example="M-Pesa",
        ),
        Column(
            "reference",
            "Reference",
            "Nomoro ea tefo",
            synonyms=(
                *("receipt no", "receipt number", "receipt", "transaction id", "transaction no", "payment reference"),
                *("reference number", "ref", "ref no", "bank reference", "mpesa code", "nomoro ea rasiti"),
            ),
            holds=Holds.DIGITS,
            example="9F72KQ1X",
            note=_("Of a wallet or bank always; of cash the number of the paper receipt."),
        ),
        Column(
            "transfer_amount",
            "Whole transfer",
            "Phetisetso eohle",
            synonyms=("transfer amount", "total transfer", "group total"),
            holds=Holds.AMOUNT,
            note=_("Where one transfer pays several loans: all that it brought."),
        ),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return RepaymentInterpreter(context)


Mark = tuple[UUID, date, Decimal, str, str]


@dataclass(frozen=True, slots=True)
class Ready:
    """A receipt as a row has it, and its loan."""

    loan: Loan
    receipt: ReceiptRow

    @property
    def mark(self) -> Mark:
        """What tells a receipt from another one of the same loan."""
        return _mark(self.loan.pk, self.receipt.value_date, self.receipt)


def _mark(loan_id: UUID, day: date | None, of: ReceiptRow | LoanEvent) -> Mark:
    return loan_id, day or date.min, of.amount or Decimal(0), str(of.channel), fold_reference(of.reference)


class RepaymentInterpreter(Interpreter):
    """What was paid on the loans of one MFI."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.loans = NamedLoans()
        self.row_of: dict[Mark, int] = {}

    def interpret(self, rows: list[Row]) -> None:
        loans = self.loans.look_up(rows)
        for row in rows:
            if row.values.get("value_date") is None and "value_date" not in row.errors:
                row.fail("value_date", "Write the day on which the money was received.")
            elif row.number in loans and not row.errors:
                row.ready = self._read(row, loans[row.number])
        read = [row for row in rows if row.ready]
        booked = _booked([row.ready for row in read])
        for row in read:
            self._compare(row, booked.get(row.ready.mark, ""))
        self._rehearse([row for row in read if row.is_good])

    def _compare(self, row: Row, booked_as: str) -> None:
        first = self.row_of.setdefault(row.ready.mark, row.number)
        if booked_as:
            row.pass_over(f"booked already as {booked_as}")
        elif first != row.number:
            row.fail("", f"Row {first} is the same payment; leave one out, or give each the number of its receipt.")

    def _read(self, row: Row, loan: Loan) -> Ready:
        values = row.values
        receipt = ReceiptRow(
            loan_id=loan.pk,
            amount=values.get("amount") or Decimal(0),
            channel=values.get("channel") or self.context.options.get("channel") or "",
            reference=values.get("reference") or "",
            value_date=values["value_date"],
            transfer_amount=values.get("transfer_amount"),
            accept_overpayment=bool(self.context.options.get("accept_overpayment")),
            idempotency_key=f"import {self.context.run_id} {row.number}",
        )
        return Ready(loan, receipt)

    def _rehearse(self, rows: list[Row]) -> None:
        """Lets what books receipts say of each whether it would."""
        receipts = [row.ready.receipt for row in rows]
        for row, result in zip(rows, rehearse_repayments(rows=receipts, actor=self.context.actor), strict=True):
            if result.refused:
                _refuse(row, result.refused)
            elif result.receipt:
                _tell(row, result.receipt.waits)

    def write(self, rows: list[Row]) -> None:
        receipts = [row.ready.receipt for row in rows]
        results = record_repayments(rows=receipts, actor=self.context.actor, all_or_nothing=False)
        for row, result in zip(rows, results, strict=True):
            if result.refused:
                _refuse(row, result.refused)
            elif result.receipt:
                row.record = str(result.receipt.id)

    def undo(self, made: list[Made]) -> dict[str, str]:
        """Reverses each receipt, as its page does: by whose duty that is, and by two people where the policy asks."""
        events = LoanEvent.objects.in_bulk([each.record for each in made])
        reasons = {str(key): _said_of_proposal(event) for key, event in events.items() if event.type not in RECEIPTS}
        gone = set(LoanEvent.objects.filter(reverses__in=events).values_list("reverses_id", flat=True))
        standing = [key for key, event in events.items() if event.type in RECEIPTS and key not in gone]
        if standing:
            reasons |= self._reverse(standing)
        return {key: why for key, why in reasons.items() if why}

    def _reverse(self, event_ids: list[UUID]) -> dict[str, str]:
        """Why each of these receipts stays; "" where it is reversed."""
        try:
            results = reverse_repayments(event_ids=event_ids, actor=self.context.actor, reason=REASON)
        except NotAllowed as error:
            return {str(key): str(error.message) for key in event_ids}
        return {str(key): _said_of_reversal(result) for key, result in zip(event_ids, results, strict=True)}


def _booked(receipts: Sequence[Ready]) -> dict[Mark, str]:
    """The numbers of standing receipts on these loans and days, by what tells one from another."""
    loans, days = (
        {ready.loan.pk for ready in receipts},
        {day for ready in receipts if (day := ready.receipt.value_date)},
    )
    events = LoanEvent.objects.receipts().filter(loan__in=loans, value_date__in=days)
    return {_mark(event.loan_id, event.value_date, event): event.number for event in events}


def _refuse(row: Row, refused: Refused) -> None:
    text = refused.message
    if refused.question:
        text = f"{text.partition(' Say that')[0]} {KEPT}"
    row.fail("loan" if refused.field in ("", "loan_id") else refused.field, text)


def _tell(row: Row, waits: str) -> None:
    loan, receipt = row.ready.loan, row.ready.receipt
    row.kept = {
        "loan": f"{loan.number}, {loan.borrower.full_name}",
        "amount": f"{receipt.amount:,.2f}",
        "value_date": spoken(receipt.value_date) + (f" (waits: {waits})" if waits else ""),
        "channel": CHANNELS[receipt.channel],
        "reference": receipt.reference,
    }


def _said_of_reversal(result: RowBooked) -> str:
    waits = result.receipt.waits if result.receipt else ""
    said = f"Its reversal waits for a second person. {waits}" if waits else ""
    return result.refused.message if result.refused else said


def _said_of_proposal(event: LoanEvent) -> str:
    """What became of a receipt that needed a second person: one who agreed, who declined, or nobody yet."""
    since = event.loan.events.filter(recorded_at__gte=event.recorded_at).in_booking_order()
    decided = since.of_type(EventType.STEP_AGREED, EventType.PROPOSAL_DECLINED).first()
    if decided is None:
        return "It waits for a second person, who declines it on the loan's page."
    declined = decided.type == EventType.PROPOSAL_DECLINED
    return "" if declined else "A second person agreed to it; reverse the receipt on the loan's page."
