"""How somebody else is reached is changed by two people, or with the owner's own code; the old address is told.

Whoever gets an account's codes gets in: so this is taking an account back. Both people stand in the history; sessions
and tokens end. By two people the password ends as well, and the owner chooses a new one by an invitation.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from apps.mfis.core.actor import Actor, name_actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.core.roles import Action, Role
from apps.users.access.models import ContactChange
from apps.users.access.services.codes import Purpose, check_used, hinted, send_counter_code, use_code
from apps.users.access.services.invitations import send_invitation
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.accounts.services.passwords import end_access, write_password
from apps.users.accounts.services.people import Person, clean_person, natural_keys
from apps.users.messaging.services import channel_of, queue_to_address

GOOD_FOR = timedelta(days=7)

SAME = "Nothing changes: these are the phone and the e-mail on record."

Status = ContactChange.Status


@command(Action.REGISTER_BORROWER, Action.MANAGE_PEOPLE)
def ask_contact_change(*, account: Account, phone: str, email: str, reason: str, actor: Actor) -> ContactChange:
    """Asks that an account be reached otherwise; a second person decides. Its old addresses are told at once.

    Raises:
        NotAllowed: the duty is missing, or it is one's own account. WrongState: the account is closed.
        InvalidInput: an address is wrong, both are missing, nothing changes, or no reason.
    """
    _check_duty(account, actor)
    if not reason.strip():
        raise InvalidInput("Say why: it stays with the record.", field="reason")
    person = _clean(account, phone, email)
    if not account.is_active:
        raise WrongState("This account is closed; open it first.")
    Account.objects.select_for_update().get(pk=account.pk)
    ContactChange.objects.filter(account=account, status=Status.WAITING).update(status=Status.REFUSED)
    change = ContactChange.objects.create(
        account=account,
        phone=person.phone,
        email=person.email,
        reason=reason.strip(),
        expires_at=timezone.now() + GOOD_FOR,
        asked_by=actor.id,
        asked_by_name=actor.name,
    )
    tell_addresses(account, "contact_asked", change.pk, actor.name)
    return change


@command(Action.REGISTER_BORROWER, Action.MANAGE_PEOPLE)
def decide_contact_change(*, change_id: UUID, confirmed: bool, actor: Actor) -> ContactChange:
    """Confirms or refuses what another asked for. Confirmed, the owner is invited anew, at the new address.

    Raises:
        NotAllowed: the duty is missing, or the actor asked for it, or is the one it is about.
        NotFound: no such change. WrongState: it was decided, or is too old. AlreadyExists: somebody has the address.
    """
    change = ContactChange.objects.select_for_update(of=("self",)).filter(pk=change_id).first()
    if change is None:
        raise NotFound("There is no such change.")
    account = Account.objects.select_for_update().get(pk=change.account_id)
    _check_duty(account, actor)
    if actor.id is None or actor.id == change.asked_by:
        raise NotAllowed("Whoever asked for it does not decide it; a second person does.")
    if change.status != Status.WAITING or change.expires_at <= timezone.now():
        raise WrongState("This was decided before, or is older than a week; ask anew.")
    change.status = Status.DONE if confirmed else Status.REFUSED
    change.decided_by, change.decided_by_name, change.decided_at = actor.id, actor.name, timezone.now()
    change.save()
    if confirmed:
        name_actor(actor.because(f"asked by {change.asked_by_name}: {change.reason}"))
        tell_addresses(account, "contact_changed", change.pk, f"{change.asked_by_name}, {actor.name}")
        write_password(account, "")
        account.second_factor = False
        _put(account, change.phone, change.email)
        send_invitation(account)
    return change


def send_contact_code(*, account: Account, phone: str, email: str, actor: Actor) -> str:
    """Asks the owner, at the address on record, whether they want the change. Returns the way the code goes.

    Raises:
        What `ask_contact_change` and `send_code` raise.
    """
    _check_duty(account, actor)
    person = _clean(account, phone, email)
    new = ", ".join(hinted(address) for address in (person.phone, person.email) if address)
    return send_counter_code(
        actor=actor, account=account, purpose=Purpose.COUNTER, about="counter_code", values={"new": new}
    )


def change_contact(*, account: Account, phone: str, email: str, digits: str, actor: Actor) -> Account:
    """Changes how a borrower is reached by the code that they told at the counter.

    Raises:
        InvalidInput: the code is wrong. Others as for `ask_contact_change`.
    """
    _check_duty(account, actor)
    _clean(account, phone, email)
    code = use_code(actor=actor, owner=account, purpose=Purpose.COUNTER, digits=digits)
    return change_contact_by_code(account=account, phone=phone, email=email, code=code, actor=actor)


@command(Action.REGISTER_BORROWER, name="change_contact")
def change_contact_by_code(*, account: Account, phone: str, email: str, code: OneTimeCode, actor: Actor) -> Account:
    """The same, by the code that was used for it."""
    _check_duty(account, actor)
    check_used(code, account.actor, Purpose.COUNTER)
    owner = Account.objects.select_for_update().get(pk=account.pk)
    if code.address not in (owner.phone, owner.email):
        raise InvalidInput("The address that the code went to was changed meanwhile; ask anew.", field="code")
    person = _clean(owner, phone, email)
    tell_addresses(owner, "contact_changed", code.pk, actor.name)
    return _put(owner, person.phone, person.email)


def _check_duty(account: Account, actor: Actor) -> None:
    """Borrowers' addresses are a matter of who registers them, colleagues' of who manages people.

    Raises:
        NotAllowed: the duty is missing, or it is one's own account.
    """
    if account.pk == actor.id:
        raise NotAllowed("One's own address is changed by oneself, with the password.")
    if not actor.may(Action.MANAGE_PEOPLE) and (
        account.role != Role.BORROWER or not actor.may(Action.REGISTER_BORROWER)
    ):
        raise NotAllowed("Your duties do not include this: manage people and their duties.")


def _clean(account: Account, phone: str, email: str) -> Person:
    person = clean_person(Person(account.full_name, phone=phone, email=email), today=business_date())
    if (person.phone, person.email) == (account.phone or "", account.email or ""):
        raise InvalidInput(SAME, field="phone")
    return person


def _put(account: Account, phone: str, email: str) -> Account:
    account.phone, account.email = phone or None, email or None
    end_access(account)
    with natural_keys():
        account.save()
    return account


def tell_addresses(account: Account, about: str, key: UUID, staff: str) -> None:
    """Tells every address that the account has until now."""
    for address in filter(None, (account.phone, account.email)):
        queue_to_address(
            account=account,
            address=address,
            about=about,
            key=f"{about}:{key}:{channel_of(address)}",
            values={"staff": staff},
            language=account.language,
        )
