"""What each kind of event does to a loan, and who hears of it: one row for each, which everything else reads."""

from __future__ import annotations

from dataclasses import dataclass

from apps.loans.book.models import EventType, Status


@dataclass(frozen=True, slots=True)
class EventRule:
    """What follows from an event that stands."""

    type: EventType
    status: Status | None = None  # where an application stands after it; None: the fold decides, or it stays
    in_engine: bool = False  # the fold takes it
    once: bool = False  # at most once at a time: its key is derived from the loan
    reversible: bool = False  # a reversal that names it makes the fold as if it had never come
    proposes: bool = False  # it waits for a second person
    decides: bool = False  # it ends what waited
    message: str = ""  # what the borrower is told by SMS or e-mail
    reversal_message: str = ""  # what the borrower is told when it is taken back
    shown: bool = False  # it is part of the story that the borrower reads
    reason_shown: bool = False  # and where it stands last, so is its reason
    in_histories: bool = False  # the credit histories keep it


_E, _S = EventType, Status
EVENTS: dict[EventType, EventRule] = {
    rule.type: rule
    for rule in (
        EventRule(_E.SUBMITTED, _S.SUBMITTED, once=True, shown=True),
        EventRule(_E.REVIEW_STARTED, _S.UNDER_REVIEW),
        EventRule(_E.ASSIGNED),
        EventRule(_E.REVIEWED, _S.REVIEWED),
        EventRule(
            _E.APPROVED, _S.APPROVED, once=True, message="approved", reversal_message="approval_undone", shown=True
        ),
        EventRule(_E.REJECTED, _S.REJECTED, once=True, message="rejected", shown=True, reason_shown=True),
        EventRule(_E.WITHDRAWN, _S.WITHDRAWN, once=True, shown=True),
        EventRule(_E.INFO_REQUESTED, _S.INFO_REQUESTED, message="info_requested", shown=True, reason_shown=True),
        EventRule(_E.INFO_GIVEN, _S.UNDER_REVIEW, shown=True),
        EventRule(_E.AMENDED, message="amended", shown=True),
        EventRule(_E.RETURNED, _S.INFO_REQUESTED, message="info_requested", shown=True, reason_shown=True),
        EventRule(_E.SENT_BACK, _S.UNDER_REVIEW),
        EventRule(_E.AGREED, shown=True),
        EventRule(
            _E.DISBURSED,
            in_engine=True,
            once=True,
            message="disbursement",
            reversal_message="disbursement_undone",
            shown=True,
            in_histories=True,
        ),
        EventRule(_E.TAKEN_ON, in_engine=True, once=True, shown=True, in_histories=True),
        EventRule(
            _E.REPAYMENT,
            in_engine=True,
            reversible=True,
            message="repayment",
            reversal_message="reversal",
            shown=True,
            in_histories=True,
        ),
        EventRule(
            _E.PAY_OFF,
            in_engine=True,
            reversible=True,
            message="repayment",
            reversal_message="reversal",
            shown=True,
            in_histories=True,
        ),
        EventRule(_E.GOODWILL, in_engine=True, reversible=True, shown=True, in_histories=True),
        EventRule(_E.CHARGE, in_engine=True, reversible=True, shown=True),
        EventRule(_E.WAIVE_CHARGE, in_engine=True, reversible=True, shown=True, in_histories=True),
        EventRule(_E.WAIVE_INTEREST, in_engine=True, reversible=True, shown=True, in_histories=True),
        EventRule(_E.REFUND, in_engine=True, reversible=True, shown=True),
        EventRule(_E.RESTRUCTURE_PROPOSED, proposes=True),
        EventRule(_E.RESTRUCTURED, in_engine=True, decides=True, shown=True),
        EventRule(_E.CHARGE_OFF_PROPOSED, proposes=True),
        EventRule(_E.CHARGED_OFF, reversible=True, decides=True, shown=True, in_histories=True),
        EventRule(_E.WRITE_OFF_PROPOSED, proposes=True),
        EventRule(_E.WRITTEN_OFF, in_engine=True, decides=True, shown=True, in_histories=True),
        EventRule(_E.WRITE_OFF_UNDO_PROPOSED, proposes=True),
        EventRule(_E.STEP_PROPOSED, proposes=True),
        EventRule(_E.STEP_AGREED, decides=True),
        EventRule(_E.PROPOSAL_DECLINED, decides=True),
        EventRule(
            _E.RECOVERY,
            in_engine=True,
            reversible=True,
            message="repayment",
            reversal_message="reversal",
            shown=True,
            in_histories=True,
        ),
        EventRule(_E.PROMISE),
        EventRule(_E.NOTE),
        EventRule(_E.REVERSAL, in_engine=True, in_histories=True),
    )
}


def types_that(quality: str) -> tuple[EventType, ...]:
    """The types of events of which `quality`, a flag of `EventRule`, holds."""
    return tuple(rule.type for rule in EVENTS.values() if getattr(rule, quality))


ENGINE_EVENTS = types_that("in_engine")
REVERSIBLE = types_that("reversible")
PROPOSALS = types_that("proposes")
AMENDING = (_E.AMENDED, _E.APPROVED)  # may carry terms other than those asked for
CORRECTABLE = (_E.REPAYMENT, _E.PAY_OFF, _E.RECOVERY)  # receipts: booked again as they should have been
