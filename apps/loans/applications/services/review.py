"""Review and decision of an application."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.applications.eligibility import check_eligible
from apps.loans.applications.services.amend import lowered_payload
from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState
from apps.loans.book.selectors.other_lenders import other_lenders_installments
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.domain.terms_parser import parse_terms
from apps.loans.groups.selectors import check_group
from apps.loans.portfolios.services import take_in_hand
from apps.loans.products.models import the_policy
from apps.loans.recording.services import append_event, check_transition, check_value_date, lock_loan, lock_own_loan
from apps.loans.security.services import release_all
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound
from apps.mfis.core.roles import Action, Duty, Role
from apps.users.accounts.models import Account


@command(TRANSITIONS["start_review"].duty)
def start_review(*, loan_id: UUID, actor: Actor, reason: str = "", value_date: date | None = None) -> LoanEvent:
    """Takes the application up; the actor becomes its reviewing officer, and has it where nobody did."""
    started = _take_step("start_review", lock_loan(loan_id), actor, value_date, reason)
    reviewer = Account.objects.filter(pk=actor.id).first() if actor.id else None
    if reviewer:
        take_in_hand(started.loan, reviewer, actor, started.value_date)
    return started


@command(TRANSITIONS["assign"].duty)
def assign(*, loan_id: UUID, actor: Actor, officer_id: UUID, reason: str = "") -> LoanEvent:
    """Gives an application to an officer, who goes on with it.

    Raises:
        NotAllowed, WrongState: duty or state. NotFound: nobody here who may review.
    """
    loan, state = lock_loan(loan_id)
    check_transition("assign", loan, state, actor)
    officer = Account.objects.filter(pk=officer_id, role=Role.MFI_ADMIN, is_active=True).first()
    if officer is None or not officer.may(Action.REVIEW):
        raise NotFound("Nobody of this name reviews applications here.")
    take_in_hand(loan, officer, actor, business_date())
    return append_event(
        loan=loan,
        event_type=EventType.ASSIGNED,
        actor=actor,
        value_date=business_date(),
        reason=f"To {officer.full_name}. {reason.strip()}",
        payload={"officer": str(officer.pk), "name": officer.full_name},
    )


@command(TRANSITIONS["recommend"].duty)
def recommend(
    *, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None, checked: list[str] | None = None
) -> LoanEvent:
    """Ends the review with what was found, for a second person to decide.

    `checked` are the sentences of the MFI's checklist that were gone through; None where the whole list was.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: no reason, or something was left unchecked.
    """
    checklist = the_policy().review_checklist
    unchecked = [] if checked is None else [item for item in checklist if item not in checked]
    if unchecked:
        raise InvalidInput(f"Not checked yet: {'; '.join(unchecked)}.", field="checked")
    return _take_step("recommend", lock_loan(loan_id), actor, value_date, reason, {"checked": checklist})


@command(TRANSITIONS["approve"].duty)
def approve(
    *,
    loan_id: UUID,
    actor: Actor,
    reason: str = "",
    value_date: date | None = None,
    principal: Decimal | None = None,
    installments: int | None = None,
) -> LoanEvent:
    """Approves a reviewed application, whole or for a lower `principal` or fewer `installments`.

    Of less than was asked for the borrower agrees to the new key facts before it is paid out.

    Raises:
        NotAllowed: the duty is missing; or the actor reviewed or entered it, whatever their duties are now.
        WrongState: it is not ready for approval. InvalidInput: with what goes to other MFIs it is too dear, or more
            than was asked for.
    """
    loan, state = lock_loan(loan_id)
    check_transition("approve", loan, state, actor, reason=reason)
    day = _value_date(loan, value_date)
    lowered = lowered_payload(loan, principal, installments)
    terms = parse_terms(lowered["terms"]) if lowered else loan.terms
    _check_limit(terms.principal, actor)
    check_group(loan.group, loan.borrower, loan.product)
    check_eligible(
        loan.product, loan.borrower, terms, leaving_out=loan.pk, other_installments=other_lenders_installments(loan)
    )
    return append_event(
        loan=loan, event_type=EventType.APPROVED, actor=actor, value_date=day, reason=reason, payload=lowered
    )


@command(TRANSITIONS["reject"].duty)
def reject(*, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None) -> LoanEvent:
    """Rejects an application, with a reason the borrower sees; what was pledged for it is released."""
    return _end("reject", lock_loan(loan_id), actor, value_date, reason)


@command(TRANSITIONS["send_back"].duty)
def send_back(*, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None) -> LoanEvent:
    """Sends a reviewed application back to its review, saying what is missing."""
    return _take_step("send_back", lock_loan(loan_id), actor, value_date, reason)


@command(TRANSITIONS["return_for_changes"].duty)
def return_for_changes(*, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None) -> LoanEvent:
    """Returns an application to the borrower, who may change it; the review waits until it is in."""
    return _take_step("return_for_changes", lock_loan(loan_id), actor, value_date, reason)


@command(TRANSITIONS["request_info"].duty)
def request_info(*, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None) -> LoanEvent:
    """Asks the borrower for something; the review waits until it is in."""
    return _take_step("request_info", lock_loan(loan_id), actor, value_date, reason)


@command(TRANSITIONS["give_info"].duty)
def give_info(*, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None) -> LoanEvent:
    """Writes down what was brought; the review goes on."""
    return _take_step("give_info", lock_loan(loan_id), actor, value_date, reason)


@command(TRANSITIONS["answer_info"].duty)
def answer_info(*, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None) -> LoanEvent:
    """The borrower's own answer to what was asked; the review goes on.

    Raises:
        NotFound: it is another borrower's. WrongState: nothing is asked.
    """
    return _take_step("answer_info", lock_own_loan(loan_id, actor), actor, value_date, reason)


@command(TRANSITIONS["undo_approval"].duty)
def undo_approval(*, loan_id: UUID, actor: Actor, reason: str) -> LoanEvent:
    """Takes an approval back, until the loan is disbursed; it may be approved again.

    Raises:
        NotAllowed, WrongState: duty, or it is disbursed. InvalidInput: no reason.
    """
    loan, state = lock_loan(loan_id)
    check_transition("undo_approval", loan, state, actor, reason=reason)
    approval = loan.events.of_type(EventType.APPROVED).standing().latest_first()[0]
    return append_event(
        loan=loan,
        event_type=EventType.REVERSAL,
        actor=actor,
        value_date=business_date(),
        reverses=approval,
        reason=reason,
    )


@command(TRANSITIONS["withdraw"].duty)
def withdraw(*, loan_id: UUID, actor: Actor, reason: str = "", value_date: date | None = None) -> LoanEvent:
    """The borrower takes the application back, until it is disbursed.

    Raises:
        NotFound: it is another borrower's. WrongState: it is too late.
    """
    return _end("withdraw", lock_own_loan(loan_id, actor), actor, value_date, reason)


@command(TRANSITIONS["withdraw_for_borrower"].duty)
def withdraw_for_borrower(*, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None) -> LoanEvent:
    """Takes an application back as its borrower asked at the branch.

    Raises:
        NotAllowed, WrongState: duty, or it is too late. InvalidInput: it is not said how the borrower asked.
    """
    return _end("withdraw_for_borrower", lock_loan(loan_id), actor, value_date, reason)


def _end(
    name: str, locked: tuple[Loan, LoanState], actor: Actor, value_date: date | None, reason: str = ""
) -> LoanEvent:
    """Ends an application, and releases what stands behind it."""
    ended = _take_step(name, locked, actor, value_date, reason)
    release_all(loan=ended.loan, actor=actor)
    return ended


def _take_step(
    name: str,
    locked: tuple[Loan, LoanState],
    actor: Actor,
    value_date: date | None,
    reason: str = "",
    payload: dict[str, Any] | None = None,
) -> LoanEvent:
    """Makes a transition of a locked loan by its first event."""
    loan, state = locked
    transition = check_transition(name, loan, state, actor, reason=reason)
    event_type = transition.events[0]
    return append_event(
        loan=loan,
        event_type=EventType(event_type),
        actor=actor,
        value_date=_value_date(loan, value_date),
        reason=reason,
        payload=payload or {},
    )


def _value_date(loan: Loan, value_date: date | None) -> date:
    day = value_date or business_date()
    check_value_date(day, not_before=loan.submitted_on)
    return day


def _check_limit(principal: Decimal, actor: Actor) -> None:
    """An approver decides up to the MFI's limit; above it a manager does."""
    limit = the_policy().approver_limit
    if limit is not None and principal > limit and Duty.MANAGER not in actor.duties:
        raise NotAllowed(f"An approver decides up to {limit:,.2f}; this loan needs a manager.")
