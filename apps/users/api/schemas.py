"""Shapes of the API about people. Money and dates are text in their one form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Header, Query, Schema
from pydantic import BaseModel, Field

from apps.users.models import Scope

Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
Income = Annotated[Decimal, Field(ge=0, max_digits=11, decimal_places=2)]
Short = Annotated[str, Field(max_length=120)]


class Plain(BaseModel):
    """The shape of what comes as JSON, or of an answer that is made from dicts with the fields' own types.

    ninja's own Schema looks for Django's objects at every field, which was a tenth of the time of a list.
    """


class Problem(Schema):
    """RFC 9457 problem details; `errors` names the fields at fault."""

    type: str
    title: str
    status: int
    detail: str
    code: str | None = None
    errors: dict[str, list[str]] | None = None


# What every call may answer beside its own: problem details (RFC 9457).
REFUSED: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 415, 422, 429, 503), Problem)
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=80)]
After = Annotated[UUID | None, Query(description="`next` of the page before")]
Most = Annotated[int, Query(ge=1, le=200)]


class Registration(Schema):
    full_name: Annotated[str, Field(max_length=150)]
    phone: Annotated[str, Field(max_length=24)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    password: Annotated[str, Field(max_length=128)]
    language: Annotated[str, Field(pattern="^(en|st)$")] = "en"
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


class ConsentTextOut(Schema):
    """What is read before one agrees, in both languages. `days`: how long the consent lasts; null: until taken back."""

    purpose: str
    version: int
    days: int | None
    english: str
    sesotho: str


class ConsentIn(Schema):
    purpose: Annotated[str, Field(max_length=10)]
    version: Annotated[int, Field(ge=1, le=999)]
    language: Annotated[str, Field(pattern="^(en|st)$")] = "en"


class ConsentOut(Schema):
    """How one purpose stands. `text` is what was agreed to, in the language in which it was."""

    purpose: str
    stands: bool
    version: int | None
    language: str | None
    given_on: date | None
    expires_on: date | None
    withdrawn_on: date | None
    text: str
    may_be_withdrawn: bool


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


class ComplaintIn(Schema):
    about: Annotated[str, Field(pattern="^(service|charges|record|collection|privacy|other)$")]
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class ComplaintMade(Schema):
    id: UUID


class ComplaintOut(Schema):
    """`due_on` is the last day on which the MFI may answer."""

    id: UUID
    about: str
    text: str
    opened_on: date
    due_on: date
    answer: str
    answered_on: date | None


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


class MFIIn(Schema):
    name: Short
    subdomain: Annotated[str, Field(max_length=40)]
    licence_type: Annotated[str, Field(max_length=20)]
    district: Annotated[str, Field(max_length=20)]
    location: Short = ""
    contact_name: Short = ""
    contact_email: Annotated[str, Field(max_length=254)]
    contact_phone: Annotated[str, Field(max_length=16)] = ""
    brand_colour: Annotated[str, Field(max_length=7)] = "#0f5c4a"
    admin_name: Annotated[str, Field(max_length=150)]
    admin_email: Annotated[str, Field(max_length=254)]


class MFIOut(Schema):
    id: UUID
    name: str
    subdomain: str
    licence_type: str
    district: str
    status: str
    url: str


class NodeReady(Schema):
    node: str
    ready: bool


class MFIListed(MFIOut):
    """`nodes` says where the MFI's schema stands; on a node where it is not `ready` the MFI answers 503."""

    home_node: str
    nodes: list[NodeReady]


class MFIMade(MFIOut):
    """`invitation_url` is null where the same call came before: a secret is shown once."""

    invitation_url: str | None


class StatusIn(Schema):
    status: Annotated[str, Field(max_length=10)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
