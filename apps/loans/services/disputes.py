"""A borrower disputes an entry of their history; somebody who did not enter it decides within thirty days."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.credit.disputes import OPEN, DisputeTold, dispute_entry, entry_key, outdated_look_ups
from apps.credit.documents import KINDS
from apps.credit.models import OutboxEntry
from apps.credit.outbox import person_key
from apps.loans.models import Dispute, Loan, LoanEvent
from apps.loans.models.event import EventType
from apps.loans.papers.words import day as spoken_day
from apps.loans.services.recording import TOLD, append_event, lock_loan, national_id
from apps.mfis.acting import SYSTEM, acting
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.replication.home import is_home, require_home
from apps.users.messaging.queue import queue_message
from apps.users.models import Account
from apps.users.roles import Action, Role
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once
from apps.users.services.merging import belongs_to

LONGEST = 2000
MOST_OPEN = 10  # of one borrower


def open_dispute(*, account: Account, loan_id: UUID, entry: UUID | None, text: str, key: str = "") -> Answer:
    """Disputes an entry of one's own history, or without `entry` a loan in it. Returns the dispute's id.

    Raises:
        NotAllowed: not a borrower. NotFound: no such loan, or no such entry of it. InvalidInput: no words.
        WrongState: it is disputed already, or too many wait for a decision.
    """
    if account.role != Role.BORROWER:
        raise NotAllowed("Disputes are for borrowers.")
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise InvalidInput(f"Say what is wrong, in at most {LONGEST} characters.", field="text")
    loan = Loan.objects.filter(belongs_to(account), pk=loan_id, state__disbursed_on__isnull=False).first()
    if loan is None:
        raise NotFound("There is no such loan in your history.")
    event = _event_of(loan, entry) if entry else None

    def run() -> Answer:
        Account.objects.select_for_update().get(pk=account.pk)
        waiting = Dispute.objects.filter(account=account, decided_on=None)
        if waiting.filter(loan=loan, entry=entry).exists():
            raise WrongState("You have disputed this already; it waits for a decision.")
        if waiting.count() >= MOST_OPEN:
            raise WrongState(f"{MOST_OPEN} of your disputes wait for a decision already.")
        made = Dispute.objects.create(
            account=account, loan=loan, event=event, entry=entry, text=said, opened_on=business_date()
        )
        dispute_entry(told_of(made)).save(force_insert=True)
        return {"id": str(made.pk)}

    body = {"loan": str(loan_id), "entry": str(entry or ""), "text": said}
    return once(actor=actor_of(account), key=key, name="dispute", body=body, run=run)


def _event_of(loan: Loan, entry: UUID) -> LoanEvent:
    for event in LoanEvent.objects.filter(loan=loan):
        if any(entry_key(event.pk, kind) == entry for kind in KINDS):
            return event
    raise NotFound("There is no such entry in your history.")


def decide_dispute(
    *, dispute_id: UUID, by: Account, outcome: str, answer: str, correction_id: UUID | None = None
) -> Dispute:
    """Decides a dispute, once: the entry stands, or it was wrong and `correction_id` has put it right.

    What was wrong is corrected first, by whoever may (reverse, re-date, waive …): the histories follow from that.

    Raises:
        NotAllowed: the duty is missing, or they entered what is disputed. NotFound: no such dispute or correction.
        WrongState: decided before. InvalidInput: outcome, no words, no correction. NotHome: decided elsewhere.
    """
    if not by.may(Action.ANSWER_COMPLAINTS):
        raise NotAllowed(f"Your duties do not include this: {Action.ANSWER_COMPLAINTS.label}.")
    if outcome not in Dispute.Outcome.values:
        raise InvalidInput("Say whether it stands or is corrected.", field="outcome")
    said = answer.strip()
    if not said or len(said) > LONGEST:
        raise InvalidInput(f"Give the reason in words, in at most {LONGEST} characters.", field="answer")
    require_home()
    with acting(actor_of(by)):
        rows = Dispute.objects.select_for_update(of=("self",)).select_related("loan__borrower", "account", "event")
        dispute = rows.filter(pk=dispute_id).first()
        if dispute is None:
            raise NotFound("There is no such dispute.")
        if dispute.decided_on:
            raise WrongState("This dispute was decided before.")
        if by.pk in entered_by(dispute):
            raise NotAllowed("You entered what is disputed: somebody else decides.")
        correction = None
        if outcome == Dispute.Outcome.CORRECTED:
            correction = corrections_of(dispute).filter(pk=correction_id).first() if correction_id else None
            if correction is None:
                raise InvalidInput(
                    "Name the entry that put it right; correct the loan first, then decide.", field="correction"
                )
        dispute.outcome, dispute.answer, dispute.correction = outcome, said, correction
        dispute.decided_on, dispute.decided_at = business_date(), timezone.now()
        dispute.decided_by, dispute.decided_by_name = by.pk, by.full_name
        dispute.save()
        dispute_entry(told_of(dispute)).save(force_insert=True)
        queue_message(
            account=dispute.account,
            about=f"dispute_{outcome}",
            key=f"dispute-{dispute.pk}",
            values={"loan": dispute.loan.number, "day": spoken_day(dispute.opened_on, dispute.account.language)},
        )
    return dispute


def entered_by(dispute: Dispute) -> set[UUID | None]:
    """Who entered what is disputed: the entry, or whatever the histories had been told of the loan by then."""
    if dispute.event:
        return {dispute.event.actor_id}
    told = LoanEvent.objects.filter(loan=dispute.loan, type__in=TOLD, recorded_at__lt=dispute.created_at)
    return set(told.values_list("actor_id", flat=True))


def corrections_of(dispute: Dispute) -> QuerySet[LoanEvent]:
    """What may have put it right: recorded since it was disputed, and told to the histories. A note is none."""
    since = Q(recorded_at__gte=dispute.created_at)
    return LoanEvent.objects.filter(since, loan=dispute.loan, type__in=TOLD)


def told_of(dispute: Dispute) -> DisputeTold:
    """How the histories keep it."""
    right = dispute.correction if dispute.outcome == Dispute.Outcome.CORRECTED else None
    return DisputeTold(
        id=dispute.pk,
        account=dispute.loan_id,
        entry=dispute.entry,
        opened_on=dispute.opened_on,
        person=person_key(national_id(dispute.loan.borrower), otherwise=dispute.loan.borrower_id),
        outcome=dispute.outcome or OPEN,
        decided_on=dispute.decided_on,
        decided_at=dispute.decided_at,
        corrected_by=entry_key(right.pk, right.type) if right else None,
    )


def disputes_told(loan: Loan) -> list[OutboxEntry]:
    """The outbox rows of a loan's disputes, not saved: to write its history anew."""
    rows = Dispute.objects.filter(loan=loan).select_related("loan__borrower__profile", "correction").order_by("id")
    return [dispute_entry(told_of(dispute)) for dispute in rows]


def tell_of_corrections() -> int:
    """Notes on each loan for which other lenders were asked that one of them has corrected what was counted.

    Runs at the MFI's home, as often as one likes: each note is written once. Returns how many are new.
    """
    if not is_home():
        return 0
    told = 0
    for found in outdated_look_ups(connection.schema_name):
        key = uuid5(found.correction, str(found.inquiry))
        asked = timezone.localdate(found.asked_at)
        with acting(SYSTEM):
            if LoanEvent.objects.filter(pk=key).exists() or not Loan.objects.filter(pk=found.loan).exists():
                continue
            loan, _ = lock_loan(found.loan)
            append_event(
                loan=loan,
                event_type=EventType.NOTE,
                by=None,
                value_date=business_date(),
                id=key,
                reason=f"Another lender has corrected an entry that the look-up of {asked:%-d %b %Y} counted. "
                "Ask again before you rely on it.",
                payload={"outdated": str(found.inquiry)},
            )
            told += 1
    return told
