"""Asking the other MFIs about one's own borrower: with a consent, written down first, and answered by sums alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.credit import repository
from apps.credit.profile import Moment, worst_days_past_due
from apps.credit.reach import asking_histories
from apps.credit.repository import AccountRecord, InquiryRecord, StoreError
from apps.mfis.core.errors import ServiceError, WrongState
from apps.mfis.core.tables import new_id

MAXIMUM_A_DAY = 5  # inquiries about one person by one MFI
MAXIMUM_SHOWN = 200
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
class OtherLendersExposure:
    """What is told of a person's loans at the other MFIs; of nobody's name, and of no single loan."""

    lenders: int
    outstanding: Decimal
    monthly_installments: Decimal
    worst_days_past_due: int  # in the last twelve months
    asked_at: datetime
    inquiry: UUID | None = None  # under which it is written down

    def as_json(self) -> dict[str, Any]:
        """As the loan's event keeps it."""
        return {
            "lenders": self.lenders,
            "outstanding": f"{self.outstanding:.2f}",
            "monthly_installments": f"{self.monthly_installments:.2f}",
            "worst_days_late": self.worst_days_past_due,
            "asked_at": self.asked_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class PastInquiry:
    """One inquiry as the person it was about sees it."""

    at: datetime
    mfi: str
    purpose: str


def make_inquiry(inquiry: Inquiry, *, as_of: date) -> OtherLendersExposure:
    """Writes the inquiry down, then answers it. Whoever calls has made sure of the consent and of the reason.

    Raises:
        WrongState: this MFI has asked about this person often enough for a day.
        HistoriesAway: MongoDB does not answer; then nothing is answered, and nothing was written.
    """
    try:
        with asking_histories():
            return _write_and_answer(inquiry, as_of, datetime.now(UTC))
    except StoreError as error:
        raise HistoriesAway("The credit histories are out of reach at the moment; ask again later.") from error


def _write_and_answer(inquiry: Inquiry, as_of: date, now: datetime) -> OtherLendersExposure:
    _check_frequency(inquiry, now)
    accounts = repository.accounts_at_other_lenders(inquiry.person, inquiry.mfi)
    sources, counted = sorted({a.mfi for a in accounts}), [a.id for a in accounts]
    record = InquiryRecord(id=new_id(), **asdict(inquiry), asked_at=now, sources=sources, accounts=counted)
    repository.save_inquiry(record)
    return replace(_exposure(accounts, as_of, now), inquiry=record.id)


def _check_frequency(inquiry: Inquiry, now: datetime) -> None:
    made = repository.count_inquiries(person=inquiry.person, mfi=inquiry.mfi, since=now - timedelta(days=1))
    if made >= MAXIMUM_A_DAY:
        raise WrongState(f"You have asked {MAXIMUM_A_DAY} times about this person within a day; that is the most.")


def _exposure(accounts: list[AccountRecord], as_of: date, now: datetime) -> OtherLendersExposure:
    running = [a for a in accounts if a.status in RUNNING and a.outstanding > 0]
    moments: dict[UUID, list[Moment]] = defaultdict(list)
    for event in repository.events_of_accounts([a.id for a in accounts]):
        moments[event.account].append(Moment(event.value_date, event.status, event.oldest_due_date))
    return OtherLendersExposure(
        lenders=len({a.mfi for a in running}),
        outstanding=sum((a.outstanding for a in running), Decimal(0)),
        monthly_installments=sum((a.monthly_installment for a in running), Decimal(0)),
        worst_days_past_due=max((worst_days_past_due(known, as_of=as_of) for known in moments.values()), default=0),
        asked_at=now,
    )


def inquiries_about(*, person: str, mfi: str, account: UUID) -> list[PastInquiry] | None:
    """Who asked about the borrower `account` of `mfi`, the latest first; None while MongoDB is away.

    The MFI's own inquiries are those about this account. Another's are shown where accounts of this MFI were counted:
    somebody who wrote another's national ID into their own profile, and has no loan, sees none of theirs.
    """
    try:
        with asking_histories():
            inquiries = repository.inquiries_about(person=person, mfi=mfi, account=account)
    except StoreError:
        return None
    return [PastInquiry(i.asked_at, i.mfi, i.purpose) for i in inquiries[:MAXIMUM_SHOWN]]


@dataclass(frozen=True, slots=True)
class OthersLookUp:
    """An inquiry of another MFI, and which accounts it counted."""

    inquiry: UUID
    asked_at: datetime
    accounts: list[UUID]


def others_inquiries(mfi: str, *, since: datetime) -> list[OthersLookUp]:
    """The inquiries of other MFIs since an instant that counted accounts of `mfi`; none while MongoDB is away."""
    try:
        with asking_histories():
            inquiries = repository.inquiries_of_others(mfi, since=since)
    except StoreError:
        return []
    return [OthersLookUp(i.id, i.asked_at, i.accounts) for i in inquiries]
