"""A borrower opens an account for themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.utils import timezone

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, Sentence
from apps.mfis.core.roles import Role
from apps.mfis.core.tables import new_id
from apps.users.access.services.codes import Purpose, send_address_code, use_code
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.accounts.services.borrowers import add_borrower
from apps.users.accounts.services.passwords import check_strength
from apps.users.accounts.services.people import Person, clean_person
from apps.users.consents.models import Consent
from apps.users.consents.services import add_consent
from apps.users.consents.texts import current_text


def newcomer(full_name: str) -> Actor:
    """Whoever is about to open an account, with the key that it gets: its history begins with their name."""
    return Actor(new_id(), " ".join(full_name.split()), Role.BORROWER)


def ask_to_register(*, person: Person, password: str, language: str, agreed: int, actor: Actor, today: date) -> str:
    """Sends the code that shows the newcomer's phone, else e-mail, to be theirs. Returns the way it goes.

    Raises:
        InvalidInput: what `open_account` would refuse, but for what others have. TooManyCodes: five within the hour.
    """
    clean = _check(person, password, agreed, today)
    address = clean.phone or clean.email
    return send_address_code(actor=actor, purpose=Purpose.REGISTER, address=address, language=language)


def register_newcomer(
    *, person: Person, password: str, language: str, agreed: int, digits: str, actor: Actor, today: date
) -> Account:
    """The account of a newcomer who holds the code that was sent.

    Two steps, one after the other, as a wrong code is counted though the whole is refused (see `use_code`).

    Raises:
        InvalidInput: the code is wrong, or as for `open_account`.
    """
    clean = _check(person, password, agreed, today)
    address = clean.phone or clean.email
    use_code(actor=actor, purpose=Purpose.REGISTER, digits=digits, address=address)
    # An e-mail beside the phone is not shown to be theirs: it is added later, by its own code.
    shown = replace(clean, email="" if clean.phone else clean.email)
    return open_account(
        person=shown, password=password, language=language, agreed=agreed, actor=actor, today=today, verified=address
    )


def opened_before(*, person: Person, password: str, digits: str, today: date) -> Account | None:
    """The account that this registration opened, where its first answer was lost; none where anything is another."""
    clean = clean_person(person, today=today)
    address = clean.phone or clean.email
    used = OneTimeCode.objects.filter(purpose=Purpose.REGISTER, address=address, used_at__isnull=False)
    code = used.filter(expires_at__gt=timezone.now()).first()
    account = Account.objects.signing_in_by(address) if code and code.digits == digits else None
    if account is None or account.role != Role.BORROWER or account.second_factor or not account.is_active:
        return None
    return account if account.full_name == clean.full_name and account.check_password(password) else None


def _check(person: Person, password: str, agreed: int, today: date) -> Person:
    """The clean person.

    Raises:
        InvalidInput: a field is wrong, no password or a weak one, or the text was not agreed to.
    """
    clean = clean_person(person, today=today)
    if not password:
        raise InvalidInput(Sentence("Choose a password.", "password_needed"), field="password")
    check_strength(password, Account(full_name=clean.full_name, email=clean.email, phone=clean.phone))
    if agreed != current_text(Consent.Purpose.RECORDS).version:
        raise InvalidInput(Sentence("Read how your data is kept, and agree to it.", "agreement_needed"), field="agreed")
    return clean


@command(new_business=True)
def open_account(
    *, person: Person, password: str, language: str, agreed: int, actor: Actor, today: date, verified: str = ""
) -> Account:
    """The account of a `newcomer`, who agrees to how their data is kept: `agreed` is the version of the text they read.

    `verified` is the address that was shown to be theirs.

    Raises:
        InvalidInput: a field is wrong, no password, or the text was not agreed to.
        AlreadyExists: phone or e-mail belongs to somebody else here.
    """
    _check(person, password, agreed, today)
    account = add_borrower(
        person=person, password=password, language=language, today=today, account_id=actor.id, verified=verified
    )
    add_consent(
        account=account,
        purpose=Consent.Purpose.RECORDS,
        language=account.language,
        value_date=today,
        actor=actor,
        given_by=Consent.Way.PORTAL,
    )
    return account
