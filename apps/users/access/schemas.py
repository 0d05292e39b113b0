"""Shapes of the API about getting in, and about oneself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, Field

from apps.mfis.core.api_types import Given, Income, OneOf, Short, told_of
from apps.mfis.tenancy.districts import District, district_code
from apps.users.access.models import Scope
from apps.users.accounts.languages import Language
from apps.users.accounts.particulars import Education, Gender, MaritalStatus, Sector, Wallet
from apps.users.accounts.services.people import MAXIMUM_DEPENDANTS
from apps.users.messaging.texts import TEXTS

Spoken = Annotated[str, OneOf(Language.values)]


class Registration(Given):
    full_name: Annotated[str, Field(max_length=150)]
    phone: Annotated[str, Field(max_length=24)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    password: Annotated[str, Field(max_length=128)]
    language: Spoken = "en"
    code: Annotated[str, Field(max_length=12, description="Sent to the phone, else the e-mail, by the first call.")] = (
        ""
    )
    agreed: Annotated[int, Field(ge=0, le=999, description="Version of the text about one's data that was read.")] = 0


class SettingsIn(Given):
    """What is left out stays as it is."""

    language: Spoken | None = None
    wants_reminders: bool | None = None


class MessageOut(Schema):
    id: UUID
    about: Annotated[str, told_of(sorted(TEXTS))]
    at: datetime
    text: str


Digits = Annotated[str, Field(max_length=12, description="The six digits of the last message.")]


class SignIn(Given):
    """`code` where the account asks for one: the answer without it is 403 `code_needed`, and the code is sent."""

    name: Annotated[str, Field(max_length=254)]
    password: Annotated[str, Field(max_length=128)]
    code: Digits = ""


class CodeIn(Given):
    to: Annotated[str, OneOf(["phone", "email"])]


class CodeSent(Schema):
    """Where the code goes, as far as one may tell ("+266 •••• 3456"), and the seconds until another can be had."""

    to: str
    again_in: int


class VerifyIn(CodeIn):
    code: Digits


class SecondFactorIn(Given):
    wanted: bool
    code: Digits


class PasswordIn(Given):
    current: Annotated[str, Field(max_length=128)]
    password: Annotated[str, Field(max_length=128)]


class ResetAsked(Given):
    name: Annotated[str, Field(max_length=254)]


class ResetIn(ResetAsked):
    code: Digits
    password: Annotated[str, Field(max_length=128)]


class ProfileIn(Given):
    full_name: Annotated[str, Field(max_length=150)]
    phone: Annotated[str, Field(max_length=24)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    national_id: Annotated[str, Field(max_length=24)] = ""
    date_of_birth: date | None = None
    district: Annotated[str, OneOf(["", *District.values]), BeforeValidator(lambda text: district_code(str(text)))] = ""
    village: Annotated[str, Field(max_length=80)] = ""
    employer: Short = ""
    net_monthly_income: Income | None = None
    # What is left out of these stays as it is; null or an empty text takes away what is kept.
    national_id_expires: date | None = None
    gender: Annotated[str, OneOf(["", *Gender.values])] | None = None
    marital_status: Annotated[str, OneOf(["", *MaritalStatus.values])] | None = None
    dependants: Annotated[int, Field(ge=0, le=MAXIMUM_DEPENDANTS)] | None = None
    education: Annotated[str, OneOf(["", *Education.values])] | None = None
    landmark: Annotated[str, Field(max_length=200)] | None = None
    kin_name: Annotated[str, Field(max_length=150)] | None = None
    kin_relation: Annotated[str, Field(max_length=40)] | None = None
    kin_phone: Annotated[str, Field(max_length=24)] | None = None
    occupation: Annotated[str, Field(max_length=80)] | None = None
    sector: Annotated[str, OneOf(["", *Sector.values])] | None = None
    listed_employer_id: Annotated[UUID | None, Field(description="Of GET /employers.")] = None
    employee_number: Annotated[str, Field(max_length=40)] | None = None
    wallet: Annotated[str, OneOf(["", *Wallet.values])] | None = None
    wallet_number: Annotated[str, Field(max_length=24)] | None = None
    bank_name: Annotated[str, Field(max_length=60)] | None = None
    bank_branch_code: Annotated[str, Field(max_length=20)] | None = None
    bank_account: Annotated[str, Field(max_length=40)] | None = None
    password: Annotated[str, Field(max_length=128, description="The present one, where name or address change.")] = ""
    code: Annotated[str, Field(max_length=12, description="Of POST /me/codes, in place of the password.")] = ""
    address_code: Annotated[str, Field(max_length=12, description="Sent to a new phone or e-mail.")] = ""


class Me(Schema):
    id: UUID
    full_name: str
    phone: str
    email: str
    language: Annotated[str, told_of(Language.values)]
    wants_reminders: bool
    phone_verified: bool
    email_verified: bool
    second_factor: bool
    national_id: str
    date_of_birth: date | None
    district: Annotated[str, told_of(["", *District.values])]
    village: str
    employer: str
    net_monthly_income: str | None
    national_id_expires: date | None
    gender: Annotated[str, told_of(["", *Gender.values])]
    marital_status: Annotated[str, told_of(["", *MaritalStatus.values])]
    dependants: int | None
    education: Annotated[str, told_of(["", *Education.values])]
    landmark: str
    kin_name: str
    kin_relation: str
    kin_phone: str
    occupation: str
    sector: Annotated[str, told_of(["", *Sector.values])]
    listed_employer_id: UUID | None
    listed_employer: str
    employee_number: str
    wallet: Annotated[str, told_of(["", *Wallet.values])]
    wallet_number: str
    bank_name: str
    bank_branch_code: str
    bank_account: str
    branch: Annotated[str, Field(description="Where one's loans are looked after.")]
    officer: Annotated[str, Field(description="Who looks after them.")]


class EmployerOut(Schema):
    id: UUID
    name: str


class SignInOut(Schema):
    """`current` is the session that asks."""

    id: UUID
    device: str
    at: datetime
    current: bool


class TokenIn(Given):
    """Without `scopes` the token may do whatever its maker may."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: list[Scope] | None = None
    days: Annotated[int, Field(ge=1, le=365)] = 90


class TokenMade(Schema):
    """`token` is null where the same call came before: a secret is shown once."""

    id: UUID
    name: str
    scopes: list[Annotated[str, told_of(Scope.values)]] | None
    token: str | None
    expires_at: datetime | None


class SessionOut(Schema):
    signed_in: bool
    csrf_token: str


class TokenOut(Schema):
    id: UUID
    name: str
    scopes: list[Annotated[str, told_of(Scope.values)]] | None
    expires_at: datetime | None
    revoked_at: datetime | None
