"""Opening a borrower's account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.core.api_types import REFUSED
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.roles import Role
from apps.users.access.api.auth import only_json
from apps.users.access.api.profile import me_of
from apps.users.access.backends import BACKEND
from apps.users.access.rate_limits import ENTRY
from apps.users.access.schemas import Me, Registration
from apps.users.accounts.models import Account
from apps.users.accounts.services.people import Person
from apps.users.registration.services import newcomer, open_account

router = Router(tags=["accounts"])


@router.post("/register", response={201: Me, **REFUSED}, auth=None, throttle=[ENTRY])
def register(request: HttpRequest, payload: Registration) -> Any:
    """Opens a borrower's account at this MFI and signs it in. `agreed`: see GET /consent-texts."""
    only_json(request)
    try:
        account = open_account(
            person=Person(full_name=payload.full_name, phone=payload.phone, email=payload.email),
            password=payload.password,
            language=payload.language,
            agreed=payload.agreed,
            actor=newcomer(payload.full_name),
            today=business_date(),
        )
    except ServiceError as error:
        # The line dropped before the first answer came: who sends the same again has an account, and its password.
        opened = _opened_before(request, payload) if error.field in ("phone", "email") else None
        if opened is None:
            raise
        account = opened
    login(request, account, backend=BACKEND)
    return Status(201, me_of(account))


def _opened_before(request: HttpRequest, payload: Registration) -> Account | None:
    """The borrower's account that this registration opened; none where its password or name is another."""
    try:
        account = authenticate(request, username=payload.phone or payload.email, password=payload.password)
    except PermissionDenied:
        return None
    if not isinstance(account, Account) or account.role != Role.BORROWER or account.second_factor:
        return None
    return account if account.full_name == " ".join(payload.full_name.split()) else None
