"""Consents: given in the words of one version and language, and taken back."""

from __future__ import annotations

from datetime import date, timedelta

from django.dispatch import Signal

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.languages import Language
from apps.users.accounts.models import Account
from apps.users.consents.models import Consent
from apps.users.consents.selectors import Standing, standing_consent
from apps.users.consents.texts import TEXTS, current_text

Purpose = Consent.Purpose

# Sent inside the transaction with the new fact; whoever keeps consents elsewhere queues it there.
consent_changed = Signal()


@command(Action.BORROW)
def give_consent(*, actor: Actor, purpose: str, version: int, language: str, value_date: date) -> Consent:
    """Consents to the current text of `purpose`. Where the same consent stands already, that one is returned.

    Raises:
        NotAllowed: not a borrower. InvalidInput: an unknown purpose or language, or a version that is no longer shown.
    """
    _check_purpose(purpose)
    if version != current_text(purpose).version:
        raise InvalidInput("The text has changed since; read it again.", field="version")
    account = Account.objects.own(actor)
    return add_consent(account=account, purpose=purpose, language=language, value_date=value_date, actor=actor)


@command(Action.BORROW)
def withdraw_consent(*, actor: Actor, purpose: str, value_date: date) -> Standing:
    """Takes one's own consent back; where none stands, nothing changes.

    Raises:
        NotAllowed: not a borrower. InvalidInput: an unknown purpose.
        WrongState: a purpose without which there is no account.
    """
    return _end_consent(account=Account.objects.own(actor), purpose=purpose, value_date=value_date, actor=actor)


@command(Action.REGISTER_BORROWER)
def record_consent(
    *, account: Account, purpose: str, granted: bool, language: str, actor: Actor, value_date: date
) -> None:
    """Enters what a borrower said or signed at the branch, in the words of the current text.

    Raises:
        NotAllowed: the duty is missing, or it is no borrower's account. Others as for giving and withdrawing.
    """
    if account.role != Role.BORROWER:
        raise NotAllowed("Only borrowers are asked what they agree to.")
    if granted:
        _check_purpose(purpose)
        add_consent(account=account, purpose=purpose, language=language, value_date=value_date, actor=actor)
    else:
        _end_consent(account=account, purpose=purpose, value_date=value_date, actor=actor)


def add_consent(*, account: Account, purpose: str, language: str, value_date: date, actor: Actor) -> Consent:
    """The consent itself, to the current text, inside its caller's command.

    Raises:
        InvalidInput: an unknown language.
    """
    if language not in Language.values:
        raise InvalidInput("Choose English or Sesotho.", field="language")
    text = current_text(purpose)
    Account.objects.select_for_update().get(pk=account.pk)  # said twice at once it is one consent
    standing = standing_consent(account=account, purpose=purpose, as_of=value_date)
    if standing.stands and standing.last and standing.last.text_version == text.version:
        return standing.last
    consent = Consent.objects.create(
        account=account,
        purpose=purpose,
        granted=True,
        text_version=text.version,
        language=language,
        given_on=value_date,
        expires_on=value_date + timedelta(days=text.days) if text.days else None,
        actor_name=actor.name,
    )
    consent_changed.send(Consent, consent=consent)
    return consent


def _end_consent(*, account: Account, purpose: str, value_date: date, actor: Actor) -> Standing:
    _check_purpose(purpose)
    if purpose == Purpose.RECORDS:
        raise WrongState(
            "Without your data there is no account. To have it closed once nothing is owed, send a complaint about the "
            "use of your data."
        )
    Account.objects.select_for_update().get(pk=account.pk)
    standing = standing_consent(account=account, purpose=purpose, as_of=value_date)
    if not standing.stands or standing.last is None:
        return standing
    end = Consent.objects.create(
        account=account,
        purpose=purpose,
        granted=False,
        text_version=standing.last.text_version,
        language=standing.last.language,
        given_on=value_date,
        actor_name=actor.name,
    )
    consent_changed.send(Consent, consent=end)
    return Standing(purpose, False, end)


def _check_purpose(purpose: str) -> None:
    if purpose not in TEXTS:
        raise InvalidInput("There is no such purpose.", field="purpose")
