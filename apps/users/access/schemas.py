"""Shapes of the API about getting in, and about oneself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.mfis.core.api_types import Income, Short
from apps.users.access.models import Scope


class Registration(Schema):
    full_name: Annotated[str, Field(max_length=150)]
    phone: Annotated[str, Field(max_length=24)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    password: Annotated[str, Field(max_length=128)]
    language: Annotated[str, Field(pattern="^(en|st)$")] = "en"
    code: Annotated[str, Field(max_length=12, description="Sent to the phone, else the e-mail, by the first call.")] = (
        ""
    )
    agreed: Annotated[int, Field(ge=0, le=999, description="Version of the text about one's data that was read.")] = 0


class SettingsIn(Schema):
    """What is left out stays as it is."""

    language: Annotated[str, Field(pattern="^(en|st)$")] | None = None
    wants_reminders: bool | None = None


class MessageOut(Schema):
    id: UUID
    about: str
    at: datetime
    text: str


Digits = Annotated[str, Field(max_length=12, description="The six digits of the last message.")]


class SignIn(Schema):
    """`code` where the account asks for one: the answer without it is 403 `code_needed`, and the code is sent."""

    name: Annotated[str, Field(max_length=254)]
    password: Annotated[str, Field(max_length=128)]
    code: Digits = ""


class CodeIn(Schema):
    to: Annotated[str, Field(pattern="^(phone|email)$")]


class CodeSent(Schema):
    """Where the code goes, as far as one may tell: "+266 •••• 3456"."""

    to: str


class VerifyIn(CodeIn):
    code: Digits


class SecondFactorIn(Schema):
    wanted: bool
    code: Digits


class ResetAsked(Schema):
    name: Annotated[str, Field(max_length=254)]


class ResetIn(ResetAsked):
    code: Digits
    password: Annotated[str, Field(max_length=128)]


class ProfileIn(Schema):
    full_name: Annotated[str, Field(max_length=150)]
    phone: Annotated[str, Field(max_length=24)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    national_id: Annotated[str, Field(max_length=24)] = ""
    date_of_birth: date | None = None
    district: Annotated[str, Field(max_length=20)] = ""
    village: Annotated[str, Field(max_length=80)] = ""
    employer: Short = ""
    net_monthly_income: Income | None = None
    password: Annotated[str, Field(max_length=128, description="The present one, where name or address change.")] = ""
    code: Annotated[str, Field(max_length=12, description="Of POST /me/codes, in place of the password.")] = ""
    address_code: Annotated[str, Field(max_length=12, description="Sent to a new phone or e-mail.")] = ""


class Me(Schema):
    id: UUID
    full_name: str
    phone: str
    email: str
    language: str
    wants_reminders: bool
    phone_verified: bool
    email_verified: bool
    second_factor: bool
    national_id: str
    date_of_birth: date | None
    district: str
    village: str
    employer: str
    net_monthly_income: str | None


class SignInOut(Schema):
    """`current` is the session that asks."""

    id: UUID
    device: str
    at: datetime
    current: bool


class TokenIn(Schema):
    """Without `scopes` the token may do whatever its maker may."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: list[Scope] | None = None
    days: Annotated[int, Field(ge=1, le=365)] = 90


class TokenMade(Schema):
    """`token` is null where the same call came before: a secret is shown once."""

    id: UUID
    name: str
    scopes: list[str] | None
    token: str | None
    expires_at: datetime | None


class SessionOut(Schema):
    signed_in: bool
    csrf_token: str


class TokenOut(Schema):
    id: UUID
    name: str
    scopes: list[str] | None
    expires_at: datetime | None
    revoked_at: datetime | None
