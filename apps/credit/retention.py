"""How long the credit histories keep what: dated settings, and the job that applies them and says what it removed.

The books and the loans' own facts stay in PostgreSQL as the law on accounts asks; this is about the histories.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from apps.credit import repository
from apps.credit.documents import midnight
from apps.credit.models import OutboxEntry, RetentionPeriod, RetentionRun
from apps.credit.profile import months_before
from apps.mfis.core.database import connection

What = RetentionPeriod.What
# Where an MFI has settled nothing else. Our own choice, long enough for a second loan to be judged by the first.
USUAL = {What.ACCOUNTS: 60, What.SCORES: 60, What.INQUIRIES: 24, What.CONSENTS: 60, What.OUTBOX: 3}
ENDED = ("closed", "overpaid", "written_off")
BATCH = 500


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What ended before its day is no longer kept."""

    accounts: date
    scores: date
    inquiries: date
    consents: date
    outbox: date

    def ended(self, status: str, last_event_on: date) -> bool:
        """Whether an account that stands at `status` since its last event is past its time."""
        return status in ENDED and last_event_on < self.accounts


def cutoffs(as_of: date) -> Cutoffs:
    """The days before which nothing is kept, by the settings that hold on a day."""
    months = {str(kind): count for kind, count in USUAL.items()}
    for row in RetentionPeriod.objects.filter(valid_from__lte=as_of).order_by("valid_from", "created_at"):
        months[row.what] = row.months
    return Cutoffs(**{kind: months_before(as_of, count) for kind, count in months.items()})


def apply_retention(as_of: date) -> dict[str, int]:
    """Removes what is past its time at the present MFI. Returns how many of what, and keeps that too.

    Stopped half-way it goes on the next time: an account is removed last, after all that hangs on it.

    Raises:
        StoreError: MongoDB does not answer.
    """
    mfi, until = connection.schema_name, cutoffs(as_of)
    removed = _remove_ended_accounts(mfi, until.accounts)
    removed["scores"] = repository.remove_scores(mfi, until.scores)
    removed["inquiries"] = repository.remove_inquiries(mfi, until.inquiries)
    removed["consents"] = repository.remove_consents(mfi, until.consents)
    removed["people"] = repository.remove_people(mfi) if removed["accounts"] else 0
    removed["outbox"] = OutboxEntry.objects.filter(relayed_at__lt=midnight(until.outbox)).delete()[0]
    counts = {what: count for what, count in sorted(removed.items()) if count}
    if counts:
        RetentionRun.objects.create(removed=counts)
    return counts


def _remove_ended_accounts(mfi: str, until: date) -> Counter[str]:
    removed: Counter[str] = Counter()
    while batch := repository.ended_accounts(mfi, ENDED, until, limit=BATCH):
        removed += repository.remove_accounts(batch)
    return removed
