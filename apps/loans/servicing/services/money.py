"""Money that moves by a channel: how much, under which reference, on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.loans.book.models import Transfer
from apps.loans.recording.transfers import Drawing
from apps.loans.servicing.services.booking import Booking


@dataclass(frozen=True, slots=True)
class Money:
    """A movement of money as it is to be booked. `whole` is all that its transfer brought, where it pays several loans.

    `corrects` is the number of the receipt in whose place it stands.
    """

    amount: Decimal
    channel: str
    reference: str
    day: date
    whole: Decimal | None = None
    corrects: str = ""
    accept_overpayment: bool = False

    def draw(self, booking: Booking) -> Transfer | None:
        """Takes the money out of the transfer it came by; see `TransferBook.draw`."""
        return booking.writing.draw(
            Drawing(booking.loan, self.channel, self.reference, self.amount, self.day, self.whole)
        )
