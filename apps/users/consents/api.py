"""What the caller consented to, and the words of it."""

from __future__ import annotations

from typing import Any

from ninja import Router

from apps.mfis.core.api_types import REFUSED
from apps.mfis.core.clock import business_date
from apps.mfis.tenancy.requests import TenantRequest
from apps.users.access.api.auth import ANY, borrower
from apps.users.accounts.languages import Language
from apps.users.accounts.models import Account
from apps.users.consents.models import Consent
from apps.users.consents.schemas import ConsentIn, ConsentOut, ConsentTextOut
from apps.users.consents.selectors import Standing, all_consents, standing_consent
from apps.users.consents.services import give_consent, withdraw_consent
from apps.users.consents.texts import TEXTS, current_text, text_of_version

router = Router(tags=["consents"])


@router.get("/consent-texts", response={200: list[ConsentTextOut], **REFUSED}, auth=None)
def texts(request: TenantRequest) -> Any:
    """The texts as they are agreed to now; registration names the version of `records`."""
    lender = request.tenant.name
    return [
        {
            "purpose": purpose,
            "version": text.version,
            "days": text.days,
            "english": text.read(Language.ENGLISH, lender),
            "sesotho": text.read(Language.SESOTHO, lender),
        }
        for purpose, text in ((p, current_text(p)) for p in TEXTS)
    ]


@router.get("/consents", response={200: list[ConsentOut], **REFUSED}, auth=ANY)
def own(request: TenantRequest) -> Any:
    """How each purpose stands."""
    account = borrower(request)
    return [_out(request, account, s) for s in all_consents(account=account, as_of=business_date())]


@router.post("/consents", response={200: ConsentOut, **REFUSED}, auth=ANY)
def give(request: TenantRequest, payload: ConsentIn) -> Any:
    """Consents to the current text of a purpose. Said again it changes nothing."""
    account, today = borrower(request), business_date()
    give_consent(actor=account.actor, value_date=today, **payload.dict())
    return _out(request, account, standing_consent(account=account, purpose=payload.purpose, as_of=today))


@router.delete("/consents/{purpose}", response={200: ConsentOut, **REFUSED}, auth=ANY)
def withdraw(request: TenantRequest, purpose: str) -> Any:
    """Takes a consent back; it holds from this moment."""
    account = borrower(request)
    standing = withdraw_consent(actor=account.actor, purpose=purpose, value_date=business_date())
    return _out(request, account, standing)


def _out(request: TenantRequest, account: Account, standing: Standing) -> dict[str, Any]:
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
