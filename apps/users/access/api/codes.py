"""One-time codes, verified addresses, and the second factor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.core.api_types import REFUSED
from apps.users.access.api.auth import ANY, borrower, check_person
from apps.users.access.api.profile import me_of
from apps.users.access.schemas import CodeIn, CodeSent, Me, SecondFactorIn, VerifyIn
from apps.users.access.services.codes import AGAIN_IN, Purpose, send_code
from apps.users.access.services.endings import keep_session
from apps.users.access.services.second_factor import change_second_factor, verify_address

router = Router(tags=["accounts"])

CHANNELS = {"phone": "sms", "email": "email"}


@router.post("/me/codes", response={202: CodeSent, **REFUSED}, auth=ANY)
def ask_for_code(request: HttpRequest, payload: CodeIn) -> Any:
    """Sends a code to one's own phone or e-mail. Asked again within a minute, the same code stays good."""
    check_person(request)
    to = send_code(actor=borrower(request).actor, purpose=Purpose.VERIFY, channel=CHANNELS[payload.to])
    return Status(202, {"to": to, "again_in": AGAIN_IN})


@router.post("/me/verify", response={200: Me, **REFUSED}, auth=ANY)
def verify(request: HttpRequest, payload: VerifyIn) -> Any:
    """Shows by its code that a phone or e-mail is one's own."""
    check_person(request)
    return me_of(verify_address(actor=borrower(request).actor, channel=CHANNELS[payload.to], digits=payload.code))


@router.put("/me/second-factor", response={200: Me, **REFUSED}, auth=ANY)
def second_factor(request: HttpRequest, payload: SecondFactorIn) -> Any:
    """Whether signing in asks for a code as well. Both ways need a code of POST /me/codes; other sessions end."""
    check_person(request)
    account = borrower(request)
    changed = change_second_factor(actor=account.actor, wanted=payload.wanted, digits=payload.code)
    if changed.security_stamp != account.security_stamp:
        keep_session(request, changed)
    return me_of(changed)
