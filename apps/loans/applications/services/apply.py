"""Entering an application, by the borrower or for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.applications.eligibility import check_eligible
from apps.loans.applications.key_facts import signed_statement
from apps.loans.book.key_facts import facts_of
from apps.loans.book.models import EventType, Loan, LoanState
from apps.loans.book.numbers import next_number
from apps.loans.book.workflow import BEFORE_DISBURSEMENT
from apps.loans.domain.terms_parser import parse_terms
from apps.loans.groups.models import Group
from apps.loans.groups.selectors import check_group, find_group
from apps.loans.products.models import LoanPurpose, Product
from apps.loans.products.quotes import checked_terms
from apps.loans.products.selectors import offered_product
from apps.loans.recording.services import append_event, check_value_date
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotAllowed, Sentence, WrongState
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account

FIRST_DAY = date(2000, 1, 1)  # loans brought in from other systems may lie back, but not before it


@dataclass(frozen=True, slots=True)
class LoanRequest:
    """What a borrower asks for: an amount in the MFI's currency, paid back in so many installments.

    `rate` is in percent as the product states it, None for its usual one; `group_id` is the group that answers for it.
    `listed_purpose_id` is a purpose of the MFI's list; `purpose` may say more, or stand alone.
    """

    product_id: UUID
    principal: Decimal
    installments: int
    purpose: str = ""
    rate: Decimal | None = None
    group_id: UUID | None = None
    listed_purpose_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An application that was entered: the key and the number of its loan."""

    id: UUID
    number: str


@command(Action.BORROW, Action.APPLY_FOR_BORROWER, new_business=True)
def apply_for_loan(
    *,
    borrower: Account,
    request: LoanRequest,
    actor: Actor,
    currency: str,
    value_date: date | None = None,
    agreed: str = "",
    language: str = "en",
    idempotency_key: str = "",
) -> Application:
    """Enters an application, by the borrower or for them.

    `agreed` is the hash of the key facts that were agreed to, in `language`; they are kept with the application.

    Raises:
        NotAllowed: the actor is neither the borrower nor may enter applications, or gives a rate of their own.
        NotFound: no such product on offer, or no such group. InvalidInput: amount, term, rate or date; or what was
            agreed to is not what would be booked. WrongState: another application of the borrower is still open.
    """
    check_may_apply(borrower, actor)
    if request.rate is not None and not actor.may(Action.APPLY_FOR_BORROWER):
        raise NotAllowed("Another rate than the usual one is for the branch to give.")
    day = value_date or business_date()
    lock_borrower(borrower)
    product, group, terms = terms_asked_for(borrower, request, currency, day)
    payload = {"key_facts": signed_statement(agreed, facts_of(product, terms, day), actor, language)} if agreed else {}
    _check_none_open(borrower)
    listed = purpose_named(request.listed_purpose_id)
    request = replace(request, purpose=request.purpose.strip() or listed)
    loan = _create(borrower, request, product, group, terms, day)
    append_event(
        loan=loan, event_type=EventType.SUBMITTED, actor=actor, value_date=day, reason=request.purpose, payload=payload
    )
    return Application(loan.pk, loan.number)


def purpose_named(listed_purpose_id: UUID | None) -> str:
    """What a purpose of the list is called; empty where none is named.

    Raises:
        InvalidInput: it is not on the list.
    """
    if listed_purpose_id is None:
        return ""
    listed = LoanPurpose.objects.offered().filter(pk=listed_purpose_id).first()
    if listed is None:
        text = Sentence("Choose a purpose of the list, or say it in your words.", "not_a_choice")
        raise InvalidInput(text, field="listed_purpose_id")
    return listed.name


def check_may_apply(borrower: Account, actor: Actor) -> None:
    """Refuses whoever may not enter an application of `borrower`.

    Raises:
        NotAllowed: a borrower for somebody else, or an account that cannot borrow.
    """
    if actor.id != borrower.pk and not actor.may(Action.APPLY_FOR_BORROWER):
        raise NotAllowed("Your duties do not include entering an application.")
    if borrower.role != Role.BORROWER or not borrower.is_active:
        raise NotAllowed(Sentence("Only an open borrower's account can borrow.", "not_a_borrower"))


def lock_borrower(borrower: Account) -> None:
    """Makes two commands of one borrower that come at once wait for each other."""
    Account.objects.select_for_update().get(pk=borrower.pk)


def terms_asked_for(
    borrower: Account, request: LoanRequest, currency: str, day: date
) -> tuple[Product, Group | None, dict[str, Any]]:
    """The product, the group, and the terms of the loan as they would be agreed, if the borrower may have it.

    Raises:
        NotFound: no such product on offer, or no such group. InvalidInput: amount, term, rate or date, or who asks.
    """
    product = offered_product(request.product_id)
    check_value_date(day, not_before=FIRST_DAY)
    if len(request.purpose) > 200:
        raise InvalidInput(Sentence("At most 200 characters.", "too_long", maximum=200), field="purpose")
    group = find_group(request.group_id)
    check_group(group, borrower, product)
    meets_from = group.meets_from if group else None
    terms = checked_terms(product, request.principal, request.installments, day, currency, request.rate, meets_from)
    check_eligible(product, borrower, parse_terms(terms))
    return product, group, terms


def _check_none_open(borrower: Account) -> None:
    open_states = LoanState.objects.of_borrower(borrower.pk).filter(status__in=BEFORE_DISBURSEMENT)
    waiting = open_states.select_related("loan").first()
    if waiting:
        number, status = waiting.loan.number, waiting.get_status_display().lower()
        text = f"Application {number} is still {status}; withdraw it or wait for the decision before applying again."
        raise WrongState(Sentence(text, "application_open", number=number, status=waiting.status))


def _create(
    borrower: Account, request: LoanRequest, product: Product, group: Group | None, terms: dict[str, Any], day: date
) -> Loan:
    return Loan.objects.create(
        number=next_number("L"),
        borrower=borrower,
        product=product,
        product_version=product.version,
        group=group,
        asked_terms=terms,
        asked_principal=request.principal,
        asked_purpose=request.purpose,
        listed_purpose_id=request.listed_purpose_id,
        submitted_on=day,
    )
