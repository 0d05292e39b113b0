"""One's own profile, settings and messages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.core.api_types import REFUSED
from apps.mfis.core.clock import business_date
from apps.mfis.tenancy.requests import TenantRequest
from apps.users.access.api.auth import ANY, borrower, check_person
from apps.users.access.rate_limits import ENTRY
from apps.users.access.schemas import EmployerOut, Me, MessageOut, PasswordIn, ProfileIn, SettingsIn
from apps.users.access.services.endings import keep_session
from apps.users.access.services.own_profile import Proof, change_own_profile
from apps.users.accounts.models import Account, BorrowerProfile, Employer
from apps.users.accounts.services.borrowers import change_settings, contact_changes
from apps.users.accounts.services.passwords import change_password
from apps.users.accounts.services.people import FURTHER_FIELDS, Person, clean_person
from apps.users.messaging.models import Message
from apps.users.messaging.texts import text_of

router = Router(tags=["accounts"])


def me_of(account: Account) -> dict[str, Any]:
    """The account as its owner sees it."""
    profiles = BorrowerProfile.objects.select_related("branch", "officer", "listed_employer")
    profile = profiles.filter(pk=account.pk).first() or BorrowerProfile()
    income = profile.net_monthly_income
    return {
        "id": account.pk,
        "full_name": account.full_name,
        "phone": account.phone or "",
        "email": account.email or "",
        "language": account.language,
        "wants_reminders": account.wants_reminders,
        "phone_verified": account.phone_is_verified,
        "email_verified": account.email_is_verified,
        "second_factor": account.second_factor,
        "national_id": profile.national_id or profile.claimed_national_id or "",
        "date_of_birth": profile.date_of_birth,
        "district": profile.district,
        "village": profile.village,
        "employer": profile.employer,
        "net_monthly_income": None if income is None else f"{income:.2f}",
        **{name: getattr(profile, name) for name in FURTHER_FIELDS},
        "listed_employer": profile.listed_employer.name if profile.listed_employer else "",
        "branch": profile.branch.name if profile.branch else "",
        "officer": profile.officer.full_name if profile.officer else "",
    }


@router.get("/me", response={200: Me, **REFUSED}, auth=ANY)
def me(request: HttpRequest) -> Any:
    """One's own account and profile."""
    return me_of(borrower(request))


@router.put("/me", response={200: Me, **REFUSED}, auth=ANY)
def update_me(request: HttpRequest, payload: ProfileIn) -> Any:
    """Changes one's own profile; the MFI sees the history of changes.

    Another name, phone or e-mail needs `password`, or the `code` of POST /me/codes: 403 `confirmation_needed`. A new
    phone or e-mail also needs `address_code`: 403 `code_needed` says that it is on its way there. Other sessions end,
    and tokens.
    """
    account, values = borrower(request), _told(payload)
    proof = Proof(**{name: values.pop(name) for name in ("password", "code", "address_code")})
    person = clean_person(Person(**values), today=business_date())
    if contact_changes(account, person) or person.full_name != account.full_name:
        check_person(request)
    changed = change_own_profile(actor=account.actor, person=person, proof=proof, today=business_date())
    if changed.security_stamp != account.security_stamp:
        keep_session(request, changed)
    return me_of(changed)


def _told(payload: ProfileIn) -> dict[str, Any]:
    """What was sent, as a `Person` has it: of the further particulars what was left out stays as it is."""
    values, sent = payload.dict(), payload.model_fields_set
    for name in FURTHER_FIELDS:
        values[name] = None if name not in sent else "" if values[name] is None else values[name]
    return values


@router.get("/employers", response={200: list[EmployerOut], **REFUSED}, auth=ANY)
def employers(request: HttpRequest) -> Any:
    """The employers that one may choose one's own from."""
    borrower(request)
    return list(Employer.objects.in_use().values("id", "name"))


@router.put("/me/settings", response={200: Me, **REFUSED}, auth=ANY)
def settings(request: HttpRequest, payload: SettingsIn) -> Any:
    """The language of one's messages and papers, and whether one wants to be reminded of what falls due."""
    return me_of(change_settings(actor=borrower(request).actor, **payload.dict(exclude_none=True)))


@router.put("/me/password", response={204: None, **REFUSED}, auth=ANY, throttle=[ENTRY])
def password(request: HttpRequest, payload: PasswordIn) -> Any:
    """Another password for whoever knows the present one; the account's other sessions end."""
    check_person(request)
    account = borrower(request)
    change_password(actor=account.actor, current=payload.current, password=payload.password)
    keep_session(request, Account.objects.get(pk=account.pk))
    return Status(204, None)


@router.get("/messages", response={200: list[MessageOut], **REFUSED}, auth=ANY)
def messages(request: TenantRequest) -> Any:
    """What one was told last by SMS or e-mail, newest first; at most 50."""
    account, lender = borrower(request), request.tenant.name
    return [
        {
            "id": m.pk,
            "about": m.about,
            "at": m.sent_at,
            "text": text_of(m.about, account.language, {**m.values, "lender": lender}),
        }
        for m in Message.objects.told_to(account)[:50]
    ]
