"""Changing who one is here, and how one is reached: only by whoever knows the password, or holds a fresh code.

Each proof is a step of its own before the command, as a wrong one is counted though the whole is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import ConfirmationNeeded, InvalidInput, Sentence, TooManyAttempts
from apps.users.access.rate_limits import count_call
from apps.users.access.services.codes import CodeNeeded, Purpose, send_address_code, use_code
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import CONFIRM, check_kept, contact_changes, update_own_profile
from apps.users.accounts.services.people import Person, clean_person

MAXIMUM_A_MINUTE = 5

ONE_BY_ONE = Sentence("Change phone and e-mail one after the other.", "one_by_one")


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that it is the owner who asks: the password, or a code sent to an address on the account.

    `address_code` is the code sent to a new address.
    """

    password: str = ""
    code: str = ""
    address_code: str = ""


def change_own_profile(*, actor: Actor, person: Person, proof: Proof, today: date) -> Account:
    """Changes one's own data; where that needs it, by the password or a code, and the code of a new address.

    Raises:
        ConfirmationNeeded: neither is right. CodeNeeded: the code is on its way to the new address.
        TooManyAttempts: five passwords within a minute. Others as for `update_own_profile`.
    """
    account = Account.objects.own(actor)
    clean = clean_person(person, today=today)
    check_kept(account, clean)
    contacts = contact_changes(account, clean)
    confirmed = bool(contacts) or clean.full_name != account.full_name
    if confirmed:
        _check_address(account, contacts, proof)
        confirm_owner(actor=actor, account=account, proof=proof)
    return update_own_profile(actor=actor, person=clean, today=today, confirmed=confirmed)


def confirm_owner(*, actor: Actor, account: Account, proof: Proof, keep: bool = False) -> None:
    """Whether it is the account's owner who asks; with `keep` a code stays good.

    Raises:
        ConfirmationNeeded: it is not shown. InvalidInput: the code is wrong. TooManyAttempts: five a minute.
    """
    if proof.code:
        code = use_code(actor=actor, purpose=Purpose.VERIFY, digits=proof.code, keep=keep)
        if code.address in (account.phone, account.email):
            return
    elif proof.password:
        if count_call(f"password:{account.pk}") > MAXIMUM_A_MINUTE:
            raise TooManyAttempts("Too many wrong passwords; wait a minute.", field="password")
        if account.check_password(proof.password):
            return
    raise ConfirmationNeeded(CONFIRM, field="password")


def _check_address(account: Account, contacts: dict[str, str], proof: Proof) -> None:
    """Whether a new address is shown to be the owner's; sends the code where none was given.

    Raises:
        InvalidInput: two at once, or the code is wrong. CodeNeeded: it is on its way.
    """
    if len(contacts) > 1:
        raise InvalidInput(ONE_BY_ONE, field="email", errors={name: [ONE_BY_ONE] for name in contacts})
    for address in filter(None, contacts.values()):
        purpose, actor = Purpose.CONTACT, account.actor
        confirm_owner(actor=actor, account=account, proof=proof, keep=True)
        if not proof.address_code:
            to = send_address_code(actor=actor, purpose=purpose, address=address, language=account.language)
            text = Sentence(f"A code is on its way to {to}. Send it too.", "address_code_needed", to=to)
            raise CodeNeeded(text, field="address_code")
        try:
            use_code(actor=actor, purpose=purpose, digits=proof.address_code, address=address)
        except InvalidInput as error:
            raise InvalidInput(error.message, field="address_code") from None
