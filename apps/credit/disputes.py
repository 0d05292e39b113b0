"""Disputes and corrections in the credit histories, and whose inquiries counted what was corrected."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from apps.credit import repository
from apps.credit.models import OutboxEntry
from apps.credit.reach import asking_histories
from apps.credit.repository import CorrectionRecord, DisputeRecord, StoreError

DISPUTE = "dispute"
OPEN = "open"


@dataclass(frozen=True, slots=True)
class DisputeTold:
    """How a dispute stands, as the histories keep it. `entry` is none where it is about the account as a whole."""

    id: UUID
    account: UUID
    person: str
    entry: UUID | None
    opened_on: date
    outcome: str  # "open", "corrected" or "stands"
    decided_on: date | None = None
    corrected_by: UUID | None = None  # the entry that put it right
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutdatedInquiry:
    """An inquiry of one's own that counted an account which was corrected since."""

    correction: UUID
    inquiry: UUID
    loan: UUID
    asked_at: datetime


def entry_key(event_id: UUID, kind: str) -> UUID:
    """The key of a loan event's entry in the histories."""
    return uuid5(event_id, kind)


def dispute_entry(told: DisputeTold) -> OutboxEntry:
    """The outbox row of a dispute, not saved."""
    payload = {name: None if value is None else str(value) for name, value in asdict(told).items()}
    return OutboxEntry(account=told.account, event_type=DISPUTE, payload=payload)


def write_dispute(entry: OutboxEntry, mfi: str) -> None:
    """Writes how a dispute stands. A decision is not undone by news of its opening that arrives after it.

    Raises:
        StoreError: MongoDB does not answer, or refuses it. InvalidDocument: it breaks a rule.
    """
    p = entry.payload
    dispute = DisputeRecord(
        id=UUID(p["id"]),
        person=p["person"],
        mfi=mfi,
        account=entry.account,
        entry=UUID(p["entry"]) if p["entry"] else None,
        opened_on=date.fromisoformat(p["opened_on"]),
        outcome=p["outcome"],
        decided_on=date.fromisoformat(p["decided_on"]) if p["decided_on"] else None,
    )
    repository.save_dispute(dispute, if_new=dispute.outcome == OPEN)
    if p["corrected_by"]:
        corrected_at = datetime.fromisoformat(p["decided_at"])
        repository.save_correction(_correction_of(dispute, UUID(p["corrected_by"]), corrected_at))


def _correction_of(dispute: DisputeRecord, corrected_by: UUID, corrected_at: datetime) -> CorrectionRecord:
    return CorrectionRecord(
        id=uuid5(dispute.id, "correction"),
        dispute=dispute.id,
        person=dispute.person,
        mfi=dispute.mfi,
        account=dispute.account,
        entry=dispute.entry,
        corrected_by=corrected_by,
        corrected_at=corrected_at,
    )


def lenders_to_tell(since: datetime) -> set[str]:
    """The MFIs that something is to be told: a look-up counted their accounts, or one they had counted was corrected.

    Raises:
        StoreError: MongoDB does not answer.
    """
    with asking_histories():
        corrected = [correction.account for correction in repository.corrections_since(since)]
        return repository.lenders_to_tell(since, corrected)


def outdated_inquiries(mfi: str, *, days: int = 400) -> list[OutdatedInquiry]:
    """The inquiries of `mfi` that counted an account of another MFI before that was corrected.

    None where MongoDB is away: whoever asks, asks again later.
    """
    try:
        with asking_histories():
            corrections = repository.corrections_since(datetime.now(UTC) - timedelta(days=days))
            inquiries = repository.inquiries_counting([c.account for c in corrections], mfi=mfi)
    except StoreError:
        return []
    return [
        OutdatedInquiry(c.id, i.id, i.loan, i.asked_at)
        for c in corrections
        for i in inquiries
        if c.account in i.accounts and i.asked_at < c.corrected_at
    ]
