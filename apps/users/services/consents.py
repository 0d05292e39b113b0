"""Consents: given in the words of one version and language, shown, taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.dispatch import Signal

from apps.mfis.acting import Actor, acting
from apps.mfis.errors import InvalidInput, NotAllowed, WrongState
from apps.users.consent_texts import TEXTS, current_text
from apps.users.models import Account, Consent
from apps.users.roles import Action, Role
from apps.users.services.accounts import actor_of

Purpose = Consent.Purpose
# Sent inside the transaction with the new fact; whoever keeps consents elsewhere queues it there.
consent_changed = Signal()


@dataclass(frozen=True, slots=True)
class Standing:
    """How one purpose stands: `last` is its latest fact, None where nothing was ever said."""

    purpose: str
    stands: bool
    last: Consent | None

    @property
    def label(self) -> str:
        return str(Purpose(self.purpose).label)


def give_consent(
    *, account: Account, purpose: str, version: int, language: str, on: date, actor: Actor | None = None
) -> Consent:
    """Consents to the current text of `purpose`. Where the same consent stands already, that one is returned.

    Raises:
        InvalidInput: an unknown purpose or language, or a version that is no longer shown.
    """
    if purpose not in TEXTS:
        raise InvalidInput("There is no such purpose.", field="purpose")
    text = current_text(purpose)
    if version != text.version:
        raise InvalidInput("The text has changed since; read it again.", field="version")
    if language not in text.words:
        raise InvalidInput("Choose English or Sesotho.", field="language")
    with acting(actor or actor_of(account)):
        Account.objects.select_for_update().get(pk=account.pk)
        standing = standing_consent(account=account, purpose=purpose, on=on)
        if standing.stands and standing.last and standing.last.text_version == version:
            return standing.last
        given = Consent.objects.create(
            account=account,
            purpose=purpose,
            granted=True,
            text_version=version,
            language=language,
            given_on=on,
            expires_on=on + timedelta(days=text.days) if text.days else None,
            actor_name=(actor or actor_of(account)).name,
        )
        consent_changed.send(Consent, consent=given)
        return given


def withdraw_consent(*, account: Account, purpose: str, on: date, actor: Actor | None = None) -> Standing:
    """Takes a consent back; where none stands, nothing changes.

    Raises:
        InvalidInput: an unknown purpose. WrongState: a purpose without which there is no account.
    """
    if purpose not in TEXTS:
        raise InvalidInput("There is no such purpose.", field="purpose")
    if purpose == Purpose.RECORDS:
        raise WrongState(
            "Without your data there is no account. To have it closed once nothing is owed, send a complaint about the "
            "use of your data."
        )
    with acting(actor or actor_of(account)):
        Account.objects.select_for_update().get(pk=account.pk)
        standing = standing_consent(account=account, purpose=purpose, on=on)
        if not standing.stands or standing.last is None:
            return standing
        last = standing.last
        ended = Consent.objects.create(
            account=account,
            purpose=purpose,
            granted=False,
            text_version=last.text_version,
            language=last.language,
            given_on=on,
            actor_name=(actor or actor_of(account)).name,
        )
        consent_changed.send(Consent, consent=ended)
    return Standing(purpose, False, ended)


def record_consent(*, account: Account, purpose: str, granted: bool, language: str, by: Account, on: date) -> None:
    """Enters what a borrower said or signed at the branch, in the words of the current text.

    Raises:
        NotAllowed: the duty is missing, or it is no borrower's account. Others as for giving and withdrawing.
    """
    if not by.may(Action.REGISTER_BORROWER) or account.role != Role.BORROWER:
        raise NotAllowed("Your duties do not include entering what borrowers agree to.")
    actor = actor_of(by)
    if granted:
        version = current_text(purpose).version if purpose in TEXTS else 0
        give_consent(account=account, purpose=purpose, version=version, language=language, on=on, actor=actor)
    else:
        withdraw_consent(account=account, purpose=purpose, on=on, actor=actor)


def standing_consent(*, account: Account, purpose: str, on: date) -> Standing:
    """How a purpose stands on a day."""
    return _standing(purpose, Consent.objects.filter(account=account, purpose=purpose)[:1], on)


def all_consents(*, account: Account, on: date) -> list[Standing]:
    """How every purpose stands on a day."""
    found = list(Consent.objects.filter(account=account))
    return [_standing(purpose, [c for c in found if c.purpose == purpose], on) for purpose in TEXTS]


def _standing(purpose: str, latest_first: Iterable[Consent], on: date) -> Standing:
    last = next(iter(latest_first), None)
    stands = bool(last and last.granted and (last.expires_on is None or on < last.expires_on))
    return Standing(purpose, stands, last)
