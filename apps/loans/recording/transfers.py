"""One payment, once: what comes in by a wallet or bank is drawn on its transfer, never beyond what that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.loans.book.checks import check_amount
from apps.loans.book.models import Channel, EventType, Loan, Transfer
from apps.loans.book.references import fold_reference, transfer_id
from apps.loans.recording.queries import Draw, lock_transfer
from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput

ZERO = Decimal(0)


class AlreadyBooked(InvalidInput):
    """The same money was booked before: the sentence says as what, on which loan, how much, and for which day."""

    code = "already_booked"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Money about to be booked on a loan, and the transfer it came by. `whole` is all that the transfer brought."""

    loan: Loan
    channel: str
    reference: str
    amount: Decimal
    value_date: date
    whole: Decimal | None = None  # by default `amount`: a transfer pays one loan


def draw_on_transfer(drawing: Drawing, actor: Actor) -> None:
    """Refuses money that its transfer does not hold (any more), and states a transfer that is new.

    Cash comes by no transfer. The transfer is locked until the transaction ends, so that of two bookings with one
    reference the second sees the first.

    Raises:
        AlreadyBooked: the loan was paid out of this transfer already, or others have drawn too much of it.
        InvalidInput: the whole transfer is less than what is to be drawn on it.
    """
    if drawing.channel == Channel.CASH:
        return
    _check_whole(drawing)
    folded = fold_reference(drawing.reference)
    draws = lock_transfer(drawing.channel, folded)
    said = list(Transfer.objects.filter(channel=drawing.channel, reference=folded))
    if not draws:
        _state(drawing, folded, said, actor)
        return
    drawn = sum((draw.amount for draw in draws), ZERO)
    left = (said[-1].amount if said else drawn) - drawn
    if drawing.amount > left or any(draw.loan_id == drawing.loan.pk for draw in draws):
        raise AlreadyBooked(_refusal(drawing, draws, max(left, ZERO)), field="reference")


def _check_whole(drawing: Drawing) -> None:
    if drawing.whole is None:
        return
    check_amount(drawing.whole, field="transfer_amount")
    if drawing.whole < drawing.amount:
        raise InvalidInput(
            f"The whole transfer, {drawing.whole:,.2f}, is less than the {drawing.amount:,.2f} to be booked of it.",
            field="transfer_amount",
        )


def _state(drawing: Drawing, folded: str, said: list[Transfer], actor: Actor) -> None:
    """Writes down a transfer nothing stands on, unless it was stated just so before."""
    whole = drawing.whole or drawing.amount
    if said and said[-1].amount == whole:
        return
    Transfer(
        id=transfer_id(drawing.channel, folded, len(said)),
        channel=drawing.channel,
        reference=folded,
        written=drawing.reference.strip(),
        amount=whole,
        value_date=drawing.value_date,
        payer=drawing.loan.borrower.full_name[:150],
        actor_id=actor.id,
        actor_name=actor.name,
    ).save(force_insert=True)


def _refusal(drawing: Drawing, draws: list[Draw], left: Decimal) -> str:
    as_what = "; ".join(
        f"{EventType(draw.type).label.lower()} {draw.number} on loan {draw.loan_number}, {draw.amount:,.2f} on "
        f"{draw.value_date:%-d %b %Y}"
        for draw in draws
    )
    name = f"{Channel(drawing.channel).label} reference {drawing.reference.strip()}"
    rest = f" {left:,.2f} of this transfer is left." if left else ""
    return f"{name} is already booked: {as_what}.{rest}"
