"""Onboarding an MFI: its schema and its first admin's invitation. Form, API, spreadsheet and command come here."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django_tenants.utils import tenant_context

from apps.mfis.acting import Actor
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput
from apps.mfis.models import MFI
from apps.mfis.services.provisioning import build_mfi, provision_mfi
from apps.users.messages import send_invitation
from apps.users.models import Account
from apps.users.roles import Duty, Role
from apps.users.services.accounts import Person, clean_person, create_staff
from apps.users.services.tokens import invite


@dataclass(frozen=True, slots=True)
class Onboarded:
    """A new MFI, its first admin, and the invitation link to send or hand over. The link is known only now."""

    mfi: MFI
    admin: Account
    invitation_url: str


def mfi_url(mfi: MFI, path: str = "/") -> str:
    """The address of a page of `mfi`, as its people type it."""
    return _url(f"{mfi.subdomain}.{settings.HOST}", path)


def public_url(path: str = "/") -> str:
    """The address of a page of Letsema's own site."""
    return _url(settings.HOST, path)


def _url(host: str, path: str) -> str:
    if settings.SESSION_COOKIE_SECURE:
        return f"https://{host}{path}"
    port = "" if settings.PORT == 80 else f":{settings.PORT}"
    return f"http://{host}{port}{path}"


def check_mfi(*, admin_name: str, admin_email: str, **values: Any) -> MFI:
    """What `onboard_mfi` would refuse, without doing anything.

    Raises:
        InvalidInput, AlreadyExists: with the sentences by field.
    """
    mfi = build_mfi(**values)
    try:
        clean_person(Person(full_name=admin_name, email=admin_email), today=business_date())
    except InvalidInput as error:
        names = {"full_name": "admin_name", "email": "admin_email", "phone": "admin_email"}
        errors = {names.get(k, k): v for k, v in error.errors.items()}
        raise InvalidInput(error.message, field=next(iter(errors)), errors=errors) from None
    return mfi


def onboard_mfi(*, admin_name: str, admin_email: str, actor: Actor, notify: bool = True, **values: Any) -> Onboarded:
    """Opens a new MFI and invites its first admin, a manager. All or nothing.

    Raises:
        InvalidInput: with the sentences by field. AlreadyExists: the subdomain is taken.
    """
    mfi = check_mfi(admin_name=admin_name, admin_email=admin_email, **values)
    opened: list[tuple[Account, str]] = []

    def first_people(new: MFI) -> None:
        admin = create_staff(
            full_name=admin_name, email=admin_email, role=Role.MFI_ADMIN, duties=[Duty.MANAGER], actor=actor
        )
        opened.append((admin, invite(account=admin, actor=actor)))

    provision_mfi(mfi, actor=actor, open_with=first_people)
    admin, secret = opened[0]
    url = mfi_url(mfi, f"/invitation/{secret}/")
    if notify:
        send_invitation(account=admin, brand=mfi.name, url=url)
    return Onboarded(mfi, admin, url)


def invite_again(*, account: Account, actor: Actor, mfi: MFI | None) -> str:
    """A fresh invitation link for an account of the present schema, also sent by e-mail where there is one."""
    secret = invite(account=account, actor=actor)
    path = f"/invitation/{secret}/"
    url = mfi_url(mfi, path) if mfi else public_url(path)
    send_invitation(account=account, brand=mfi.name if mfi else "Letsema", url=url)
    return url


def in_schema_of(mfi: MFI | None) -> AbstractContextManager[None]:
    """A context in which the connection is in `mfi`'s schema; for None, where it is."""
    context: AbstractContextManager[None] = tenant_context(mfi) if mfi else nullcontext()
    return context
