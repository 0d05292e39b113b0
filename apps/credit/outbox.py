"""Queues what happened to a loan for the credit histories, in the transaction in which it happened."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.credit.models import OutboxEntry


@dataclass(frozen=True, slots=True)
class CreditEvent:
    """What a credit history keeps of one loan event, and how the loan stood after it."""

    event_id: UUID  # of the loan's event: told twice, by two nodes, it is kept once
    loan_id: UUID
    loan_number: str
    person_key_source: str  # the national ID; only its HMAC leaves this function
    borrower_id: UUID
    kind: str  # one of documents.KINDS
    value_date: date
    amount: Decimal | None
    status: str
    principal: Decimal
    outstanding: Decimal
    oldest_due_date: date | None
    disbursed_on: date | None
    closed_on: date | None
    installments: int
    monthly_installment: Decimal  # what is scheduled, divided by the months from pay-out to the last due date
    currency: str


def person_key(national_id: str, *, otherwise: UUID) -> str:
    """The key of a person in the credit histories: an HMAC, so that the number itself is never there.

    Somebody without a national ID is known by their account alone.
    """
    source = f"id:{national_id}" if national_id else f"account:{otherwise}"
    return hmac.new(settings.CREDIT_KEY.encode(), source.encode(), sha256).hexdigest()


def queue_event(event: CreditEvent) -> OutboxEntry:
    """Writes the outbox row; the relay takes it to MongoDB later, whether that is up now or not."""
    entry = entry_of(event)
    entry.save(force_insert=True)
    return entry


def entry_of(event: CreditEvent) -> OutboxEntry:
    """The outbox row of an event, not saved."""
    return OutboxEntry(account=event.loan_id, event_type=event.kind, payload=payload_of(event))


def payload_of(event: CreditEvent) -> dict[str, Any]:
    """What the outbox row of an event says."""
    return {
        "event": str(event.event_id),
        "person": person_key(event.person_key_source, otherwise=event.borrower_id),
        "loan_number": event.loan_number,
        "value_date": event.value_date.isoformat(),
        "amount": f"{event.amount or 0:.2f}",
        "status": event.status,
        "principal": f"{event.principal:.2f}",
        "outstanding": f"{event.outstanding:.2f}",
        "oldest_due_date": _day(event.oldest_due_date),
        "disbursed_on": _day(event.disbursed_on),
        "closed_on": _day(event.closed_on),
        "installments": event.installments,
        "monthly_installment": f"{event.monthly_installment:.2f}",
        "currency": event.currency,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
