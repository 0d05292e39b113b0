"""Guarantors and collateral: entered, and given back."""

from __future__ import annotations

import re
from decimal import Decimal
from uuid import UUID

from apps.loans.models import Collateral, Guarantor
from apps.loans.models.event import EventType
from apps.loans.services.checks import check_amount
from apps.loans.services.recording import append_event, check_transition, lock_loan
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.users.models import Account
from apps.users.roles import Action
from apps.users.services.accounts import actor_of

# Financial Consumer Protection Act 2022 and the 2023 Disclosure Regulations: no identity paper or bank card is taken.
FORBIDDEN = re.compile(r"\b(passports?|ids?|identity|atm)\b|\b(bank|debit|credit)[\s-]*cards?\b", re.IGNORECASE)


def add_guarantor(
    *, loan_id: UUID, by: Account, full_name: str, amount: Decimal, phone: str = "", relation: str = ""
) -> Guarantor:
    """Enters who answers for a loan.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: no name, an amount, or more than the loan.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("add_guarantor", state, by)
        check_amount(amount)
        if not full_name.strip():
            raise InvalidInput("Give the guarantor's name.", field="full_name")
        if amount > loan.principal:
            raise InvalidInput(f"The loan is {loan.principal:,.2f}; nobody answers for more.", field="amount")
        made = Guarantor.objects.create(
            loan=loan,
            full_name=full_name.strip()[:150],
            phone=phone.strip()[:16],
            relation=relation.strip()[:60],
            amount=amount,
        )
        append_event(
            loan=loan,
            event_type=EventType.NOTE,
            by=by,
            value_date=business_date(),
            reason=f"Guarantor: {made.full_name}, up to {amount:,.2f}",
        )
        return made


def add_collateral(
    *, loan_id: UUID, by: Account, what: str, description: str, value: Decimal, serial: str = ""
) -> Collateral:
    """Enters a thing pledged for a loan.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: what the law forbids to take, no description, no value.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("add_collateral", state, by)
        check_amount(value)
        if what not in Collateral.Kind.values:
            raise InvalidInput("Choose what kind of thing it is.", field="what")
        if not description.strip():
            raise InvalidInput("Describe it, so that it is known again.", field="description")
        if FORBIDDEN.search(description):
            raise InvalidInput(
                "Identity papers and bank cards may not be taken as security (2023 Disclosure Regulations under the "
                "Financial Consumer Protection Act 2022).",
                field="description",
            )
        made = Collateral.objects.create(
            loan=loan, what=what, description=description.strip()[:200], serial=serial.strip()[:60], value=value
        )
        append_event(
            loan=loan,
            event_type=EventType.NOTE,
            by=by,
            value_date=business_date(),
            reason=f"Collateral: {made.description}, {value:,.2f}",
        )
        return made


def release(*, security: type[Guarantor] | type[Collateral], key: UUID, by: Account, reason: str) -> None:
    """Lets a guarantor go, or gives a thing back. The record stays.

    Raises:
        NotFound: no such record. WrongState: released before. NotAllowed: duty. InvalidInput: no reason.
    """
    if not by.may(Action.REVIEW):
        raise NotAllowed(f"Your duties do not include this: {Action.REVIEW.label}.")
    with acting(actor_of(by)):
        found = security.objects.select_for_update().filter(pk=key).first()
        if found is None:
            raise NotFound("There is no such record.")
        if not found.is_active:
            raise WrongState("It was released before.")
        if not reason.strip():
            raise InvalidInput("Give a reason; it stays with the record.", field="reason")
        loan, _ = lock_loan(found.loan_id)
        found.is_active = False
        found.save(update_fields=["is_active"])
        append_event(
            loan=loan,
            event_type=EventType.NOTE,
            by=by,
            value_date=business_date(),
            reason=f"Released: {found}. {reason.strip()}"[:500],
        )
