"""A borrower complains; somebody of the MFI answers within thirty days."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from apps.mfis.acting import acting
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.users.models import Account, Complaint
from apps.users.roles import Action, Role
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once

LONGEST = 2000
MOST_OPEN = 10  # of one borrower


def complain(*, account: Account, about: str, text: str, on: date, key: str = "") -> Answer:
    """Files a complaint of one's own. Returns its id.

    Raises:
        NotAllowed: not a borrower. InvalidInput: about or text. WrongState: too many wait for an answer.
    """
    if account.role != Role.BORROWER:
        raise NotAllowed("Complaints are for borrowers.")
    if about not in Complaint.About.values:
        raise InvalidInput("Choose what it is about.", field="about")
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise InvalidInput(f"Say what happened, in at most {LONGEST} characters.", field="text")

    def run() -> Answer:
        Account.objects.select_for_update().get(pk=account.pk)
        if Complaint.objects.filter(account=account, answered_on=None).count() >= MOST_OPEN:
            raise WrongState(f"{MOST_OPEN} of your complaints wait for an answer already.")
        return {"id": str(Complaint.objects.create(account=account, about=about, text=said, opened_on=on).pk)}

    with acting(actor_of(account)):
        return once(actor=actor_of(account), key=key, name="complain", body={"about": about, "text": said}, run=run)


def answer_complaint(*, complaint_id: UUID, by: Account, answer: str, on: date) -> Complaint:
    """Answers a complaint, once.

    Raises:
        NotAllowed: the duty is missing. NotFound: no such complaint. WrongState: answered. InvalidInput: no words.
    """
    if not by.may(Action.ANSWER_COMPLAINTS):
        raise NotAllowed(f"Your duties do not include this: {Action.ANSWER_COMPLAINTS.label}.")
    said = answer.strip()
    if not said or len(said) > LONGEST:
        raise InvalidInput(f"Answer in words, in at most {LONGEST} characters.", field="reason")
    with acting(actor_of(by)):
        complaint = Complaint.objects.select_for_update().filter(pk=complaint_id).first()
        if complaint is None:
            raise NotFound("There is no such complaint.")
        if complaint.answered_on:
            raise WrongState("This complaint was answered before.")
        complaint.answer, complaint.answered_on, complaint.answered_by = said, on, by.full_name
        complaint.save(update_fields=["answer", "answered_on", "answered_by"])
    return complaint
