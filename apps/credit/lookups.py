"""Asking the other MFIs about one's own borrower: with a consent, written down first, and answered by sums alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pymongo.errors import PyMongoError

from apps.credit.documents import SCHEMA_VERSION, CreditAccount, CreditEventDocument, CreditInquiry, checked
from apps.credit.profile import Moment, days_late_at_worst
from apps.credit.store import StoreAway, connect, ensure_indexes
from apps.mfis.errors import ServiceError, WrongState
from apps.mfis.models import new_id

MOST_A_DAY = 5  # look-ups of one person by one MFI
RUNNING = ("active", "charged_off", "written_off")


class HistoriesAway(ServiceError):
    """The credit histories cannot be reached; nothing was asked."""

    status = 503
    code = "histories_away"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks about whom, and by which consent."""

    person: str
    mfi: str
    account: UUID
    loan: UUID
    asked_by: UUID
    purpose: str  # "application" or "arrears"
    consent: UUID
    consent_version: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is told of a person's loans at the other MFIs; of nobody's name, and of no single loan."""

    lenders: int
    outstanding: Decimal
    monthly_installments: Decimal
    worst_days_late: int  # in the last twelve months
    asked_at: datetime

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        return {
            **found,
            "outstanding": f"{self.outstanding:.2f}",
            "asked_at": self.asked_at.isoformat(),
            "monthly_installments": f"{self.monthly_installments:.2f}",
        }


@dataclass(frozen=True, slots=True)
class LookUp:
    """One look-up as its borrower sees it."""

    at: datetime
    mfi: str
    purpose: str


def look_up(inquiry: Inquiry, *, on: date) -> Elsewhere:
    """Writes the look-up down, then answers it. Whoever calls has made sure of the consent and of the reason.

    Raises:
        WrongState: this MFI has asked about this person often enough for a day.
        HistoriesAway: MongoDB does not answer; then nothing is answered, and nothing was written.
    """
    try:
        connect()
        ensure_indexes()
        now = datetime.now(UTC)
        inquiries = CreditInquiry._get_collection()
        today = {"person": inquiry.person, "mfi": inquiry.mfi, "asked_at": {"$gt": now - timedelta(days=1)}}
        if inquiries.count_documents(today) >= MOST_A_DAY:
            raise WrongState(f"You have asked {MOST_A_DAY} times about this person within a day; that is the most.")
        accounts = list(CreditAccount._get_collection().find({"person": inquiry.person, "mfi": {"$ne": inquiry.mfi}}))
        inquiries.insert_one(
            checked(
                CreditInquiry,
                {
                    "_id": new_id(),
                    "version": SCHEMA_VERSION,
                    **asdict(inquiry),
                    "asked_at": now,
                    "sources": sorted({a["mfi"] for a in accounts}),
                    "accounts": [a["_id"] for a in accounts],
                },
            )
        )
        return _sums(accounts, on, now)
    except (PyMongoError, StoreAway) as error:
        raise HistoriesAway("The credit histories are out of reach at the moment; ask again later.") from error


def _sums(accounts: list[dict[str, Any]], on: date, now: datetime) -> Elsewhere:
    running = [a for a in accounts if a["status"] in RUNNING and a["outstanding"].to_decimal() > 0]
    events: dict[UUID, list[Moment]] = {a["_id"]: [] for a in accounts}
    wanted = CreditEventDocument._get_collection().find({"account": {"$in": list(events)}})
    for found in sorted(wanted, key=lambda d: d["place"].int):
        oldest = found.get("oldest_due_date")
        moment = Moment(found["value_date"].date(), found.get("status", "active"), oldest.date() if oldest else None)
        events[found["account"]].append(moment)
    return Elsewhere(
        lenders=len({a["mfi"] for a in running}),
        outstanding=sum((a["outstanding"].to_decimal() for a in running), Decimal(0)),
        monthly_installments=sum(
            (a["monthly_installment"].to_decimal() for a in running if a.get("monthly_installment")), Decimal(0)
        ),
        worst_days_late=max((days_late_at_worst(moments, as_of=on) for moments in events.values()), default=0),
        asked_at=now,
    )


def look_ups_of(*, person: str, mfi: str, account: UUID) -> list[LookUp] | None:
    """Who asked about the borrower `account` of `mfi`, the latest first; None while MongoDB is away.

    The MFI's own look-ups are those about this account. Another's are shown where accounts of this MFI were counted:
    somebody who wrote another's national ID into their own profile, and has no loan, sees none of theirs.
    """
    try:
        connect()
        found = CreditInquiry._get_collection().find(
            {"$or": [{"mfi": mfi, "account": account}, {"person": person, "mfi": {"$ne": mfi}, "sources": mfi}]}
        )
        newest = sorted(found, key=lambda d: d["asked_at"], reverse=True)[:200]
    except (PyMongoError, StoreAway):
        return None
    return [LookUp(d["asked_at"], d["mfi"], d["purpose"]) for d in newest]


def complete_inquiries(mfi: str) -> int:
    """Brings look-ups that an earlier release wrote to the present form. Returns how many there were.

    Version 1 did not keep which accounts were counted; nobody can be told of a correction to those.

    Raises:
        PyMongoError: MongoDB does not answer.
    """
    inquiries, old = CreditInquiry._get_collection(), {"mfi": mfi, "version": {"$lt": SCHEMA_VERSION}}
    inquiries.update_many({**old, "accounts": {"$exists": False}}, {"$set": {"accounts": []}})
    return int(inquiries.update_many(old, {"$set": {"version": SCHEMA_VERSION}}).modified_count)
