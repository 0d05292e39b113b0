"""A borrower complains; somebody of the MFI answers within thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence, WrongState
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account
from apps.users.complaints.models import Complaint
from apps.users.complaints.workflow import ANSWER

MAXIMUM_LENGTH = 2000

MAXIMUM_OPEN = 10  # of one borrower


@dataclass(frozen=True, slots=True)
class Complained:
    """The complaint that was filed."""

    id: UUID


@command(Action.BORROW)
def complain(
    *, actor: Actor, about: str, text: str, value_date: date | None = None, idempotency_key: str = ""
) -> Complained:
    """Files a complaint of one's own, today where no day is said.

    Raises:
        NotAllowed: not a borrower. InvalidInput: about or text. WrongState: too many wait for an answer.
    """
    if about not in Complaint.About.values:
        raise InvalidInput(Sentence("Choose what it is about.", "not_a_choice"), field="about")
    words = text.strip()
    if not words or len(words) > MAXIMUM_LENGTH:
        wanted = f"Say what happened, in at most {MAXIMUM_LENGTH} characters."
        raise InvalidInput(Sentence(wanted, "say_what_happened", maximum=MAXIMUM_LENGTH), field="text")
    account = Account.objects.select_for_update().own(actor)
    if Complaint.objects.open().filter(account=account).count() >= MAXIMUM_OPEN:
        refusal = f"{MAXIMUM_OPEN} of your complaints wait for an answer already."
        raise WrongState(Sentence(refusal, "complaints_too_many", maximum=MAXIMUM_OPEN))
    complaint = Complaint.objects.create(
        account=account, about=about, text=words, opened_on=value_date or business_date()
    )
    return Complained(complaint.pk)


@command(ANSWER.duty)
def answer_complaint(*, complaint_id: UUID, actor: Actor, answer: str, value_date: date) -> Complaint:
    """Answers a complaint, once.

    Raises:
        NotAllowed: the duty is missing. NotFound: no such complaint. WrongState: answered. InvalidInput: no words.
    """
    words = answer.strip()
    if not words or len(words) > MAXIMUM_LENGTH:
        raise InvalidInput(f"Answer in words, in at most {MAXIMUM_LENGTH} characters.", field="answer")
    complaint = Complaint.objects.select_for_update().filter(pk=complaint_id).first()
    if complaint is None:
        raise NotFound("There is no such complaint.")
    ANSWER.check(actor, state=complaint.state, standing="This complaint was answered before", hands=(), reason=words)
    complaint.answer, complaint.answered_on, complaint.answered_by = words, value_date, actor.name
    complaint.save(update_fields=["answer", "answered_on", "answered_by"])
    return complaint
