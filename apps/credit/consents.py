"""Consents on their way to the credit histories: that a person agreed to being asked about, or took it back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from apps.credit import repository
from apps.credit.models import OutboxEntry
from apps.credit.outbox import person_key
from apps.credit.repository import ConsentRecord
from apps.users.accounts.models import BorrowerProfile
from apps.users.consents.models import Consent

CONSENT = "consent"


def queue_consent(sender: Any, consent: Consent, **more: Any) -> None:
    """Queues a consent to sharing, in the transaction in which it was given or taken back."""
    if consent.purpose != Consent.Purpose.SHARING:
        return
    number = BorrowerProfile.objects.filter(pk=consent.account_id).values_list("national_id", flat=True).first()
    consent_entry(consent, number or "").save(force_insert=True)


def consent_entry(consent: Consent, national_id: str) -> OutboxEntry:
    """The outbox row of a consent, not saved."""
    return OutboxEntry(
        account=consent.account_id,
        event_type=CONSENT,
        payload={
            "id": str(consent.pk),
            "person": person_key(national_id, otherwise=consent.account_id),
            "purpose": consent.purpose,
            "granted": consent.granted,
            "text_version": consent.text_version,
            "language": consent.language,
            "given_on": consent.given_on.isoformat(),
            "expires_on": consent.expires_on.isoformat() if consent.expires_on else None,
        },
    )


def write_consent(entry: OutboxEntry, mfi: str) -> None:
    """Writes a consent as it was given; it never changes, so writing it again changes nothing.

    Raises:
        StoreError: MongoDB does not answer, or refuses it. InvalidDocument: it breaks a rule.
    """
    p = entry.payload
    repository.save_consent(
        ConsentRecord(
            id=UUID(p["id"]),
            person=p["person"],
            mfi=mfi,
            purpose=p["purpose"],
            granted=p["granted"],
            text_version=p["text_version"],
            language=p["language"],
            given_on=date.fromisoformat(p["given_on"]),
            expires_on=date.fromisoformat(p["expires_on"]) if p["expires_on"] else None,
        )
    )
