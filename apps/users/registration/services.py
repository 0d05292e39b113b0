"""A borrower opens an account for themselves."""

from __future__ import annotations

from datetime import date

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Role
from apps.mfis.core.tables import new_id
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import add_borrower
from apps.users.accounts.services.people import Person
from apps.users.consents.models import Consent
from apps.users.consents.services import add_consent
from apps.users.consents.texts import current_text


def newcomer(full_name: str) -> Actor:
    """Whoever is about to open an account, with the key that it gets: its history begins with their name."""
    return Actor(new_id(), " ".join(full_name.split()), Role.BORROWER)


@command(new_business=True)
def open_account(*, person: Person, password: str, language: str, agreed: int, actor: Actor, today: date) -> Account:
    """The account of a `newcomer`, who agrees to how their data is kept: `agreed` is the version of the text they read.

    Raises:
        InvalidInput: a field is wrong, no password, or the text was not agreed to.
        AlreadyExists: phone or e-mail belongs to somebody else here.
    """
    if not password:
        raise InvalidInput("Choose a password.", field="password")
    account = add_borrower(person=person, password=password, language=language, today=today, account_id=actor.id)
    if agreed != current_text(Consent.Purpose.RECORDS).version:
        raise InvalidInput("Read how your data is kept, and agree to it.", field="agreed")
    add_consent(
        account=account, purpose=Consent.Purpose.RECORDS, language=account.language, value_date=today, actor=actor
    )
    return account
