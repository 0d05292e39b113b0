"""Types that several rooms' API shapes are made of. Money and dates are text in their one form."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Header, Query, Schema
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]

Income = Annotated[Decimal, Field(ge=0, max_digits=11, decimal_places=2)]

Short = Annotated[str, Field(max_length=120)]


class Plain(BaseModel):
    """The shape of what comes as JSON, or of an answer that is made from dicts with the fields' own types.

    ninja's own Schema looks for Django's objects at every field, which was a tenth of the time of a list.
    """


class Given(Schema):
    """The shape of what a caller sends. A name that it does not have is refused: a typo never means something else."""

    model_config = ConfigDict(extra="forbid")


class OneOf:
    """A text that is one of a closed list, in what a caller sends: `Annotated[str, OneOf(Language.values)]`."""

    def __init__(self, values: Iterable[str]) -> None:
        self.values = list(values)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(self.values)


def told_of(values: Iterable[str]) -> Any:
    """A text of an answer that is one of a closed list: said in the description, and not checked on its way out."""
    return Field(json_schema_extra={"enum": list(values)})


class Problem(Schema):
    """RFC 9457 problem details; `errors` names the fields at fault.

    `code` is the kind of error; `reason` the sentence in `detail`, with what changes in it as `values`. Beside the
    sentences of `errors` stand, in the same shape, their `codes` and `parameters`. Amounts are text, dates ISO 8601.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str | None = None
    reason: str | None = None
    values: dict[str, str | int] | None = None
    errors: dict[str, list[str]] | None = None
    codes: dict[str, list[str]] | None = None
    parameters: dict[str, list[dict[str, str | int]]] | None = None


# What every call may answer beside its own: problem details (RFC 9457).
REFUSED: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429, 503), Problem)

Key = Annotated[str, Header(alias="Idempotency-Key", max_length=80)]

After = Annotated[UUID | None, Query(description="`next` of the page before")]

Most = Annotated[int, Query(ge=1, le=200)]


def amount_text(amount: Decimal) -> str:
    return f"{amount:.2f}"
