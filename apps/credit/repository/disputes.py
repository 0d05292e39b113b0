"""Disputes of entries, and corrections."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.credit.documents import CreditCorrection, CreditDispute
from apps.credit.repository.connection import collection_of, translated, writable
from apps.credit.repository.records import CORRECTIONS, DISPUTES, CorrectionRecord, DisputeRecord


@translated()
def save_dispute(dispute: DisputeRecord, *, if_new: bool) -> None:
    """Writes how a dispute stands; with `if_new`, only where nothing is known of it yet.

    Raises:
        InvalidDocument: it breaks a rule. StoreError: MongoDB does not answer, or refuses it.
    """
    _upsert(writable(CreditDispute), DISPUTES.document(dispute), "$setOnInsert" if if_new else "$set")


@translated()
def save_correction(correction: CorrectionRecord) -> None:
    """Adds a correction; one that is there stays as it was written.

    Raises:
        InvalidDocument: it breaks a rule. StoreError: MongoDB does not answer, or refuses it.
    """
    _upsert(writable(CreditCorrection), CORRECTIONS.document(correction), "$setOnInsert")


def _upsert(collection: Any, document: dict[str, Any], how: str) -> None:
    values = {name: value for name, value in document.items() if name != "_id"}
    collection.update_one({"_id": document["_id"]}, {how: values}, upsert=True)


@translated()
def outcomes_of_disputes(accounts: Collection[UUID]) -> dict[UUID, dict[UUID, str]]:
    """The outcome of each dispute of these accounts, by account and dispute; an account without any is left out."""
    outcomes: dict[UUID, dict[UUID, str]] = {}
    for document in collection_of(CreditDispute).find({"account": {"$in": list(accounts)}}):
        outcomes.setdefault(document["account"], {})[document["_id"]] = document["outcome"]
    return outcomes


@translated()
def corrections_since(moment: datetime) -> list[CorrectionRecord]:
    """What was corrected at any MFI after an instant."""
    documents = collection_of(CreditCorrection).find({"corrected_at": {"$gt": moment}})
    return [CORRECTIONS.record(document) for document in documents]
