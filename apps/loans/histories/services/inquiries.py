"""What the credit histories say to a lender: the score from one's own loans, and the sums from the other MFIs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from apps.credit.history import credit_history
from apps.credit.inquiries import (
    Inquiry,
    OtherLendersExposure,
    PastInquiry,
    inquiries_about,
    make_inquiry,
    others_inquiries,
)
from apps.credit.outbox import person_key
from apps.credit.score import Score
from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState
from apps.loans.book.workflow import BEFORE_DISBURSEMENT, TRANSITIONS
from apps.loans.recording.services import append_event, check_transition, lock_loan
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, WrongState
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.selectors import belongs_to
from apps.users.consents.models import Consent
from apps.users.consents.selectors import standing_consent
from apps.users.messaging.services import queue_message

TOLD_FOR_DAYS = 7  # a look-up that could not be told sooner is still told


@dataclass(frozen=True, slots=True)
class CreditSummary:
    """A borrower's credit standing at this MFI; `available` is False while MongoDB is away."""

    available: bool
    score: Score | None
    profiles: list[tuple[str, str]]  # loan number, payment profile


def credit_summary(borrower: Account, *, on: date) -> CreditSummary:
    """Profiles and score from the loans of `borrower` at this MFI. Never raises where MongoDB is away."""
    history = credit_history(loan_ids=list(Loan.objects.filter(belongs_to(borrower.pk)).values_list("pk", flat=True)))
    if not history.available:
        return CreditSummary(False, None, [])
    return CreditSummary(True, history.score(on), [(a.loan_number, a.profile(on)) for a in history.accounts])


@command(TRANSITIONS["ask_other_lenders"].duty)
def ask_other_lenders(*, loan_id: UUID, actor: Actor, reason: str = "") -> LoanEvent:
    """Asks what the borrower of this loan owes at other MFIs, and keeps the answer, with why it was asked, as an event.

    Without a consent that stands nothing is asked, so that the refusal says nothing about the person.

    Raises:
        NotAllowed, WrongState: duty, state, no consent, or asked too often. InvalidInput: no national ID on record.
        HistoriesAway: MongoDB does not answer.
    """
    today = business_date()
    loan, state = lock_loan(loan_id)
    check_transition("ask_other_lenders", loan, state, actor)
    exposure = make_inquiry(_inquiry(loan, state, actor, today), as_of=today)
    queue_message(
        account=loan.borrower,
        about="looked_up",
        key=f"looked_up:{exposure.inquiry}",
        values={"day": f"{today:%-d %b %Y}"},
    )
    return append_event(
        loan=loan,
        event_type=EventType.NOTE,
        actor=actor,
        value_date=today,
        reason=f"{_summary(exposure)} {reason.strip()}",
        payload={"elsewhere": exposure.as_json()},
    )


def _inquiry(loan: Loan, state: LoanState, actor: Actor, today: date) -> Inquiry:
    """What is asked, where the borrower has agreed to it and is known by a national ID."""
    consent = standing_consent(account=loan.borrower, purpose=Consent.Purpose.SHARING, as_of=today)
    if not consent.stands or consent.last is None or not consent.last.is_by_owner:
        raise WrongState(
            "The borrower has not agreed to it themselves. They can: under “Me” in the portal, or at the counter with "
            "a code that is sent to them."
        )
    profile = BorrowerProfile.objects.filter(pk=loan.borrower_id).first()
    if profile is None or not profile.national_id:
        raise InvalidInput("The borrower's national ID is needed; enter it first.", field="national_id")
    return Inquiry(
        person=person_key(profile.national_id, otherwise=loan.borrower_id),
        mfi=connection.schema_name,
        account=loan.borrower_id,
        loan=loan.pk,
        asked_by=actor.id,  # type: ignore[arg-type]
        purpose="application" if state.status in BEFORE_DISBURSEMENT else "arrears",
        consent=consent.last.pk,
        consent_version=consent.last.text_version,
    )


def _summary(exposure: OtherLendersExposure) -> str:
    if not exposure.lenders and not exposure.worst_days_past_due:
        return "Asked other lenders: nothing is owed elsewhere, and nothing was late."
    return (
        f"Asked other lenders: {exposure.lenders} lend to this person, {exposure.outstanding:,.2f} outstanding, "
        f"{exposure.monthly_installments:,.2f} a month, at worst {exposure.worst_days_past_due} days late in 12 months."
    )


def tell_of_inquiries() -> int:
    """Tells the MFI's own borrowers of other lenders' look-ups that counted their loans here.

    Whoever asks about somebody by another's number has them told at the telephone that their own lender knows. Runs as
    often as one likes: each is told once. Returns how many are new.
    """
    since = timezone.now() - timedelta(days=TOLD_FOR_DAYS)
    return sum(
        queue_message(
            account=borrower,
            about="looked_up_here",
            key=f"looked_up_here:{inquiry.inquiry}:{borrower.pk}",
            values={"day": f"{timezone.localdate(inquiry.asked_at):%-d %b %Y}"},
        )
        for inquiry in others_inquiries(connection.schema_name, since=since)
        for borrower in Account.objects.filter(loans__in=inquiry.accounts).distinct()
    )


def past_inquiries(borrower: Account) -> list[PastInquiry] | None:
    """Who asked about the borrower, the latest first; None while MongoDB is away."""
    profile = BorrowerProfile.objects.filter(pk=borrower.pk).first()
    person = person_key((profile.national_id or "") if profile else "", otherwise=borrower.pk)
    return inquiries_about(person=person, mfi=connection.schema_name, account=borrower.pk)
