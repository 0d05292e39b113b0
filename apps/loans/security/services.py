"""Guarantors and collateral: entered, and given back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError

from apps.loans.book.checks import check_amount
from apps.loans.book.models import Loan
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.recording.services import append_note, check_transition, lock_loan
from apps.loans.security.doubts import check_guarantor, check_pledged
from apps.loans.security.models import Collateral, Guarantor
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState
from apps.users.accounts.identity import any_phone

# Financial Consumer Protection Act 2022 and the 2023 Disclosure Regulations: no identity paper or bank card is taken.
FORBIDDEN = re.compile(r"\b(passports?|ids?|identity|atm)\b|\b(bank|debit|credit)[\s-]*cards?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Security:
    """What was entered: the record's key, and what it is called."""

    id: UUID
    name: str


@command(TRANSITIONS["add_guarantor"].duty)
def add_guarantor(
    *,
    loan_id: UUID,
    actor: Actor,
    full_name: str,
    amount: Decimal,
    phone: str = "",
    relation: str = "",
    confirmed: bool = False,
    idempotency_key: str = "",
) -> Security:
    """Enters who answers for a loan, up to `amount`.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: no name, no phone number, an amount, or more than the
            loan. Unsure: one word for a name, or somebody who answers for it already, and it is not `confirmed`.
    """
    loan, state = lock_loan(loan_id)
    check_transition("add_guarantor", loan, state, actor)
    guarantor = Guarantor(loan=loan, full_name=full_name, phone=phone, relation=relation, amount=amount)
    settle_guarantor(guarantor)
    check_guarantor(guarantor, confirmed=confirmed)
    guarantor.save(force_insert=True)
    append_note(loan=loan, actor=actor, text=f"Guarantor: {guarantor.full_name}, up to {amount:,.2f}")
    return Security(guarantor.pk, guarantor.full_name)


def settle_guarantor(guarantor: Guarantor) -> None:
    """Brings a guarantor who is not saved yet into the form in which one is kept.

    Raises:
        InvalidInput: no amount, more than the loan, or no phone number.
    """
    check_amount(guarantor.amount)
    guarantor.full_name = " ".join(guarantor.full_name.split())[:150]
    guarantor.phone = _phone(guarantor.phone)
    guarantor.relation = guarantor.relation.strip()[:60]
    if guarantor.amount > guarantor.loan.principal:
        raise InvalidInput(f"The loan is {guarantor.loan.principal:,.2f}; nobody answers for more.", field="amount")


def settle_collateral(collateral: Collateral) -> None:
    """Brings a thing that is not saved yet into the form in which one is kept.

    Raises:
        InvalidInput: no value, no kind or description, or what the law forbids to take.
    """
    check_amount(collateral.value, field="value")
    if collateral.what not in Collateral.Kind.values:
        raise InvalidInput("Choose what kind of thing it is.", field="what")
    _check_description(collateral.description)
    collateral.description, collateral.serial = collateral.description.strip()[:200], collateral.serial.strip()[:60]


@command(TRANSITIONS["add_collateral"].duty)
def add_collateral(
    *,
    loan_id: UUID,
    actor: Actor,
    what: str,
    description: str,
    value: Decimal,
    serial: str = "",
    confirmed: bool = False,
    idempotency_key: str = "",
) -> Security:
    """Enters a thing pledged for a loan, with its estimated value.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: what the law forbids to take, no description, no value.
        Unsure: it is pledged already, or a vehicle has no registration, and it is not `confirmed`.
    """
    loan, state = lock_loan(loan_id)
    check_transition("add_collateral", loan, state, actor)
    collateral = Collateral(loan=loan, what=what, description=description, serial=serial, value=value)
    settle_collateral(collateral)
    check_pledged(collateral, confirmed=confirmed)
    collateral.save(force_insert=True)
    append_note(loan=loan, actor=actor, text=f"Collateral: {collateral.description}, {value:,.2f}")
    return Security(collateral.pk, collateral.description)


@command(TRANSITIONS["release_security"].duty)
def release(*, security: type[Guarantor] | type[Collateral], record_id: UUID, actor: Actor, reason: str) -> None:
    """Lets a guarantor go, or gives a thing back. The record stays.

    Raises:
        NotFound: no such record. WrongState: released before. NotAllowed: duty. InvalidInput: no reason.
    """
    record = security.objects.select_for_update().filter(pk=record_id).first()
    if record is None:
        raise NotFound("There is no such record.")
    if not record.is_active:
        raise WrongState("It was released before.")
    loan, state = lock_loan(record.loan_id)
    check_transition("release_security", loan, state, actor, reason=reason)
    record.is_active = False
    record.save(update_fields=["is_active"])
    append_note(loan=loan, actor=actor, text=f"Released: {record}. {reason.strip()}")


def release_all(*, loan: Loan, actor: Actor) -> None:
    """Releases whatever stands behind an application that has ended, inside the caller's command."""
    names = []
    for security in (Guarantor, Collateral):
        for record in security.objects.select_for_update().filter(loan=loan, is_active=True):
            record.is_active = False
            record.save(update_fields=["is_active"])
            names.append(str(record))
    if names:
        append_note(loan=loan, actor=actor, text=f"Released, as the application has ended: {', '.join(names)}")


def _phone(text: str) -> str:
    """A guarantor's phone: of Lesotho, or with another country's code; empty where none is given.

    Raises:
        InvalidInput: it is no phone number.
    """
    if not text.strip():
        return ""
    try:
        return any_phone(text)
    except ValidationError as error:
        raise InvalidInput(error.messages[0], field="phone") from None


def _check_description(description: str) -> None:
    if not description.strip():
        raise InvalidInput("Describe it, so that it is known again.", field="description")
    if FORBIDDEN.search(description):
        raise InvalidInput(
            "Identity papers and bank cards may not be taken as security (2023 Disclosure Regulations under the "
            "Financial Consumer Protection Act 2022).",
            field="description",
        )
