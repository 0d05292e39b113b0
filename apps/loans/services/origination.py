"""From application to approval."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.domain.fold import quote
from apps.loans.domain.reading import parse_terms
from apps.loans.domain.state import LoanState as Folded
from apps.loans.domain.terms import Terms
from apps.loans.models import Loan, LoanEvent, LoanState, Product
from apps.loans.models.event import EventType
from apps.loans.models.policy import the_policy
from apps.loans.models.projection import Status
from apps.loans.services.numbers import next_number
from apps.loans.services.recording import append_event, check_transition, check_value_date, lock_loan
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.users.models import Account
from apps.users.roles import Action, Duty, Role
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once


def quote_product(
    *, product: Product, principal: Decimal, installments: int, on: date, currency: str
) -> tuple[Terms, Folded]:
    """The terms and schedule of a loan of `product` paid out `on`: the engine's own, as it would be booked.

    Raises:
        InvalidInput: amount or term outside the product's limits, naming them.
    """
    terms = parse_terms(checked_terms(product, principal, installments, on, currency))
    return terms, quote(terms, on)


def checked_terms(product: Product, principal: Decimal, installments: int, on: date, currency: str) -> dict[str, Any]:
    """The loan case form of the wanted loan.

    Raises:
        InvalidInput: amount or term outside the product's limits, naming them.
    """
    errors: dict[str, list[str]] = {}
    if not principal.is_finite() or not product.principal_min <= principal <= product.principal_max:
        errors["principal"] = [
            f"{product.name} is lent from {product.principal_min:,.2f} to {product.principal_max:,.2f}."
        ]
    elif principal != principal.quantize(Decimal("0.01")):
        errors["principal"] = ["An amount has at most two decimals."]
    if not product.installments_min <= installments <= product.installments_max:
        errors["installments"] = [
            f"{product.name} is repaid in {product.installments_min} to {product.installments_max} installments."
        ]
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], field=next(iter(errors)), errors=errors)
    return product.terms_json(
        principal=principal, installments=installments, submitted_on=on.isoformat(), currency=currency
    )


def apply_for_loan(
    *,
    borrower: Account,
    product_id: UUID,
    principal: Decimal,
    installments: int,
    purpose: str,
    by: Account,
    currency: str,
    key: str = "",
    on: date | None = None,
) -> Answer:
    """Enters an application, by the borrower or for them. Returns the loan's id and number.

    Raises:
        NotAllowed: `by` is neither the borrower nor may enter applications. NotFound: no such product on offer.
        InvalidInput: amount, term or date. WrongState: another application of the borrower is still open.
    """
    if by.pk != borrower.pk and not by.may(Action.APPLY_FOR_BORROWER):
        raise NotAllowed("Your duties do not include entering an application.")
    if borrower.role != Role.BORROWER or not borrower.is_active:
        raise NotAllowed("Only an open borrower's account can borrow.")
    body = {"borrower": borrower.pk, "product": product_id, "principal": principal, "installments": installments,
            "purpose": purpose, "on": on}  # fmt: skip

    def run() -> Answer:
        loan = _submit(borrower, product_id, principal, installments, purpose, by, currency, on or business_date())
        return {"id": str(loan.pk), "number": loan.number}

    with acting(actor_of(by)):
        return once(actor=actor_of(by), key=key, name="apply_for_loan", body=body, run=run)


def _submit(
    borrower: Account, product_id: UUID, principal: Decimal, installments: int, purpose: str, by: Account,
    currency: str, on: date,
) -> Loan:  # fmt: skip
    # Locking the borrower makes two applications sent at once wait for each other.
    Account.objects.select_for_update().get(pk=borrower.pk)
    product = Product.objects.filter(pk=product_id, is_active=True).first()
    if product is None:
        raise NotFound("This product is not on offer.")
    check_value_date(on, not_before=date(2000, 1, 1), field="on")
    if len(purpose) > 200:
        raise InvalidInput("At most 200 characters.", field="purpose")
    terms = checked_terms(product, principal, installments, on, currency)
    open_states = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.REVIEWED, Status.APPROVED)
    waiting = LoanState.objects.filter(loan__borrower=borrower, status__in=open_states).select_related("loan").first()
    if waiting:
        raise WrongState(
            f"Application {waiting.loan.number} is still {waiting.get_status_display().lower()}; "
            "withdraw it or wait for the decision before applying again."
        )
    loan = Loan.objects.create(
        number=next_number("L"), borrower=borrower, product=product, product_version=product.version,
        terms_agreed=terms, principal=principal, purpose=purpose.strip(), submitted_on=on,
    )  # fmt: skip
    append_event(loan=loan, event_type=EventType.SUBMITTED, by=by, value_date=on, reason=purpose.strip())
    return loan


def start_review(*, loan_id: UUID, by: Account, on: date | None = None) -> LoanEvent:
    """Takes the application up; `by` becomes its reviewing officer."""
    return _decide("start_review", loan_id, by, on)


def recommend(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Ends the review with what was found, for a second person to decide."""
    return _decide("recommend", loan_id, by, on, reason)


def approve(*, loan_id: UUID, by: Account, reason: str = "", on: date | None = None) -> LoanEvent:
    """Approves a reviewed application.

    Raises:
        NotAllowed: the duty is missing; or `by` reviewed or entered it, whatever their duties are now.
        WrongState: it is not ready for approval.
    """
    return _decide("approve", loan_id, by, on, reason)


def reject(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Rejects an application, with a reason the borrower sees."""
    return _decide("reject", loan_id, by, on, reason)


def request_info(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Asks the borrower for something; the review waits until it is in."""
    return _decide("request_info", loan_id, by, on, reason)


def give_info(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Writes down what was brought; the review goes on."""
    return _decide("give_info", loan_id, by, on, reason)


def undo_approval(*, loan_id: UUID, by: Account, reason: str) -> LoanEvent:
    """Takes an approval back, until the loan is paid out; it may be approved again.

    Raises:
        NotAllowed, WrongState: duty, or it is paid out. InvalidInput: no reason.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("undo_approval", state, by, reason=reason)
        approval = loan.events.filter(type=EventType.APPROVED, reversed_by__isnull=True).order_by("-recorded_at")[0]
        return append_event(
            loan=loan, event_type=EventType.REVERSAL, by=by, value_date=business_date(), reverses=approval,
            reason=reason.strip()[:500],
        )  # fmt: skip


def _decide(name: str, loan_id: UUID, by: Account, on: date | None, reason: str = "") -> LoanEvent:
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        transition = check_transition(name, state, by, reason=reason)
        day = on or business_date()
        check_value_date(day, not_before=loan.submitted_on)
        if name == "approve":
            _check_second_person(loan, by)
            _check_limit(loan, by)
        return append_event(loan=loan, event_type=transition.event, by=by, value_date=day, reason=reason.strip()[:500])


def _check_second_person(loan: Loan, by: Account) -> None:
    """Who has had a hand in it before does not approve it, by any name the event was written under."""
    makers = (EventType.SUBMITTED, EventType.REVIEW_STARTED, EventType.REVIEWED)
    if by.pk == loan.borrower_id or loan.events.filter(type__in=makers, actor_id=by.pk).exists():
        raise NotAllowed("You entered or reviewed this application; a second person approves it.")


def _check_limit(loan: Loan, by: Account) -> None:
    """An approver decides up to the MFI's limit; above it a manager does."""
    limit = the_policy().approver_limit
    if limit is not None and loan.principal > limit and Duty.MANAGER not in by.duty_set:
        raise NotAllowed(f"An approver decides up to {limit:,.2f}; this loan needs a manager.")


def withdraw(*, loan_id: UUID, by: Account, reason: str = "", on: date | None = None) -> LoanEvent:
    """The borrower takes the application back, until it is paid out.

    Raises:
        NotFound: it is another borrower's. WrongState: it is too late.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        if loan.borrower_id != by.pk:
            raise NotFound("There is no such loan.")
        check_transition("withdraw", state, by)
        return append_event(
            loan=loan, event_type=EventType.WITHDRAWN, by=by, value_date=on or business_date(),
            reason=reason.strip()[:500],
        )  # fmt: skip
