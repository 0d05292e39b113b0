"""Consents: given in the words of one version and language, and taken back."""

from __future__ import annotations

from datetime import date, timedelta

from django.dispatch import Signal

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotAllowed, Sentence, WrongState
from apps.mfis.core.roles import Action, Role
from apps.users.access.services.codes import check_used, send_counter_code, use_code
from apps.users.access.services.second_factor import mark_verified
from apps.users.accounts.languages import Language
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.consents.models import Consent
from apps.users.consents.selectors import Standing, standing_consent
from apps.users.consents.texts import TEXTS, current_text

Purpose = Consent.Purpose

CODE_NEEDED = "Only the borrower agrees to this: with a code that is sent to them, or in the portal."

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
        raise InvalidInput(Sentence("The text has changed since; read it again.", "text_changed"), field="version")
    account = Account.objects.own(actor)
    way = Consent.Way.PORTAL
    return add_consent(
        account=account, purpose=purpose, language=language, value_date=value_date, actor=actor, given_by=way
    )


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

    That other lenders are asked is no word of anybody else's: it takes the borrower's code (`record_own_consent`).

    Raises:
        NotAllowed: the duty is missing, or it is no borrower's account. Others as for giving and withdrawing.
        InvalidInput: it takes a code.
    """
    if granted and purpose == Purpose.SHARING:
        raise InvalidInput(CODE_NEEDED, field="code")
    if account.role != Role.BORROWER:
        raise NotAllowed("Only borrowers are asked what they agree to.")
    if granted:
        _check_purpose(purpose)
        way = Consent.Way.COUNTER
        add_consent(
            account=account, purpose=purpose, language=language, value_date=value_date, actor=actor, given_by=way
        )
    else:
        _end_consent(account=account, purpose=purpose, value_date=value_date, actor=actor)


def send_consent_code(*, account: Account, actor: Actor) -> str:
    """Asks the borrower at the counter, at the address on record, whether they agree. Returns the way the code goes.

    Raises:
        What `send_counter_code` raises.
    """
    return send_counter_code(
        actor=actor, account=account, purpose=OneTimeCode.Purpose.CONSENT, about="consent_code", values={}
    )


def record_own_consent(*, account: Account, language: str, digits: str, actor: Actor, value_date: date) -> Consent:
    """Enters that a borrower at the counter agreed that other lenders are asked, by the code that they told.

    Raises:
        InvalidInput: the code is wrong.
    """
    code = use_code(actor=actor, owner=account, purpose=OneTimeCode.Purpose.CONSENT, digits=digits)
    return record_consent_by_code(account=account, language=language, code=code, actor=actor, value_date=value_date)


@command(Action.REGISTER_BORROWER, name="record_consent")
def record_consent_by_code(
    *, account: Account, language: str, code: OneTimeCode, actor: Actor, value_date: date
) -> Consent:
    """The same, by the code that was used for it."""
    check_used(code, account.actor, OneTimeCode.Purpose.CONSENT)
    owner = mark_verified(account.actor, code)
    return add_consent(
        account=owner,
        purpose=Purpose.SHARING,
        language=language,
        value_date=value_date,
        actor=actor,
        given_by=Consent.Way.CODE,
    )


def add_consent(
    *, account: Account, purpose: str, language: str, value_date: date, actor: Actor, given_by: str
) -> Consent:
    """The consent itself, to the current text, inside its caller's command. `given_by` is a `Consent.Way`.

    Raises:
        InvalidInput: an unknown language.
    """
    if language not in Language.values:
        raise InvalidInput(Sentence("Choose English or Sesotho.", "not_a_choice"), field="language")
    text = current_text(purpose)
    Account.objects.select_for_update().get(pk=account.pk)  # said twice at once it is one consent
    standing = standing_consent(account=account, purpose=purpose, as_of=value_date)
    last = standing.last if standing.stands else None
    if last and last.text_version == text.version and (given_by == Consent.Way.COUNTER or last.is_by_owner):
        return last
    consent = Consent.objects.create(
        account=account,
        purpose=purpose,
        granted=True,
        text_version=text.version,
        language=language,
        given_on=value_date,
        expires_on=value_date + timedelta(days=text.days) if text.days else None,
        actor_name=actor.name,
        given_by=given_by,
    )
    consent_changed.send(Consent, consent=consent)
    return consent


def _end_consent(*, account: Account, purpose: str, value_date: date, actor: Actor) -> Standing:
    _check_purpose(purpose)
    if purpose == Purpose.RECORDS:
        text = (
            "Without your data there is no account. To have it closed once nothing is owed, send a complaint about the "
            "use of your data."
        )
        raise WrongState(Sentence(text, "records_needed"))
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
        raise InvalidInput(Sentence("There is no such purpose.", "not_a_choice"), field="purpose")
