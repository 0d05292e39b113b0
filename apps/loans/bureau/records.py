"""What a bureau is told of one loan at a month's end, and the rules that a record keeps before it may leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ACTIVE, CLOSED, CHARGED_OFF, WRITTEN_OFF = "A", "C", "O", "W"
LARGEST = Decimal("9999999999.99")


@dataclass(frozen=True, slots=True)
class Record:
    """One loan. Amounts in the MFI's currency; `months_in_arrears` counts 30 days begun."""

    loan_number: str
    name: str
    national_id: str
    date_of_birth: date | None
    phone: str
    currency: str
    opened_on: date
    principal: Decimal
    installment: Decimal
    installments: int
    status: str
    balance: Decimal
    overdue: Decimal
    months_in_arrears: int
    last_paid_on: date | None
    closed_on: date | None


def faults(record: Record, month_end: date) -> list[str]:
    """Every rule that the record breaks, in words with the remedy; none where it may leave."""
    r = record
    checks = [
        (not r.name.strip(), "the borrower has no name: enter it"),
        (not r.national_id and r.date_of_birth is None, "neither national ID nor date of birth is known: enter one"),
        (r.opened_on > month_end, "it was paid out after the month's end"),
        (r.status == ACTIVE and r.balance <= 0, "it is active and has no balance"),
        (r.status in (CHARGED_OFF, WRITTEN_OFF) and r.balance <= 0, "it is given up and has no balance"),
        (r.status == CLOSED and (r.balance != 0 or r.overdue != 0), "it is paid in full and has a balance"),
        (r.status in (CLOSED, WRITTEN_OFF) and r.closed_on is None, "it has ended and has no closing date"),
        (r.closed_on is not None and r.closed_on < r.opened_on, "it was closed before it was paid out"),
        (r.closed_on is not None and r.closed_on > month_end, "it was closed after the month's end"),
        (r.months_in_arrears > 0 and r.overdue <= 0, "it has months in arrears and no overdue amount"),
        (r.overdue > 0 and r.months_in_arrears == 0, "it has an overdue amount and no months in arrears"),
        (r.overdue > r.balance, "more is overdue than is owed"),
        (max(r.balance, r.principal, r.installment) > LARGEST, "an amount does not fit into its field"),
        (min(r.balance, r.overdue, r.installment) < 0, "an amount is negative"),
    ]
    return [words for broken, words in checks if broken]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the trailer says, and what people compare with the books."""

    records: int
    balance: Decimal
    overdue: Decimal


def totals(records: list[Record]) -> Totals:
    """The sums over the records of a file."""
    return Totals(
        len(records), sum((r.balance for r in records), Decimal(0)), sum((r.overdue for r in records), Decimal(0))
    )
