"""States and transitions of a loan: one table that services, admin, API and documents read."""

from __future__ import annotations

from dataclasses import dataclass

from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.users.roles import Action


@dataclass(frozen=True, slots=True)
class Transition:
    """What somebody may do to a loan: from which states, to which, by which duty, and how it is asked."""

    name: str
    label: str
    event: EventType
    sources: frozenset[Status]
    target: Status | None  # None: the fold decides
    action: Action
    needs_reason: bool = False
    style: str = "secondary"
    explanation: str = ""
    anywhere: bool = False  # on any node; what is not is decided at the MFI's home


def _from(*sources: Status) -> frozenset[Status]:
    return frozenset(sources)


BEFORE_APPROVAL = _from(Status.SUBMITTED, Status.UNDER_REVIEW, Status.INFO_REQUESTED, Status.REVIEWED)
BEFORE_PAY_OUT = _from(*BEFORE_APPROVAL, Status.APPROVED)
RUNNING = _from(Status.ACTIVE)
COLLECTED = _from(Status.ACTIVE, Status.CHARGED_OFF)  # charged off is not given up: what comes in still counts
SECURED = _from(*BEFORE_APPROVAL, Status.APPROVED, Status.ACTIVE)
PAID_OUT = _from(Status.ACTIVE, Status.CHARGED_OFF, Status.CLOSED, Status.OVERPAID, Status.WRITTEN_OFF)

TRANSITIONS = {
    t.name: t
    for t in (
        Transition(
            "start_review",
            "Start review",
            EventType.REVIEW_STARTED,
            _from(Status.SUBMITTED),
            Status.UNDER_REVIEW,
            Action.REVIEW,
            style="primary",
            explanation="You become the officer who reviews this application.",
        ),
        Transition(
            "assign",
            "Assign",
            EventType.ASSIGNED,
            BEFORE_APPROVAL,
            None,
            Action.ASSIGN,
            explanation="Another officer goes on with this application.",
        ),
        Transition(
            "recommend",
            "Recommend",
            EventType.REVIEWED,
            _from(Status.UNDER_REVIEW),
            Status.REVIEWED,
            Action.REVIEW,
            needs_reason=True,
            style="primary",
            explanation="Say what you checked (identity, income, purpose); a second person then approves.",
        ),
        Transition(
            "approve",
            "Approve",
            EventType.APPROVED,
            _from(Status.REVIEWED),
            Status.APPROVED,
            Action.APPROVE,
            style="primary",
            explanation="The loan may then be paid out. A second person always decides.",
        ),
        Transition(
            "reject",
            "Reject",
            EventType.REJECTED,
            BEFORE_APPROVAL,
            Status.REJECTED,
            Action.REJECT,
            needs_reason=True,
            style="danger",
            explanation="The borrower sees the reason.",
        ),
        Transition(
            "request_info",
            "Ask for information",
            EventType.INFO_REQUESTED,
            _from(Status.SUBMITTED, Status.UNDER_REVIEW),
            Status.INFO_REQUESTED,
            Action.REVIEW,
            needs_reason=True,
            explanation="The borrower sees what is asked for; the review waits.",
        ),
        Transition(
            "give_info",
            "Information is in",
            EventType.INFO_GIVEN,
            _from(Status.INFO_REQUESTED),
            Status.UNDER_REVIEW,
            Action.REVIEW,
            needs_reason=True,
            style="primary",
            explanation="Say what was brought; the review goes on.",
            anywhere=True,
        ),
        Transition(
            "undo_approval",
            "Undo the approval",
            EventType.REVERSAL,
            _from(Status.APPROVED),
            Status.REVIEWED,
            Action.APPROVE,
            needs_reason=True,
            style="danger",
            explanation="Possible until the loan is paid out. It stays on the record.",
        ),
        Transition(
            "disburse",
            "Disburse",
            EventType.DISBURSED,
            _from(Status.APPROVED),
            Status.ACTIVE,
            Action.DISBURSE,
            style="primary",
            explanation="Pays the loan out, less the fee kept back.",
        ),
        Transition(
            "disburse_tranche",
            "Pay out more",
            EventType.DISBURSED,
            _from(Status.ACTIVE),
            Status.ACTIVE,
            Action.DISBURSE,
            explanation="A further part of the approved principal.",
        ),
        Transition(
            "record_repayment",
            "Record repayment",
            EventType.REPAYMENT,
            COLLECTED,
            None,
            Action.RECORD_REPAYMENT,
            style="primary",
            explanation="Money received, on the day it was received.",
            anywhere=True,
        ),
        Transition(
            "pay_off",
            "Pay off",
            EventType.PAY_OFF,
            COLLECTED,
            Status.CLOSED,
            Action.RECORD_REPAYMENT,
            explanation="Settles the loan by exactly what is owed on the day.",
        ),
        Transition(
            "add_charge",
            "Charge",
            EventType.CHARGE,
            RUNNING,
            None,
            Action.CHARGE,
            explanation="A fee or penalty of its own, due on a day.",
        ),
        Transition(
            "waive",
            "Waive",
            EventType.WAIVE_CHARGE,
            COLLECTED,
            None,
            Action.WAIVE,
            needs_reason=True,
            explanation="Gives up interest, fees or penalties that are outstanding.",
        ),
        Transition(
            "credit_goodwill",
            "Goodwill credit",
            EventType.GOODWILL,
            COLLECTED,
            None,
            Action.WAIVE,
            needs_reason=True,
            explanation="Pays part of the loan at our own cost.",
        ),
        Transition(
            "refund",
            "Refund",
            EventType.REFUND,
            _from(Status.OVERPAID),
            None,
            Action.REFUND,
            style="primary",
            explanation="Pays back what was overpaid.",
        ),
        Transition(
            "propose_restructuring",
            "Propose new terms",
            EventType.RESTRUCTURE_PROPOSED,
            RUNNING,
            None,
            Action.PROPOSE_CHANGE,
            needs_reason=True,
            explanation="A second person decides; the loan stays flagged.",
        ),
        Transition(
            "propose_charge_off",
            "Propose charge-off",
            EventType.CHARGE_OFF_PROPOSED,
            RUNNING,
            None,
            Action.PROPOSE_CHANGE,
            needs_reason=True,
            style="danger",
            explanation="Takes the principal out of the portfolio against the allowance; the borrower still "
            "owes it all. A second person decides.",
        ),
        Transition(
            "propose_write_off",
            "Propose write-off",
            EventType.WRITE_OFF_PROPOSED,
            COLLECTED,
            None,
            Action.PROPOSE_CHANGE,
            needs_reason=True,
            style="danger",
            explanation="A second person decides.",
        ),
        Transition(
            "decide_proposal",
            "Decide on the proposal",
            EventType.WRITTEN_OFF,
            COLLECTED,
            None,
            Action.DECIDE_CHANGE,
            style="primary",
            explanation="Nothing has changed yet. Whoever proposed it does not decide.",
        ),
        Transition(
            "record_recovery",
            "Record recovery",
            EventType.RECOVERY,
            _from(Status.WRITTEN_OFF),
            None,
            Action.RECORD_REPAYMENT,
            style="primary",
            explanation="Money received on a loan that was written off.",
        ),
        Transition(
            "take_note",
            "Note",
            EventType.NOTE,
            PAID_OUT,
            None,
            Action.FOLLOW_UP,
            needs_reason=True,
            explanation="What was said or promised; it stays with the loan.",
            anywhere=True,
        ),
        Transition(
            "ask_other_lenders",
            "Ask other lenders",
            EventType.NOTE,
            SECURED,
            None,
            Action.REVIEW,
            explanation="What the borrower owes at other MFIs, in sums alone. The borrower has agreed to it, and sees "
            "that you asked.",
            anywhere=True,
        ),
        Transition(
            "add_guarantor",
            "Add guarantor",
            EventType.NOTE,
            SECURED,
            None,
            Action.REVIEW,
            explanation="A person who answers for this loan, up to an amount.",
            anywhere=True,
        ),
        Transition(
            "add_collateral",
            "Add collateral",
            EventType.NOTE,
            SECURED,
            None,
            Action.REVIEW,
            explanation="A thing pledged for this loan. Identity papers and bank cards may not be taken.",
            anywhere=True,
        ),
        Transition(
            "add_document",
            "Add document",
            EventType.NOTE,
            _from(*SECURED, *PAID_OUT),
            None,
            Action.FOLLOW_UP,
            explanation="A PDF or a photograph, of at most 5 MB. Only colleagues here see it.",
            anywhere=True,
        ),
        Transition(
            "hand_in",
            "Hand in a paper",
            EventType.NOTE,
            SECURED,
            None,
            Action.BORROW,
            explanation="A PDF or a photograph, of at most 5 MB. Only you and your branch see it.",
            anywhere=True,
        ),
        Transition(
            "undo_disbursement",
            "Undo the pay-out",
            EventType.REVERSAL,
            RUNNING,
            Status.APPROVED,
            Action.REVERSE_REPAYMENT,
            needs_reason=True,
            style="danger",
            explanation="Possible until the first receipt, when the money was never handed over.",
        ),
        Transition(
            "reverse",
            "Reverse a repayment",
            EventType.REVERSAL,
            _from(Status.ACTIVE, Status.CHARGED_OFF, Status.CLOSED, Status.OVERPAID),
            None,
            Action.REVERSE_REPAYMENT,
            needs_reason=True,
            style="danger",
            explanation="The receipt stays on the record, marked as reversed.",
        ),
        Transition(
            "answer_info",
            "Answer",
            EventType.INFO_GIVEN,
            _from(Status.INFO_REQUESTED),
            Status.UNDER_REVIEW,
            Action.BORROW,
            needs_reason=True,
            explanation="The review goes on.",
            anywhere=True,
        ),
        Transition(
            "withdraw",
            "Withdraw",
            EventType.WITHDRAWN,
            _from(*BEFORE_APPROVAL, Status.APPROVED),
            Status.WITHDRAWN,
            Action.BORROW,
            needs_reason=False,
            style="danger",
            explanation="The application ends.",
        ),
    )
}

# What can be taken back by a reversal that names it; the fold then is as if it had never come.
REVERSIBLE = (
    EventType.REPAYMENT,
    EventType.PAY_OFF,
    EventType.GOODWILL,
    EventType.CHARGE,
    EventType.WAIVE_CHARGE,
    EventType.WAIVE_INTEREST,
    EventType.REFUND,
    EventType.RECOVERY,
    EventType.CHARGED_OFF,
)

# The stages a person follows on the step bar, in order.
STEPS = (
    ("Applied", frozenset({Status.SUBMITTED})),
    ("In review", frozenset({Status.UNDER_REVIEW, Status.INFO_REQUESTED, Status.REVIEWED})),
    ("Approved", frozenset({Status.APPROVED})),
    ("Paid out", frozenset({Status.ACTIVE, Status.CHARGED_OFF, Status.OVERPAID})),
    ("Closed", frozenset({Status.CLOSED})),
)
