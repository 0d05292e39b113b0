"""What the caller consented to, and the words of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from apps.mfis.clock import business_date
from apps.users.api.auth import ANY, borrower
from apps.users.api.schemas import REFUSED, ConsentIn, ConsentOut, ConsentTextOut
from apps.users.consent_texts import TEXTS, current_text, text_of_version
from apps.users.models import Account, Consent
from apps.users.services.consents import Standing, all_consents, give_consent, standing_consent, withdraw_consent

router = Router(tags=["consents"])


@router.get("/consent-texts", response={200: list[ConsentTextOut], **REFUSED}, auth=None)
def texts(request: Any) -> Any:
    """The texts as they are agreed to now; registration names the version of `records`."""
    lender = request.tenant.name
    return [
        {
            "purpose": purpose,
            "version": text.version,
            "days": text.days,
            "english": text.read("en", lender),
            "sesotho": text.read("st", lender),
        }
        for purpose, text in ((p, current_text(p)) for p in TEXTS)
    ]


@router.get("/consents", response={200: list[ConsentOut], **REFUSED}, auth=ANY)
def own(request: Any) -> Any:
    """How each purpose stands."""
    account = borrower(request)
    return [_out(request, account, s) for s in all_consents(account=account, on=business_date())]


@router.post("/consents", response={200: ConsentOut, **REFUSED}, auth=ANY)
def give(request: HttpRequest, payload: ConsentIn) -> Any:
    """Consents to the current text of a purpose. Said again it changes nothing."""
    account, today = borrower(request), business_date()
    give_consent(account=account, on=today, **payload.dict())
    return _out(request, account, standing_consent(account=account, purpose=payload.purpose, on=today))


@router.delete("/consents/{purpose}", response={200: ConsentOut, **REFUSED}, auth=ANY)
def withdraw(request: HttpRequest, purpose: str) -> Any:
    """Takes a consent back; it holds from this moment."""
    account = borrower(request)
    return _out(request, account, withdraw_consent(account=account, purpose=purpose, on=business_date()))


def _out(request: Any, account: Account, standing: Standing) -> dict[str, Any]:
    last = standing.last
    text = text_of_version(standing.purpose, last.text_version) if last else current_text(standing.purpose)
    language = last.language if last else account.language
    granted = bool(last and last.granted)
    return {
        "purpose": standing.purpose,
        "stands": standing.stands,
        "version": last.text_version if last else None,
        "language": last.language if last else None,
        "given_on": last.given_on if last and granted else None,
        "expires_on": last.expires_on if last else None,
        "withdrawn_on": last.given_on if last and not granted else None,
        "text": text.read(language, request.tenant.name),
        "may_be_withdrawn": standing.stands and standing.purpose != Consent.Purpose.RECORDS,
    }
