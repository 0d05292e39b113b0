"""Changing an application before it is paid out, and the borrower's agreement to what was changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from apps.loans.applications.eligibility import check_eligible
from apps.loans.applications.key_facts import current_facts, signed_facts
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.selectors.agreement import last_signed
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.domain.terms_parser import parse_terms
from apps.loans.domain.violations import InvalidTerms
from apps.loans.products.quotes import checked_terms
from apps.loans.recording.services import append_event, check_transition, lock_loan, lock_own_loan
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput

LONGEST_PURPOSE = 200


class Wanted(NamedTuple):
    """What an application asks for: an amount, paid back in so many installments, and for what."""

    principal: Decimal
    installments: int
    purpose: str

    @classmethod
    def of(cls, loan: Loan) -> Wanted:
        """As the application stands now."""
        return cls(loan.principal, int(loan.terms_agreed["installments"]), loan.purpose)

    def with_(self, principal: Decimal | None, installments: int | None, purpose: str | None = None) -> Wanted:
        """The same with what is not None."""
        return Wanted(
            self.principal if principal is None else principal,
            self.installments if installments is None else installments,
            self.purpose if purpose is None else purpose,
        )


@command(TRANSITIONS["amend"].duty)
def amend(
    *,
    loan_id: UUID,
    actor: Actor,
    reason: str,
    principal: Decimal | None = None,
    installments: int | None = None,
    purpose: str | None = None,
) -> LoanEvent:
    """Changes what an application asks for, as the borrower wishes. What is None stays.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: no reason, nothing changed, or what the product refuses.
    """
    loan, state = lock_loan(loan_id)
    check_transition("amend", loan, state, actor, reason=reason)
    wanted = Wanted.of(loan).with_(principal, installments, purpose)
    return append_event(
        loan=loan,
        event_type=EventType.AMENDED,
        actor=actor,
        value_date=business_date(),
        reason=reason,
        payload=amended_payload(loan, wanted),
    )


@command(TRANSITIONS["change"].duty)
def change_application(
    *,
    loan_id: UUID,
    actor: Actor,
    principal: Decimal,
    installments: int,
    purpose: str,
    agreed: str,
    language: str = "en",
    idempotency_key: str = "",
) -> UUID:
    """The borrower's own changes to an application that was returned; the review goes on. Returns the loan's key.

    `agreed` is the hash of the key facts of what is asked for now.

    Raises:
        NotFound: it is another borrower's. WrongState: it was not returned. InvalidInput: nothing changed, what the
            product refuses, or other key facts than those agreed to.
    """
    loan, state = lock_own_loan(loan_id, actor)
    check_transition("change", loan, state, actor)
    payload = amended_payload(loan, Wanted(principal, installments, purpose))
    payload["key_facts"] = signed_facts(agreed, loan, payload["terms"], actor, language)
    today = business_date()
    append_event(loan=loan, event_type=EventType.AMENDED, actor=actor, value_date=today, payload=payload)
    append_event(loan=loan, event_type=EventType.INFO_GIVEN, actor=actor, value_date=today, reason="Changed as asked.")
    return loan.pk


@command(TRANSITIONS["agree"].duty)
def agree(*, loan_id: UUID, actor: Actor, agreed: str, language: str = "en", value_date: date | None = None) -> None:
    """The borrower agrees to the key facts as they stand, whose hash is `agreed`.

    Raises:
        NotFound: it is another borrower's. WrongState: it is too late. InvalidInput: other key facts than these.
    """
    loan, state = lock_own_loan(loan_id, actor)
    check_transition("agree", loan, state, actor)
    signed = signed_facts(agreed, loan, loan.terms_agreed, actor, language)
    last = last_signed(loan)
    if last is None or last["hash"] != agreed:  # sent again it says nothing new
        _append_agreed(loan, actor, "", signed)


@command(TRANSITIONS["record_agreement"].duty)
def record_agreement(*, loan_id: UUID, actor: Actor, reason: str) -> LoanEvent:
    """Writes down that the borrower agreed at the counter to the key facts as they stand, and how.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: it is not said how.
    """
    loan, state = lock_loan(loan_id)
    check_transition("record_agreement", loan, state, actor, reason=reason)
    _, digest = current_facts(loan)
    signed = signed_facts(digest, loan, loan.terms_agreed, actor, loan.borrower.language)
    return _append_agreed(loan, actor, reason, signed | {"name": loan.borrower.full_name, "recorded_by": actor.name})


def _append_agreed(loan: Loan, actor: Actor, reason: str, signed: dict[str, Any]) -> LoanEvent:
    return append_event(
        loan=loan,
        event_type=EventType.AGREED,
        actor=actor,
        value_date=business_date(),
        reason=reason,
        payload={"key_facts": signed},
    )


def lowered_payload(loan: Loan, principal: Decimal | None, installments: int | None) -> dict[str, Any]:
    """What an approval of less than was asked for says; empty where it is of all that was asked for.

    Raises:
        InvalidInput: more than was asked for, or what the product refuses.
    """
    asked = Wanted.of(loan)
    wanted = asked.with_(principal, installments)
    if wanted == asked:
        return {}
    if wanted.principal > asked.principal:
        raise InvalidInput(f"{asked.principal:,.2f} is asked for; approve at most that.", field="principal")
    if wanted.installments > asked.installments:
        sentence = f"{asked.installments} installments are asked for; approve at most as many."
        raise InvalidInput(sentence, field="installments")
    return amended_payload(loan, wanted)


def amended_payload(loan: Loan, wanted: Wanted) -> dict[str, Any]:
    """The terms of the application as it is wanted now, priced as its product is today.

    Raises:
        InvalidInput: nothing changed, what the product refuses, or an installment that cannot be.
    """
    purpose = wanted.purpose.strip()
    if len(purpose) > LONGEST_PURPOSE:
        raise InvalidInput(f"At most {LONGEST_PURPOSE} characters.", field="purpose")
    if wanted._replace(purpose=purpose) == Wanted.of(loan):
        raise InvalidInput("Change the amount, the term or the purpose; as it stands nothing would change.")
    terms = wanted_terms(loan, wanted.principal, wanted.installments)
    return {"terms": terms, "purpose": purpose, "asks_again": terms != loan.terms_agreed}


def wanted_terms(loan: Loan, principal: Decimal | None, installments: int | None) -> dict[str, Any]:
    """The terms of an application with another amount or term, in the loan case form; what is None stays.

    Raises:
        InvalidInput: what the product refuses, or an installment that cannot be.
    """
    now = Wanted.of(loan)
    wanted = now.with_(principal, installments)
    return loan.terms_agreed if wanted == now else _terms(loan, wanted)


def _terms(loan: Loan, wanted: Wanted) -> dict[str, Any]:
    """The loan case form of the product's terms for this amount and term, at the rate of the application."""
    before = loan.terms_agreed
    meets_from = before.get("meets_from")
    terms = checked_terms(
        loan.product,
        wanted.principal,
        wanted.installments,
        loan.submitted_on,
        loan.currency,
        Decimal(before["rate"]),
        date.fromisoformat(meets_from) if meets_from else None,
    )
    try:
        parsed = parse_terms(terms)
    except InvalidTerms:
        sentence = "The product's terms do not fit this amount and term together; take another amount or term."
        raise InvalidInput(sentence, field="principal") from None
    check_eligible(loan.product, loan.borrower, parsed, leaving_out=loan.pk)
    return terms
