"""A receipt above what is owed: asked about, and above the MFI's limit refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState
from apps.loans.book.projection import fold_loan
from apps.loans.domain.violations import InvalidTerms
from apps.loans.products.models import the_policy
from apps.loans.servicing.services.booking import Booking
from apps.mfis.core.errors import InvalidInput, Sentence

ZERO = Decimal(0)


class Overpayment(InvalidInput):
    """More comes in than is owed. `accept_overpayment` says yes to it, up to the limit of the MFI's policy."""

    code = "overpayment"

    def __init__(self, message: str, *, may_be_accepted: bool) -> None:
        super().__init__(message, field="amount")
        self.question = "accept_overpayment" if may_be_accepted else ""


def check_overpayment(booking: Booking, amount: Decimal, day: date, *, accepted: bool) -> None:
    """Refuses a receipt that leaves something over, unless that is accepted and within the MFI's limit.

    Raises:
        Overpayment: naming what is owed on the day and what would be left over.
    """
    if amount > booking.state.principal_outstanding:  # what is less leaves nothing over
        events = booking.facts.events
        refuse_left_over(*what_is_left_over(booking.loan, booking.state, amount, day, events), accepted=accepted)


def refuse_left_over(owed: Decimal, left_over: Decimal, *, accepted: bool) -> None:
    """The same, where both are known.

    Raises:
        Overpayment: see `check_overpayment`.
    """
    if left_over <= ZERO:
        return
    said = f"{owed:,.2f} is owed at pay-off; {left_over:,.2f} would be left over."
    values = {"owed": f"{owed:.2f}", "left_over": f"{left_over:.2f}"}
    limit = the_policy().overpayment_limit
    if limit is not None and left_over > limit:
        text = f"{said} At most {limit:,.2f} may be left over; book what is owed, and give the rest back."
        refusal = Sentence(text, "left_over_above_limit", **values, limit=f"{limit:.2f}")
        raise Overpayment(refusal, may_be_accepted=False)
    if not accepted:
        text = f"{said} Say that it is to be kept as overpaid, or change the amount."
        raise Overpayment(Sentence(text, "left_over", **values), may_be_accepted=True)


def what_is_left_over(
    loan: Loan, state: LoanState, amount: Decimal, day: date, events: list[LoanEvent] | None = None
) -> tuple[Decimal, Decimal]:
    """What of `amount`, received on `day`, is owed at pay-off, and what would be left over: by the engine itself.

    A receipt that lies back may leave something over only because of later ones. `events` are all of the loan's, where
    they are known.
    """
    events = list(loan.events.in_booking_order()) if events is None else events
    payoff = fold_loan(loan, events=events, as_of=day).payoff
    more_overpaid = overpaid_with(loan, events, amount, day) - state.overpaid
    left_over = max(amount - payoff, more_overpaid, ZERO)
    return amount - left_over, left_over


def overpaid_with(loan: Loan, events: list[LoanEvent], amount: Decimal, day: date) -> Decimal:
    """What would be overpaid with a receipt more; nothing where the engine refuses it, as it says when it is booked."""
    draft = LoanEvent(loan=loan, type=EventType.REPAYMENT, value_date=day, amount=amount)
    try:
        return fold_loan(loan, events=[*events, draft]).overpaid
    except InvalidTerms:
        return ZERO
