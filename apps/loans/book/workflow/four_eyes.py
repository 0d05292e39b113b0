"""Four eyes: which steps need a second person above which amount, and whose hands keep whom from taking one alone.

The amounts are the MFI's own, in columns of its policy: up to the amount one person suffices; empty, at any amount.
Where a second person is needed the step waits as a proposal. What nobody who had a hand in it may do at all (approving,
deciding) stands in the workflow itself, as `makers` of a transition.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.loans.book.models import EventType

_E = EventType


@dataclass(frozen=True, slots=True)
class FourEyes:
    """When one person does not suffice for a step."""

    step: str  # the transition; one that reverses a refund is `reverse_refund`
    limit: str  # the column of the policy: one person suffices up to it
    apart_from: frozenset[str] = frozenset()  # whoever wrote one of these on the loan does not take the step alone
    because: str = ""  # what such a person is told


RECEIVED = frozenset({_E.REPAYMENT, _E.PAY_OFF, _E.RECOVERY})

FOUR_EYES = {
    rule.step: rule
    for rule in (
        FourEyes(
            "disburse",
            "payout_alone",
            frozenset({_E.APPROVED}),
            "You approved this loan; a second person agrees to its pay-out.",
        ),
        FourEyes(
            "refund",
            "refund_alone",
            RECEIVED | {_E.GOODWILL},
            "You received or credited money on this loan; a second person agrees to the refund.",
        ),
        FourEyes("credit_goodwill", "goodwill_alone"),
        FourEyes("waive", "waiver_alone"),
        FourEyes(
            "reverse", "reversal_alone", because="You booked this yourself; a second person agrees to its reversal."
        ),
        FourEyes(
            "reverse_refund",
            "refund_reversal_alone",
            because="You booked this yourself; a second person agrees to its reversal.",
        ),
        FourEyes(
            "undo_disbursement",
            "reversal_alone",
            because="You paid this out yourself; a second person agrees to its reversal.",
        ),
    )
}

PAST_MONTH = "past_month_alone"  # the column of the policy for any step that is dated into a month that is over
CLOSING = "closing_alone"  # and the one that lets one person close the books
