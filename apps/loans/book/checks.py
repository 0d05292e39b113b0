"""What every movement of money is checked for."""

from __future__ import annotations

from decimal import Decimal

from apps.loans.book.models import Channel
from apps.mfis.core.amounts import MAXIMUM_AMOUNT
from apps.mfis.core.errors import InvalidInput, Sentence


def check_amount(amount: Decimal, *, field: str = "amount") -> None:
    """Refuses what is no amount of money.

    Raises:
        InvalidInput: saying why.
    """
    if not amount.is_finite() or amount <= 0:
        raise InvalidInput(Sentence("Give an amount above zero.", "above_zero"), field=field)
    if amount != amount.quantize(Decimal("0.01")):
        raise InvalidInput(Sentence("An amount has at most two decimals.", "two_decimals"), field=field)
    if amount > MAXIMUM_AMOUNT:
        raise InvalidInput(
            Sentence(
                f"The most that can be booked at once is {MAXIMUM_AMOUNT:,.2f}.",
                "amount_too_large",
                maximum=f"{MAXIMUM_AMOUNT:.2f}",
            ),
            field=field,
        )


def check_channel(channel: str, reference: str) -> None:
    """Refuses an unknown channel, and money that came by one without its reference.

    Raises:
        InvalidInput: saying why.
    """
    if channel not in Channel.values:
        raise InvalidInput(
            Sentence(f"Choose one of {', '.join(map(str, Channel.labels))}.", "not_a_choice"), field="channel"
        )
    if channel != Channel.CASH and not reference.strip():
        text = "Give the reference of the payment: it is how the money is found again."
        raise InvalidInput(Sentence(text, "reference_needed"), field="reference")
    if len(reference.strip()) > 60:
        raise InvalidInput(
            Sentence("A reference has at most 60 characters.", "too_long", maximum=60), field="reference"
        )
