"""What is drawn on a transfer of money, by its reference in one spelling."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.loans.book.models import EventType
from apps.mfis.core.database import fetch_all

# As `fold_reference` does it; the index of migration 0018 is by this expression.
FOLDED = (
    "coalesce(nullif(upper(regexp_replace(normalize({0}, NFKC), '[^0-9A-Za-z]', '', 'g')), ''), "
    "replace(normalize({0}, NFKC), ' ', ''))"
)

DRAWS_ON_TRANSFERS = (EventType.REPAYMENT, EventType.PAY_OFF, EventType.RECOVERY)


class Draw(NamedTuple):
    """A movement that stands and was paid out of a transfer."""

    loan_id: UUID
    loan_number: str
    type: str
    number: str
    amount: Decimal
    value_date: date


# Two statements on one way: the second begins, and so looks, once the lock is had.
DRAWN = f"""
    SELECT pg_advisory_xact_lock(
        hashtextextended(concat(current_schema(), '.transfer=', %(channel)s, ':', %(folded)s), 0));
    SELECT e.loan_id, l.number, e.type, e.number, e.amount, e.value_date
      FROM loans_loanevent e JOIN loans_loan l ON l.id = e.loan_id
     WHERE e.reference <> '' AND e.channel = %(channel)s AND {FOLDED.format("e.reference")} = %(folded)s
       AND e.type = ANY(%(types)s) AND NOT EXISTS (SELECT FROM loans_loanevent r WHERE r.reverses_id = e.id)
     ORDER BY e.recorded_at, e.id
"""  # noqa: S608 - constants


def lock_transfer(channel: str, folded: str) -> list[Draw]:
    """Keeps others from the transfer until the transaction ends. Returns what is drawn on it, the oldest first."""
    values = {"channel": channel, "folded": folded, "types": [str(kind) for kind in DRAWS_ON_TRANSFERS]}
    return [Draw._make(row) for row in fetch_all(DRAWN, values)]
