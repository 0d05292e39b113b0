"""Opening a borrower's account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.core.api_types import REFUSED
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import ServiceError
from apps.users.access.api.auth import only_json
from apps.users.access.api.profile import me_of
from apps.users.access.backends import BACKEND
from apps.users.access.rate_limits import ENTRY
from apps.users.access.schemas import CodeSent, Me, Registration
from apps.users.access.services.codes import AGAIN_IN
from apps.users.accounts.services.people import Person
from apps.users.registration.services import ask_to_register, newcomer, opened_before, register_newcomer

router = Router(tags=["accounts"])


@router.post("/register", response={201: Me, 202: CodeSent, **REFUSED}, auth=None, throttle=[ENTRY])
def register(request: HttpRequest, payload: Registration) -> Any:
    """Opens a borrower's account at this MFI and signs it in. `agreed`: see GET /consent-texts.

    Without `code`, one is sent to the phone, else the e-mail (202); the same again with it opens the account (201).
    Nothing tells whether somebody has an account already: its owner gets another message.
    """
    only_json(request)
    person = Person(full_name=payload.full_name, phone=payload.phone, email=payload.email)
    asked: dict[str, Any] = {
        "person": person,
        "password": payload.password,
        "agreed": payload.agreed,
        "today": business_date(),
    }
    actor = newcomer(payload.full_name)
    if not payload.code:
        to = ask_to_register(actor=actor, language=payload.language, **asked)
        return Status(202, {"to": to, "again_in": AGAIN_IN})
    try:
        account = register_newcomer(actor=actor, language=payload.language, digits=payload.code, **asked)
    except ServiceError as error:
        # The line dropped before the first answer came: who sends the same again has an account, and its password.
        asked.pop("agreed")
        opened = opened_before(digits=payload.code, **asked) if error.field == "code" else None
        if opened is None:
            raise
        account = opened
    login(request, account, backend=BACKEND)
    return Status(201, me_of(account))
