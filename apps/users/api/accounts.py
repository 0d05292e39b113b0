"""Register, sign in and out, one's own profile, tokens."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router, Status

from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, ServiceError
from apps.users.api.auth import ANY, borrower, caller, only_json
from apps.users.api.schemas import (
    REFUSED,
    CodeIn,
    CodeSent,
    Key,
    Me,
    MessageOut,
    ProfileIn,
    Registration,
    ResetAsked,
    ResetIn,
    SecondFactorIn,
    SessionOut,
    SettingsIn,
    SignIn,
    SignInOut,
    TokenIn,
    TokenMade,
    TokenOut,
    VerifyIn,
)
from apps.users.consent_texts import current_text
from apps.users.identity import find_account
from apps.users.lockout import MESSAGE
from apps.users.messaging.texts import text_of
from apps.users.models import Account, ApiToken, BorrowerProfile, Consent, Message, Scope
from apps.users.roles import Role
from apps.users.services.accounts import Person, actor_of, change_settings, register_borrower, update_own_profile
from apps.users.services.codes import (
    CodeNeeded,
    Purpose,
    change_second_factor,
    reset_password,
    send_code,
    use_code,
    verify_address,
)
from apps.users.services.consents import give_consent
from apps.users.services.idempotency import once
from apps.users.services.sign_ins import end_session, open_sessions
from apps.users.services.tokens import create_token, revoke_token
from apps.users.throttling import Limit

router = Router(tags=["accounts"])
DOOR = Limit("door", by_address=True)


class LockedOut(ServiceError):
    status = 429
    code = "locked_out"


class WrongSignIn(ServiceError):
    status = 401
    code = "wrong_sign_in"


def me_of(account: Account) -> dict[str, Any]:
    """The account as its owner sees it."""
    profile = BorrowerProfile.objects.filter(pk=account.pk).first() or BorrowerProfile()
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
        "national_id": profile.national_id or "",
        "date_of_birth": profile.date_of_birth,
        "district": profile.district,
        "village": profile.village,
        "employer": profile.employer,
        "net_monthly_income": None if income is None else f"{income:.2f}",
    }


@router.post("/register", response={201: Me, **REFUSED}, auth=None, throttle=[DOOR])
def register(request: HttpRequest, payload: Registration) -> Any:
    """Opens a borrower's account at this MFI and signs it in. `agreed`: see GET /consent-texts."""
    only_json(request)
    person = Person(full_name=payload.full_name, phone=payload.phone, email=payload.email)
    if not payload.password:
        raise InvalidInput("Choose a password.", field="password")
    today = business_date()
    try:
        with transaction.atomic():
            account = register_borrower(
                person=person, password=payload.password, language=payload.language, today=today
            )
            if payload.agreed != current_text(Consent.Purpose.RECORDS).version:
                raise InvalidInput("Read how your data is kept, and agree to it.", field="agreed")
            give_consent(
                account=account,
                purpose=Consent.Purpose.RECORDS,
                version=payload.agreed,
                language=account.language,
                on=today,
            )
    except ServiceError as error:
        # The line dropped before the first answer came: who sends the same again has an account, and its password.
        again = _opened_before(request, payload) if error.field in ("phone", "email") else None
        if again is None:
            raise
        account = again
    login(request, account, backend="apps.users.backends.EmailOrPhoneBackend")
    return Status(201, me_of(account))


def _opened_before(request: HttpRequest, payload: Registration) -> Account | None:
    """The borrower's account that this registration opened; none where its password or name is another."""
    try:
        found = authenticate(request, username=payload.phone or payload.email, password=payload.password)
    except PermissionDenied:
        return None
    if not isinstance(found, Account) or found.role != Role.BORROWER or found.second_factor:
        return None
    return found if found.full_name == " ".join(payload.full_name.split()) else None


@router.post("/sign-in", response={200: Me, **REFUSED}, auth=None, throttle=[DOOR])
def sign_in(request: HttpRequest, payload: SignIn) -> Any:
    """Signs a borrower in by e-mail or phone; the session cookie belongs to this MFI alone."""
    only_json(request)
    try:
        account = authenticate(request, username=payload.name, password=payload.password)
    except PermissionDenied:
        raise LockedOut(MESSAGE) from None
    if getattr(request, "axes_locked_out", False):
        raise LockedOut(MESSAGE)
    if not isinstance(account, Account):
        raise WrongSignIn("This e-mail or phone and password do not go together.")
    if account.role != Role.BORROWER:
        raise WrongSignIn("This account belongs to the back-office: sign in there.")
    if account.second_factor:
        if not payload.code:
            sent = send_code(account=account, purpose=Purpose.SIGN_IN)
            raise CodeNeeded(f"A code is on its way to {sent}. Sign in with it.", field="code")
        use_code(account=account, purpose=Purpose.SIGN_IN, digits=payload.code)
    login(request, account)
    return me_of(account)


@router.post("/password-reset", response={204: None, **REFUSED}, auth=None, throttle=[DOOR])
def ask_for_reset(request: HttpRequest, payload: ResetAsked) -> Any:
    """Sends a code for a new password. The answer is the same whether there is such an account or not."""
    only_json(request)
    account = find_account(payload.name)
    if account and account.is_active and account.role == Role.BORROWER:
        with suppress(ServiceError):  # no address, or too many codes: whoever asks learns neither
            send_code(account=account, purpose=Purpose.RESET)
    return Status(204, None)


@router.post("/password-reset/new", response={204: None, **REFUSED}, auth=None, throttle=[DOOR])
def reset(request: HttpRequest, payload: ResetIn) -> Any:
    """A new password by the code that was sent; every session of the account ends."""
    only_json(request)
    account = find_account(payload.name)
    if account and account.role != Role.BORROWER:
        account = None
    reset_password(account=account, digits=payload.code, password=payload.password)
    return Status(204, None)


@router.post("/sign-out", response={204: None, **REFUSED}, auth=ANY)
def sign_out(request: HttpRequest) -> Any:
    """Ends the session."""
    logout(request)
    return Status(204, None)


@router.get("/session", response={200: SessionOut, **REFUSED}, auth=None)
def session(request: HttpRequest) -> Any:
    """Whether a borrower is signed in, and the CSRF token that unsafe calls with the session need."""
    user = request.user
    signed_in = isinstance(user, Account) and user.role == Role.BORROWER
    return {"signed_in": signed_in, "csrf_token": get_token(request)}


@router.get("/me", response={200: Me, **REFUSED}, auth=ANY)
def me(request: HttpRequest) -> Any:
    """One's own account and profile."""
    return me_of(borrower(request))


@router.put("/me", response={200: Me, **REFUSED}, auth=ANY)
def update_me(request: HttpRequest, payload: ProfileIn) -> Any:
    """Changes one's own profile; the MFI sees the history of changes."""
    account = borrower(request)
    person = Person(**payload.dict())
    return me_of(update_own_profile(account=account, person=person, today=business_date()))


@router.put("/me/settings", response={200: Me, **REFUSED}, auth=ANY)
def settings(request: HttpRequest, payload: SettingsIn) -> Any:
    """The language of one's messages and papers, and whether one wants to be reminded of what falls due."""
    return me_of(change_settings(account=borrower(request), **payload.dict(exclude_none=True)))


CHANNELS = {"phone": "sms", "email": "email"}


@router.post("/me/codes", response={202: CodeSent, **REFUSED}, auth=ANY)
def ask_for_code(request: HttpRequest, payload: CodeIn) -> Any:
    """Sends a code to one's own phone or e-mail. Asked again within a minute, the same code stays good."""
    to = send_code(account=borrower(request), purpose=Purpose.VERIFY, channel=CHANNELS[payload.to])
    return Status(202, {"to": to})


@router.post("/me/verify", response={200: Me, **REFUSED}, auth=ANY)
def verify(request: HttpRequest, payload: VerifyIn) -> Any:
    """Shows by its code that a phone or e-mail is one's own."""
    return me_of(verify_address(account=borrower(request), channel=CHANNELS[payload.to], digits=payload.code))


@router.put("/me/second-factor", response={200: Me, **REFUSED}, auth=ANY)
def second_factor(request: HttpRequest, payload: SecondFactorIn) -> Any:
    """Whether signing in asks for a code as well. Both ways need a code of POST /me/codes."""
    return me_of(change_second_factor(account=borrower(request), wanted=payload.wanted, digits=payload.code))


@router.get("/sessions", response={200: list[SignInOut], **REFUSED}, auth=ANY)
def sessions(request: HttpRequest) -> Any:
    """Where one is signed in, newest first."""
    current = request.session.session_key
    return [
        {"id": s.pk, "device": s.device, "at": s.at, "current": s.session_key == current}
        for s in open_sessions(caller(request))
    ]


@router.delete("/sessions/{uuid:sign_in_id}", response={204: None, **REFUSED}, auth=ANY)
def end_one_session(request: HttpRequest, sign_in_id: UUID) -> Any:
    """Signs one of one's own browsers out at once."""
    end_session(account=caller(request), sign_in_id=sign_in_id)
    return Status(204, None)


@router.get("/messages", response={200: list[MessageOut], **REFUSED}, auth=ANY)
def messages(request: HttpRequest) -> Any:
    """What one was told last by SMS or e-mail, newest first; at most 50."""
    account = borrower(request)
    lender = {"lender": request.tenant.name}  # type: ignore[attr-defined]
    return [
        {
            "id": m.pk,
            "about": m.about,
            "at": m.sent_at,
            "text": text_of(m.about, account.language, {**m.values, **lender}),
        }
        for m in Message.objects.filter(account=account, status=Message.Status.SENT)
        .exclude(about="code")
        .order_by("-sent_at")[:50]
    ]


@router.get("/tokens", response={200: list[TokenOut], **REFUSED}, auth=ANY)
def tokens(request: HttpRequest) -> Any:
    """One's own tokens, without their secrets."""
    return list(ApiToken.objects.filter(account=caller(request)))


@router.post("/tokens", response={201: TokenMade, **REFUSED}, auth=ANY)
def make_token(request: HttpRequest, payload: TokenIn, key: Key = "") -> Any:
    """A token for a program that acts for the caller at this MFI; its secret is in this answer alone."""
    account = caller(request)
    own = getattr(request, "scopes", None)
    if own is not None and not set(Scope.values if payload.scopes is None else payload.scopes) <= set(own):
        raise NotAllowed("A token makes no token that may do more than itself.")
    secrets: list[str] = []

    def run() -> dict[str, Any]:
        token, secret = create_token(
            account=account, name=payload.name, scopes=payload.scopes, days=payload.days, actor=actor_of(account)
        )
        secrets.append(secret)  # not kept with the answer
        return {"id": token.pk, "name": token.name, "scopes": token.scopes, "expires_at": token.expires_at}

    made = once(actor=actor_of(account), key=key, name="create_token", body=payload.dict(), run=run)
    return Status(201, {**made, "token": secrets[0] if secrets else None})


@router.delete("/tokens/{uuid:token_id}", response={204: None, **REFUSED}, auth=ANY)
def end_token(request: HttpRequest, token_id: UUID) -> Any:
    """Revokes one of one's own tokens at once."""
    account = caller(request)
    token = ApiToken.objects.filter(pk=token_id, account=account).first()
    if token is None:
        raise NotFound("There is no such token.")
    revoke_token(token=token, actor=actor_of(account))
    return Status(204, None)
