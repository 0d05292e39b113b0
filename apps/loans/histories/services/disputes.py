"""A borrower disputes an entry of their history; somebody who did not enter it decides within thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.credit.disputes import OPEN, DisputeTold, dispute_entry, entry_key, outdated_inquiries
from apps.credit.documents import KINDS
from apps.credit.models import OutboxEntry
from apps.credit.outbox import person_key
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.wording import day as spoken_day
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.histories.models import Dispute
from apps.loans.histories.workflow import DECIDE
from apps.loans.recording.credit_events import HISTORY_EVENTS, national_id
from apps.loans.recording.services import append_event, lock_loan
from apps.mfis.core.actor import SYSTEM, Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.nodes.home import is_home, require_home
from apps.users.accounts.models import Account
from apps.users.accounts.selectors import belongs_to
from apps.users.messaging.services import queue_message

MAXIMUM_LENGTH = 2000

MAXIMUM_OPEN = 10  # of one borrower


@dataclass(frozen=True, slots=True)
class Disputed:
    """The dispute that was opened."""

    id: UUID


@command(Action.BORROW, name="dispute")
def open_dispute(*, actor: Actor, loan_id: UUID, entry: UUID | None, text: str, idempotency_key: str = "") -> Disputed:
    """Disputes an entry of one's own history, or without `entry` a loan in it.

    Raises:
        NotAllowed: not a borrower. NotFound: no such loan, or no such entry of it. InvalidInput: no words.
        WrongState: it is disputed already, or too many wait for a decision.
    """
    wanted = f"Say what is wrong, in at most {MAXIMUM_LENGTH} characters."
    words = _checked_words(text, Sentence(wanted, "say_what_is_wrong", maximum=MAXIMUM_LENGTH), field="text")
    account = Account.objects.select_for_update().own(actor)
    loan = Loan.objects.filter(belongs_to(account.pk), pk=loan_id, state__disbursed_on__isnull=False).first()
    if loan is None:
        raise NotFound("There is no such loan in your history.")
    event = _event_of(loan, entry) if entry else None
    waiting = Dispute.objects.open().filter(account=account)
    if waiting.filter(loan=loan, entry=entry).exists():
        raise WrongState(Sentence("You have disputed this already; it waits for a decision.", "disputed_already"))
    if waiting.count() >= MAXIMUM_OPEN:
        raise WrongState(
            Sentence(
                f"{MAXIMUM_OPEN} of your disputes wait for a decision already.",
                "disputes_too_many",
                maximum=MAXIMUM_OPEN,
            )
        )
    dispute = Dispute.objects.create(
        account=account, loan=loan, event=event, entry=entry, text=words, opened_on=business_date()
    )
    _queue_for_histories(dispute)
    return Disputed(dispute.pk)


def _checked_words(text: str, wanted: str, *, field: str) -> str:
    words = text.strip()
    if not words or len(words) > MAXIMUM_LENGTH:
        raise InvalidInput(wanted, field=field)
    return words


def _event_of(loan: Loan, entry: UUID) -> LoanEvent:
    for event in LoanEvent.objects.filter(loan=loan):
        if any(entry_key(event.pk, kind) == entry for kind in KINDS):
            return event
    raise NotFound("There is no such entry in your history.")


@command(DECIDE.duty)
def decide_dispute(
    *, dispute_id: UUID, actor: Actor, outcome: str, answer: str, correction_id: UUID | None = None
) -> Dispute:
    """Decides a dispute, once: the entry stands, or it was wrong and `correction_id` has put it right.

    What was wrong is corrected first, by whoever may (reverse, re-date, waive …): the histories follow from that.

    Raises:
        NotAllowed: the duty is missing, or they entered what is disputed. NotFound: no such dispute or correction.
        WrongState: decided before. InvalidInput: outcome, no words, no correction. NotHome: decided elsewhere.
    """
    if outcome not in DECIDE.targets:
        raise InvalidInput("Say whether it stands or is corrected.", field="outcome")
    words = _checked_words(answer, f"Give the reason in words, in at most {MAXIMUM_LENGTH} characters.", field="answer")
    require_home()
    dispute = _locked(dispute_id)
    DECIDE.check(
        actor, state=dispute.state, standing="This dispute was decided before", hands=entered_by(dispute), reason=words
    )
    dispute.outcome, dispute.answer = outcome, words
    dispute.correction = _correction(dispute, correction_id) if outcome == Dispute.Outcome.CORRECTED else None
    dispute.decided_on, dispute.decided_at = business_date(), timezone.now()
    dispute.decided_by, dispute.decided_by_name = actor.id, actor.name
    dispute.save()
    _queue_for_histories(dispute)
    _notify_of_decision(dispute)
    return dispute


def _locked(dispute_id: UUID) -> Dispute:
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("loan__borrower", "account", "event")
    dispute = rows.filter(pk=dispute_id).first()
    if dispute is None:
        raise NotFound("There is no such dispute.")
    return dispute


def _correction(dispute: Dispute, correction_id: UUID | None) -> LoanEvent:
    correction = corrections_of(dispute).filter(pk=correction_id).first() if correction_id else None
    if correction is None:
        raise InvalidInput("Name the entry that put it right; correct the loan first, then decide.", field="correction")
    return correction


def _queue_for_histories(dispute: Dispute) -> None:
    dispute_entry(history_of(dispute)).save(force_insert=True)


def _notify_of_decision(dispute: Dispute) -> None:
    queue_message(
        account=dispute.account,
        about=f"dispute_{dispute.outcome}",
        key=f"dispute-{dispute.pk}",
        values={"loan": dispute.loan.number, "day": spoken_day(dispute.opened_on, dispute.account.language)},
    )


def entered_by(dispute: Dispute) -> set[UUID | None]:
    """Who entered what is disputed: the entry, or whatever the histories had been told of the loan by then."""
    if dispute.event:
        return {dispute.event.actor_id}
    known = LoanEvent.objects.filter(loan=dispute.loan, type__in=HISTORY_EVENTS, recorded_at__lt=dispute.created_at)
    return set(known.values_list("actor_id", flat=True))


def corrections_of(dispute: Dispute) -> QuerySet[LoanEvent]:
    """What may have put it right: recorded since it was disputed, and told to the histories. A note is none."""
    since = Q(recorded_at__gte=dispute.created_at)
    return LoanEvent.objects.filter(since, loan=dispute.loan, type__in=HISTORY_EVENTS)


def history_of(dispute: Dispute) -> DisputeTold:
    """How the histories keep it."""
    correction = dispute.correction if dispute.outcome == Dispute.Outcome.CORRECTED else None
    return DisputeTold(
        id=dispute.pk,
        account=dispute.loan_id,
        entry=dispute.entry,
        opened_on=dispute.opened_on,
        person=person_key(national_id(dispute.loan.borrower), otherwise=dispute.loan.borrower_id),
        outcome=dispute.outcome or OPEN,
        decided_on=dispute.decided_on,
        decided_at=dispute.decided_at,
        corrected_by=entry_key(correction.pk, correction.type) if correction else None,
    )


def outbox_entries_of_disputes(loan: Loan) -> list[OutboxEntry]:
    """The outbox rows of a loan's disputes, not saved: to write its history anew."""
    rows = Dispute.objects.filter(loan=loan).select_related("loan__borrower__profile", "correction").order_by("id")
    return [dispute_entry(history_of(dispute)) for dispute in rows]


def tell_of_corrections() -> int:
    """Notes on each loan for which other lenders were asked that one of them has corrected what was counted.

    Runs at the MFI's home, as often as one likes: each note is written once. Returns how many are new.
    """
    if not is_home():
        return 0
    outdated = outdated_inquiries(connection.schema_name)
    return sum(
        note_correction(
            loan_id=inquiry.loan,
            inquiry_id=inquiry.inquiry,
            correction_id=inquiry.correction,
            asked_on=timezone.localdate(inquiry.asked_at),
            actor=SYSTEM,
        )
        for inquiry in outdated
    )


@command(TRANSITIONS["take_note"].duty)
def note_correction(*, loan_id: UUID, inquiry_id: UUID, correction_id: UUID, asked_on: date, actor: Actor) -> bool:
    """Notes on a loan that an inquiry counted what another lender has corrected. True where the note is new."""
    key = uuid5(correction_id, str(inquiry_id))
    if LoanEvent.objects.filter(pk=key).exists() or not Loan.objects.filter(pk=loan_id).exists():
        return False
    loan, _ = lock_loan(loan_id)
    append_event(
        loan=loan,
        event_type=EventType.NOTE,
        actor=actor,
        value_date=business_date(),
        id=key,
        reason=f"Another lender has corrected an entry that the look-up of {asked_on:%-d %b %Y} counted. "
        "Ask again before you rely on it.",
        payload={"outdated": str(inquiry_id)},
    )
    return True
