"""The types that the fields of a loan case are read by, and what all its objects have in common.

The dataclasses of `terms.py`, `calendar.py` and `money.py` are the form of a case: pydantic reads JSON into them by the
types of their fields (`terms_parser.py`). Whoever makes one in Python is believed: nothing is checked then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    Strict,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

WANTED, REFUSED = "wanted", "refused"  # what the message of an error says: what should stand there, or the sentence
LARGEST = Decimal(10) ** 15


def wanted(description: str) -> PydanticCustomError:
    """The error of a value that is not what `description` says."""
    return PydanticCustomError(WANTED, description)


def refused(sentence: str) -> PydanticCustomError:
    """The error of a value that `sentence` refuses."""
    return PydanticCustomError(REFUSED, sentence)


def refused_below(value: Any, sentences: Mapping[str, str]) -> ValidationError:
    """The errors of some keys of `value`, a sentence each."""
    errors = [InitErrorDetails(type=refused(text), loc=(key,), input=value) for key, text in sentences.items()]
    return ValidationError.from_exception_data("case", errors)


def _read_day(raw: Any) -> date:
    try:
        return raw if isinstance(raw, date) else date.fromisoformat(str(raw))
    except ValueError:
        raise wanted("a date like 2026-01-31") from None


def _read_number(raw: Any) -> Decimal:
    try:
        number = Decimal(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number.copy_abs() >= LARGEST:
        raise wanted('a decimal number as text, like "5000.00"')
    return number


Day = Annotated[date, PlainValidator(_read_day)]
Number = Annotated[Decimal, PlainValidator(_read_number)]  # floats are refused: they have lost their digits already
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, PlainValidator(str)]
EMPTY_IS_NONE = BeforeValidator(lambda raw: None if raw == {} else raw)
DIGITS_AS_TEXT = BeforeValidator(lambda raw: str(raw) if isinstance(raw, int) else raw)


def between(lowest: int, highest: int) -> AfterValidator:
    """Keeps a whole number between two others, both allowed."""

    def check(value: int) -> int:
        if not lowest <= value <= highest:
            raise refused(f"{value} is not between {lowest} and {highest}")
        return value

    return AfterValidator(check)


def minimum(lowest: str) -> AfterValidator:
    """Keeps a decimal number from going below `lowest`."""
    bound = Decimal(lowest)

    def check(value: Decimal) -> Decimal:
        if value < bound:
            raise refused(f"{value} is below {lowest}")
        return value

    return AfterValidator(check)


def maximum(highest: int) -> AfterValidator:
    """Keeps a decimal number from going above `highest`."""

    def check(value: Decimal) -> Decimal:
        if value > highest:
            raise refused(f"{value} is above {highest}")
        return value

    return AfterValidator(check)


def json_key(name: str) -> str:
    """The key of the field `name`: words that Python keeps for itself end in an underscore here."""
    return name.removesuffix("_")


@lru_cache(maxsize=32)
def _keys(form: Any) -> tuple[frozenset[str], tuple[str, ...]]:
    """All keys of an object of the class `form`, and those that have no default."""
    own = fields(form)
    needed = (f.name for f in own if f.default is MISSING and f.default_factory is MISSING)
    return frozenset(json_key(f.name) for f in own), tuple(map(json_key, needed))


class CaseObject:
    """An object of a loan case: a key that it does not know is refused, and null is as good as not given."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", alias_generator=json_key)

    @classmethod
    def needs(cls, given: Mapping[str, Any]) -> tuple[str, ...]:
        """The keys that must be there because of what else is."""
        return ()

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls: Any, source: Any) -> Any:
        """Takes null out, so that defaults hold, and puts an ellipsis, which no type accepts, where a value must be."""
        if not isinstance(source, dict):
            return source
        known, needed = _keys(cls)
        given = {key: value for key, value in source.items() if value is not None or key not in known}
        for key in (*needed, *cls.needs(given)):
            given.setdefault(key, ...)
        return given
