"""What the credit histories say to a lender: the score from one's own loans, and the sums from the other MFIs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.credit.history import credit_history
from apps.credit.lookups import Elsewhere, Inquiry, LookUp, look_up, look_ups_of
from apps.credit.outbox import person_key
from apps.credit.score import Score
from apps.loans.models import Loan, LoanEvent
from apps.loans.models.event import EventType
from apps.loans.services.recording import append_event, check_transition, lock_loan
from apps.loans.transitions import BEFORE_PAY_OUT
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, WrongState
from apps.users.models import Account, BorrowerProfile, Consent
from apps.users.services.accounts import actor_of
from apps.users.services.consents import standing_consent
from apps.users.services.merging import belongs_to


@dataclass(frozen=True, slots=True)
class Standing:
    """A borrower's credit standing at this MFI; `available` is False while MongoDB is away."""

    available: bool
    score: Score | None
    profiles: list[tuple[str, str]]  # loan number, payment profile


def credit_standing(borrower: Account, *, on: date) -> Standing:
    """Profiles and score from the loans of `borrower` at this MFI. Never raises where MongoDB is away."""
    found = credit_history(loan_ids=list(Loan.objects.filter(belongs_to(borrower)).values_list("pk", flat=True)))
    if not found.available:
        return Standing(False, None, [])
    return Standing(True, found.score(on), [(a.loan_number, a.profile(on)) for a in found.accounts])


def ask_other_lenders(*, loan_id: UUID, by: Account) -> LoanEvent:
    """Asks what the borrower of this loan owes at other MFIs, and keeps the answer as an event of the loan.

    Without a consent that stands nothing is asked, so that the refusal says nothing about the person.

    Raises:
        NotAllowed, WrongState: duty, state, no consent, or asked too often. InvalidInput: no national ID on record.
        HistoriesAway: MongoDB does not answer.
    """
    today = business_date()
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("ask_other_lenders", state, by)
        consent = standing_consent(account=loan.borrower, purpose=Consent.Purpose.SHARING, on=today)
        if not consent.stands or consent.last is None:
            raise WrongState("The borrower has not agreed to it. They can: under “Me” in the portal.")
        profile = BorrowerProfile.objects.filter(pk=loan.borrower_id).first()
        if profile is None or not profile.national_id:
            raise InvalidInput("The borrower's national ID is needed; enter it first.", field="national_id")
        found = look_up(
            Inquiry(
                person=person_key(profile.national_id, otherwise=loan.borrower_id),
                mfi=connection.schema_name,
                account=loan.borrower_id,
                loan=loan.pk,
                asked_by=by.pk,
                purpose="application" if state.status in BEFORE_PAY_OUT else "arrears",
                consent=consent.last.pk,
                consent_version=consent.last.text_version,
            ),
            on=today,
        )
        return append_event(
            loan=loan,
            event_type=EventType.NOTE,
            by=by,
            value_date=today,
            reason=_spoken(found),
            payload={"elsewhere": found.as_json()},
        )


def _spoken(found: Elsewhere) -> str:
    if not found.lenders and not found.worst_days_late:
        return "Asked other lenders: nothing is owed elsewhere, and nothing was late."
    return (
        f"Asked other lenders: {found.lenders} lend to this person, {found.outstanding:,.2f} outstanding, "
        f"{found.monthly_installments:,.2f} a month, at worst {found.worst_days_late} days late in 12 months."
    )


def known_elsewhere(loan: Loan) -> dict[str, Any] | None:
    """What the last look-up for this loan told, as its event keeps it; None where nobody asked."""
    asked = LoanEvent.objects.filter(loan=loan, type=EventType.NOTE, payload__has_key="elsewhere")
    last = asked.order_by("-recorded_at", "-id").values_list("payload", flat=True).first()
    if last is None:
        return None
    known = dict(last["elsewhere"])
    return known | {name: Decimal(known[name]) for name in ("outstanding", "monthly_installments")}


def installments_elsewhere(loan: Loan) -> Decimal:
    """What the borrower pays a month at other MFIs, as far as anybody asked for this loan."""
    known = known_elsewhere(loan)
    return known["monthly_installments"] if known else Decimal(0)


def look_ups(borrower: Account) -> list[LookUp] | None:
    """Who asked about the borrower, the latest first; None while MongoDB is away."""
    profile = BorrowerProfile.objects.filter(pk=borrower.pk).first()
    person = person_key((profile.national_id or "") if profile else "", otherwise=borrower.pk)
    return look_ups_of(person=person, mfi=connection.schema_name, account=borrower.pk)
