"""What every movement of money is checked for."""

from __future__ import annotations

from decimal import Decimal

from apps.loans.book.models import Channel
from apps.mfis.core.errors import InvalidInput

MAXIMUM_AMOUNT = Decimal("9999999999.99")


def check_amount(amount: Decimal) -> None:
    """Refuses what is no amount of money.

    Raises:
        InvalidInput: saying why.
    """
    if not amount.is_finite() or amount <= 0:
        raise InvalidInput("Give an amount above zero.", field="amount")
    if amount != amount.quantize(Decimal("0.01")):
        raise InvalidInput("An amount has at most two decimals.", field="amount")
    if amount > MAXIMUM_AMOUNT:
        raise InvalidInput(f"The most that can be booked at once is {MAXIMUM_AMOUNT:,.2f}.", field="amount")


def check_channel(channel: str, reference: str) -> None:
    """Refuses an unknown channel, and money that came by one without its reference.

    Raises:
        InvalidInput: saying why.
    """
    if channel not in Channel.values:
        raise InvalidInput(f"Choose one of {', '.join(map(str, Channel.labels))}.", field="channel")
    if channel != Channel.CASH and not reference.strip():
        raise InvalidInput("Give the reference of the payment: it is how the money is found again.", field="reference")
    if len(reference.strip()) > 60:
        raise InvalidInput("A reference has at most 60 characters.", field="reference")
