"""Inquiries across MFIs, and the consents that they rest on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import pymongo

from apps.credit.documents import SCHEMA_VERSION, CreditConsent, CreditInquiry, midnight
from apps.credit.repository.connection import collection_of, replace_each, translated, writable
from apps.credit.repository.records import CONSENTS, INQUIRIES, ConsentRecord, InquiryRecord


@translated()
def save_consent(consent: ConsentRecord) -> None:
    """Writes a consent as it was given; it never changes, so writing it again changes nothing.

    Raises:
        InvalidDocument: it breaks a rule. StoreError: MongoDB does not answer, or refuses it.
    """
    replace_each(writable(CreditConsent), [CONSENTS.document(consent)])


@translated()
def consent_ids_of(mfi: str) -> set[UUID]:
    """The consents that are kept of an MFI's borrowers."""
    return {document["_id"] for document in collection_of(CreditConsent).find({"mfi": mfi}, {"_id": 1})}


@translated()
def remove_consents(mfi: str, before: date) -> int:
    """Removes the consents of an MFI that ran out, or take one back, before a day. Returns how many."""
    day = midnight(before)
    over = {"mfi": mfi, "$or": [{"expires_on": {"$lt": day}}, {"granted": False, "given_on": {"$lt": day}}]}
    return int(collection_of(CreditConsent).delete_many(over).deleted_count)


@translated()
def save_inquiry(inquiry: InquiryRecord) -> None:
    """Adds an inquiry; once this returns, the majority of the replica set has it.

    Raises:
        InvalidDocument: it breaks a rule. StoreError: MongoDB does not answer, or refuses it.
    """
    writable(CreditInquiry).insert_one(INQUIRIES.document(inquiry))


@translated()
def count_inquiries(*, person: str, mfi: str, since: datetime) -> int:
    """How many inquiries about a person an MFI has made after an instant."""
    wanted = {"person": person, "mfi": mfi, "asked_at": {"$gt": since}}
    return int(collection_of(CreditInquiry).count_documents(wanted))


@translated()
def inquiries_about(*, person: str, mfi: str, account: UUID) -> list[InquiryRecord]:
    """The inquiries of `mfi` about this account, and of others about this person that counted accounts of `mfi`.

    The latest first.
    """
    others = {"person": person, "mfi": {"$ne": mfi}, "sources": mfi}
    documents = collection_of(CreditInquiry).find({"$or": [{"mfi": mfi, "account": account}, others]})
    return [INQUIRIES.record(d) for d in sorted(documents, key=lambda d: d["asked_at"], reverse=True)]


@translated()
def inquiries_counting(accounts: Collection[UUID], *, mfi: str) -> list[InquiryRecord]:
    """The inquiries of `mfi` that counted one of these accounts, the earliest first."""
    documents = collection_of(CreditInquiry).find({"mfi": mfi, "accounts": {"$in": list(accounts)}})
    return [INQUIRIES.record(document) for document in documents.sort("asked_at", pymongo.ASCENDING)]


@translated()
def inquiries_of_others(mfi: str, *, since: datetime) -> list[InquiryRecord]:
    """The inquiries of other MFIs after an instant that counted accounts of `mfi`."""
    wanted = {"sources": mfi, "mfi": {"$ne": mfi}, "asked_at": {"$gt": since}}
    return [INQUIRIES.record(document) for document in collection_of(CreditInquiry).find(wanted)]


@translated()
def lenders_to_tell(since: datetime, corrected: Collection[UUID]) -> set[str]:
    """The MFIs whose accounts an inquiry after an instant counted, and those that asked and counted one of these.

    One look for all MFIs together, where each of them would have to ask for itself.
    """
    inquiries = collection_of(CreditInquiry)
    counted = {mfi for d in inquiries.find({"asked_at": {"$gt": since}}, {"sources": 1}) for mfi in d["sources"]}
    return counted | {d["mfi"] for d in inquiries.find({"accounts": {"$in": list(corrected)}}, {"mfi": 1})}


@translated()
def complete_inquiries(mfi: str) -> int:
    """Brings inquiries that an earlier release wrote to the present form. Returns how many there were.

    Version 1 did not keep which accounts were counted; nobody can be told of a correction to those.
    """
    inquiries, old = collection_of(CreditInquiry), {"mfi": mfi, "version": {"$lt": SCHEMA_VERSION}}
    inquiries.update_many({**old, "accounts": {"$exists": False}}, {"$set": {"accounts": []}})
    return int(inquiries.update_many(old, {"$set": {"version": SCHEMA_VERSION}}).modified_count)


@translated()
def remove_inquiries(mfi: str, before: date) -> int:
    """Removes the inquiries that an MFI made before a day. Returns how many."""
    old = {"mfi": mfi, "asked_at": {"$lt": midnight(before)}}
    return int(collection_of(CreditInquiry).delete_many(old).deleted_count)
