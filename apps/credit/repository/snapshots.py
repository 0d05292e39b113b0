"""How accounts stood at the end of each month, and what each borrower's score was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from uuid import UUID

from apps.credit.documents import CreditScore, CreditSnapshot, midnight
from apps.credit.repository.connection import collection_of, replace_each, translated, writable
from apps.credit.repository.records import SCORES, SNAPSHOTS, ScoreRecord, SnapshotRecord


@translated()
def save_snapshots(snapshots: Iterable[SnapshotRecord]) -> None:
    """Writes snapshots in place of those with the same keys.

    Raises:
        InvalidDocument: one of them breaks a rule; then none is written.
        StoreError: MongoDB does not answer, or refuses them.
    """
    replace_each(writable(CreditSnapshot), [SNAPSHOTS.document(snapshot) for snapshot in snapshots])


@translated()
def remove_snapshots(snapshots: Collection[UUID]) -> None:
    """Removes the snapshots with these keys, as far as they are there."""
    if snapshots:
        collection_of(CreditSnapshot).delete_many({"_id": {"$in": list(snapshots)}})


@translated()
def snapshots_of_accounts(accounts: Collection[UUID]) -> list[SnapshotRecord]:
    """The snapshots of these accounts, the latest month first."""
    documents = collection_of(CreditSnapshot).find({"account": {"$in": list(accounts)}})
    return [SNAPSHOTS.record(document) for document in sorted(documents, key=lambda d: d["month"], reverse=True)]


@translated()
def signs_of_accounts(accounts: Collection[UUID], since: date, until: date) -> list[tuple[UUID, date, str]]:
    """Account, month end and sign of the snapshots of these accounts between two month ends, both included."""
    wanted = {"account": {"$in": list(accounts)}, "month": {"$gte": midnight(since), "$lte": midnight(until)}}
    documents = collection_of(CreditSnapshot).find(wanted, {"account": 1, "month": 1, "code": 1})
    return [(document["account"], document["month"].date(), document["code"]) for document in documents]


def signs_of_persons(mfi: str, month_ends: Collection[date]) -> Iterator[tuple[str, str]]:
    """Person and sign of every snapshot of an MFI in these months, one after the other: they may be millions."""
    wanted = {"mfi": mfi, "month": {"$in": [midnight(end) for end in month_ends]}}
    with translated():
        for document in collection_of(CreditSnapshot).find(wanted, {"person": 1, "code": 1}):
            yield document["person"], document["code"]


@translated()
def save_scores(scores: Iterable[ScoreRecord]) -> None:
    """Writes scores in place of those with the same keys.

    Raises:
        InvalidDocument: one of them breaks a rule; then none is written.
        StoreError: MongoDB does not answer, or refuses them.
    """
    replace_each(writable(CreditScore), [SCORES.document(score) for score in scores])


@translated()
def scores_by_id(scores: Collection[UUID], mfi: str) -> list[ScoreRecord]:
    """Those of these scores that an MFI's borrowers have, the latest month first."""
    documents = collection_of(CreditScore).find({"_id": {"$in": list(scores)}, "mfi": mfi})
    return [SCORES.record(document) for document in sorted(documents, key=lambda d: d["month"], reverse=True)]


@translated()
def scores_of_month(mfi: str, month_end: date) -> list[ScoreRecord]:
    """The scores of all borrowers of an MFI at the end of a month."""
    documents = collection_of(CreditScore).find({"mfi": mfi, "month": midnight(month_end)})
    return [SCORES.record(document) for document in documents]


@translated()
def bands_of_month(mfi: str, month_end: date) -> list[str | None]:
    """The bands alone; None for whoever had no history then."""
    documents = collection_of(CreditScore).find({"mfi": mfi, "month": midnight(month_end)}, {"band": 1})
    return [document["band"] for document in documents]


@translated()
def months_scored(mfi: str) -> set[date]:
    """The month ends of which there are scores at an MFI."""
    documents = collection_of(CreditScore).find({"mfi": mfi}, {"month": 1, "_id": 0})
    return {document["month"].date() for document in documents}


@translated()
def remove_scores(mfi: str, before: date) -> int:
    """Removes the scores of an MFI of months that ended before a day. Returns how many."""
    old = {"mfi": mfi, "month": {"$lt": midnight(before)}}
    return int(collection_of(CreditScore).delete_many(old).deleted_count)
