"""One payment, once: what comes in by a wallet or bank is drawn on its transfer, never beyond what that holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.checks import check_amount
from apps.loans.book.models import Channel, EventType, Loan, LoanEvent, Transfer
from apps.loans.book.references import fold_reference, transfer_id
from apps.loans.recording.queries import DRAWS_ON_TRANSFERS, Draw, Key, Known, lock_transfers
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

    @property
    def key(self) -> Key:
        """What its transfer is known by."""
        return self.channel, fold_reference(self.reference)


@dataclass(slots=True)
class TransferBook:
    """The transfers that a transaction holds locked, with what is drawn on each by now, its own drawings among it."""

    known: dict[Key, Known] = field(default_factory=dict)
    taken_back: set[UUID] = field(default_factory=set)  # movements that the transaction reverses

    def look_at(self, keys: Collection[Key]) -> None:
        """Locks the transfers that are not yet, and looks at them."""
        if missing := set(keys) - self.known.keys():
            found = lock_transfers(missing)
            self.known |= {key: found[key] for key in missing}

    def draw(self, drawing: Drawing, actor: Actor) -> Transfer | None:
        """Refuses money that its transfer does not hold (any more). Returns the transfer where it is to be stated.

        Cash comes by no transfer. The transfer is locked until the transaction ends, so that of two bookings with one
        reference the second sees the first.

        Raises:
            AlreadyBooked: the loan was paid out of this transfer already, or others have drawn too much of it.
            InvalidInput: the whole transfer is less than what is to be drawn on it.
        """
        if drawing.channel == Channel.CASH:
            return None
        _check_whole(drawing)
        self.look_at([drawing.key])
        known, said = self.known[drawing.key]
        draws = [draw for draw in known if draw.event_id not in self.taken_back]
        if not draws:
            return _stated(drawing, said, actor)
        drawn = sum((draw.amount for draw in draws), ZERO)
        left = (said[-1].amount if said else drawn) - drawn
        if drawing.amount > left or any(draw.loan_id == drawing.loan.pk for draw in draws):
            raise AlreadyBooked(_refusal(drawing, draws, max(left, ZERO)), field="reference")
        return None

    def keep(self, event: LoanEvent, stated: Transfer | None) -> None:
        """Counts what an event draws or gives back, and the transfer that was stated with it."""
        if event.reverses_id:
            self.taken_back.add(event.reverses_id)
        if event.type not in DRAWS_ON_TRANSFERS or not event.reference:
            return
        key = (event.channel, fold_reference(event.reference))
        if key in self.known:
            drawn = (event.amount or ZERO, event.value_date, event.pk)
            self.known[key].draws.append(Draw(event.loan_id, event.loan.number, event.type, event.number, *drawn))
            self.known[key].said.extend([stated] if stated else [])


def _check_whole(drawing: Drawing) -> None:
    if drawing.whole is None:
        return
    check_amount(drawing.whole, field="transfer_amount")
    if drawing.whole < drawing.amount:
        raise InvalidInput(
            f"The whole transfer, {drawing.whole:,.2f}, is less than the {drawing.amount:,.2f} to be booked of it.",
            field="transfer_amount",
        )


def _stated(drawing: Drawing, said: list[Transfer], actor: Actor) -> Transfer | None:
    """What is to be said of a transfer nothing stands on; nothing where it was stated just so before."""
    whole = drawing.whole or drawing.amount
    if said and said[-1].amount == whole:
        return None
    channel, folded = drawing.key
    return Transfer(
        id=transfer_id(channel, folded, len(said)),
        channel=channel,
        reference=folded,
        written=drawing.reference.strip(),
        amount=whole,
        value_date=drawing.value_date,
        payer=drawing.loan.borrower.full_name[:150],
        actor_id=actor.id,
        actor_name=actor.name,
    )


def _refusal(drawing: Drawing, draws: list[Draw], left: Decimal) -> str:
    as_what = "; ".join(
        f"{EventType(draw.type).label.lower()} {draw.number} on loan {draw.loan_number}, {draw.amount:,.2f} on "
        f"{draw.value_date:%-d %b %Y}"
        for draw in draws
    )
    name = f"{Channel(drawing.channel).label} reference {drawing.reference.strip()}"
    rest = f" {left:,.2f} of this transfer is left." if left else ""
    return f"{name} is already booked: {as_what}.{rest}"
