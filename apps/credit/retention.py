"""How long the credit histories keep what: dated settings, and the job that applies them and says what it removed.

The books and the loans' own facts stay in PostgreSQL as the law on accounts asks; this is about the histories.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.credit.documents import (
    CreditAccount,
    CreditConsent,
    CreditCorrection,
    CreditDispute,
    CreditEventDocument,
    CreditInquiry,
    CreditPerson,
    CreditScore,
    CreditSnapshot,
    midnight,
)
from apps.credit.models import OutboxEntry, RetentionPeriod, RetentionRun
from apps.credit.profile import months_before
from apps.credit.store import connect
from apps.mfis.database import connection

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


def cutoffs(on: date) -> Cutoffs:
    """The days before which nothing is kept, by the settings that hold on a day."""
    months = {str(kind): count for kind, count in USUAL.items()}
    for row in RetentionPeriod.objects.filter(valid_from__lte=on).order_by("valid_from", "created_at"):
        months[row.what] = row.months
    return Cutoffs(**{kind: months_before(on, count) for kind, count in months.items()})


def apply_retention(on: date) -> dict[str, int]:
    """Removes what is past its time at the present MFI. Returns how many of what, and keeps that too.

    Stopped half-way it goes on the next time: an account is removed last, after all that hangs on it.

    Raises:
        PyMongoError, StoreAway: MongoDB does not answer.
    """
    connect()
    mfi, until = connection.schema_name, cutoffs(on)
    removed: Counter[str] = Counter()
    accounts = CreditAccount._get_collection()
    old = {"mfi": mfi, "status": {"$in": list(ENDED)}, "last_event_on": {"$lt": midnight(until.accounts)}}
    while batch := [d["_id"] for d in accounts.find(old, {"_id": 1}).limit(BATCH)]:
        for kind in (CreditEventDocument, CreditSnapshot, CreditDispute, CreditCorrection):
            removed[_name(kind)] += kind._get_collection().delete_many({"account": {"$in": batch}}).deleted_count
        removed["accounts"] += accounts.delete_many({"_id": {"$in": batch}}).deleted_count
    dated = ((CreditScore, "month", until.scores), (CreditInquiry, "asked_at", until.inquiries))
    for kind, field, day in dated:
        found = kind._get_collection().delete_many({"mfi": mfi, field: {"$lt": midnight(day)}})
        removed[_name(kind)] += found.deleted_count
    removed["consents"] += _remove_consents(mfi, until.consents)
    removed["people"] += _forget_people(mfi) if removed["accounts"] else 0
    removed["outbox"] += OutboxEntry.objects.filter(relayed_at__lt=midnight(until.outbox)).delete()[0]
    said = {what: count for what, count in sorted(removed.items()) if count}
    if said:
        RetentionRun.objects.create(removed=said)
    return said


def _remove_consents(mfi: str, until: date) -> int:
    """A consent ended when it ran out or was taken back; the latest of a borrower stays while it stands."""
    consents = CreditConsent._get_collection()
    over = {
        "mfi": mfi,
        "$or": [{"expires_on": {"$lt": midnight(until)}}, {"granted": False, "given_on": {"$lt": midnight(until)}}],
    }
    return int(consents.delete_many(over).deleted_count)


def _forget_people(mfi: str) -> int:
    """Takes this MFI off the persons of whom it keeps no account any more; whom nobody keeps is forgotten."""
    people, accounts, gone = CreditPerson._get_collection(), CreditAccount._get_collection(), 0
    keys = [d["_id"] for d in people.find({"lenders": mfi}, {"_id": 1})]
    for n in range(0, len(keys), BATCH):
        batch = keys[n : n + BATCH]
        kept = {d["person"] for d in accounts.find({"mfi": mfi, "person": {"$in": batch}}, {"person": 1})}
        people.update_many({"_id": {"$in": [k for k in batch if k not in kept]}}, {"$pull": {"lenders": mfi}})
        gone += people.delete_many({"_id": {"$in": batch}, "lenders": []}).deleted_count
    return gone


def _name(kind: Any) -> str:
    return str(kind._meta["collection"])
