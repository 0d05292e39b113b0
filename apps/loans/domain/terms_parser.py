"""Reads terms and events from the loan case form.

Every violation is collected with its JSON path, so that a person mends a file in one go.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from .case_fields import REFUSED, Day
from .consistency import check_amounts, check_terms
from .sequence import check_sequence
from .terms import NAMED, OWN, Charge, Event, Restructuring, TakeOn, Terms
from .violations import InvalidTerms, Violation

T = TypeVar("T")

TERMS = TypeAdapter(Terms)
EVENTS = TypeAdapter(list[Event])
CHARGE = TypeAdapter(Charge)
RESTRUCTURING = TypeAdapter(Restructuring)
TAKE_ON = TypeAdapter(TakeOn)
AS_OF: TypeAdapter[date | None] = TypeAdapter(Day | None)

# pydantic's types of error, as this house says them: what should stand there, or the sentence.
WANTED = {"int_type": "a whole number", "bool_type": "true or false"}
SENTENCES = {
    "unexpected_keyword_argument": "is not known here; mend its spelling or take it out",
    "dict_type": "is not an object",
    "list_type": "is not a list",
    "tuple_type": "is not a list",
    "frozen_set_type": "is not a list",
}
NO_OBJECT = {
    "Terms": "is missing; give the agreed terms as an object",
    "Restructuring": "is missing; give what is rescheduled as an object",
    "TakeOn": "is missing; give what the other system knows of the loan as an object",
}
NO_PART_OF_A_PATH = (NAMED, OWN, "[key]")


def parse_terms(source: Any, path: str = "terms") -> Terms:
    """Terms from the loan case form.

    Raises:
        InvalidTerms: naming every violation by its JSON path.
    """
    terms = _parse(TERMS, source, path)
    if violations := check_terms(terms, path):
        raise InvalidTerms(violations)
    return terms


def parse_agreed_terms(source: Any) -> Terms:
    """Terms that were checked when they were agreed, as they are kept: what was agreed is not judged again.

    Raises:
        InvalidTerms: they are not in the loan case form.
    """
    try:
        written = json.dumps(source, sort_keys=True)
    except TypeError:  # it holds what JSON does not: no case of ours, and its violations are told below
        return _parse(TERMS, source, "terms")
    return _agreed(written)


@lru_cache(maxsize=512)
def _agreed(written: str) -> Terms:
    """The terms that JSON says: parsed once while a booking asks for them, and for the loans of one product."""
    return _parse(TERMS, json.loads(written), "terms")


def parse_charge(source: Any, path: str = "charge") -> Charge:
    """A charge from the loan case form.

    Raises:
        InvalidTerms: naming every violation.
    """
    return _parse(CHARGE, source, path)


def parse_restructuring(source: Any, path: str = "terms") -> Restructuring:
    """Restructured terms from the loan case form.

    Raises:
        InvalidTerms: naming every violation.
    """
    return _parse(RESTRUCTURING, source, path)


def parse_take_on(source: Any, path: str = "take_on") -> TakeOn:
    """What another system knows of a running loan, from the loan case form.

    Raises:
        InvalidTerms: naming every violation.
    """
    try:
        return _taken(json.dumps(source, sort_keys=True), path)
    except TypeError:  # it holds what JSON does not; its violations are told here
        return _parse(TAKE_ON, source, path)


@lru_cache(maxsize=512)
def _taken(written: str, path: str) -> TakeOn:
    """What JSON says another system knows: parsed once while a booking asks for it several times."""
    return _parse(TAKE_ON, json.loads(written), path)


def parse_case(source: Any, path: str = "$") -> tuple[Terms, list[Event], date]:
    """Terms, events in booking order, and the date the state is asked for.

    Raises:
        InvalidTerms: naming every violation by its JSON path.
    """
    if not isinstance(source, dict):
        raise InvalidTerms.at(path, "is not an object")
    violations: list[Violation] = []
    terms = _read(TERMS, source.get("terms"), f"{path}.terms", violations)
    if terms:
        violations += check_terms(terms, f"{path}.terms")
    told = source.get("events")
    events = _read(EVENTS, [] if told is None else told, f"{path}.events", violations)
    as_of = _read(AS_OF, source.get("as_of"), f"{path}.as_of", violations)
    if terms and events is not None and not violations:
        violations += [*check_amounts(terms, events, path), *check_sequence(terms, events, path)]
    if terms is None or events is None or violations:
        raise InvalidTerms(violations)
    return terms, events, as_of or max([e.date for e in events], default=terms.submitted_on)


def _parse(form: TypeAdapter[T], source: Any, path: str) -> T:
    try:
        return form.validate_python(source)
    except ValidationError as error:
        raise InvalidTerms(_violations(error, source, path)) from None


def _read(form: TypeAdapter[T], source: Any, path: str, violations: list[Violation]) -> T | None:
    """As above, but notes the violations; None where there are any."""
    try:
        return _parse(form, source, path)
    except InvalidTerms as error:
        violations += error.violations
        return None


def _violations(error: ValidationError, source: Any, path: str) -> list[Violation]:
    """pydantic's errors as violations: their paths as JSON paths, their sentences as people are told them here."""
    violations = []
    for line in error.errors(include_url=False):
        keys = [key for key in line["loc"] if key not in NO_PART_OF_A_PATH]
        where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        violations.append(Violation(path + where, _sentence(line, _given(source, keys))))
    return violations


def _given(source: Any, keys: list[int | str]) -> Any:
    """What stands in `source` at the end of the path; None where nothing does."""
    for key in keys:
        try:
            source = source[key]
        except (LookupError, TypeError):
            return None
    return source


def _sentence(line: ErrorDetails, given: Any) -> str:
    kind = line["type"]
    if kind == REFUSED:
        return line["msg"]
    if kind == "dataclass_type":
        return NO_OBJECT.get(line["ctx"]["class_name"], "is not an object")
    if line["loc"][-1:] == ("[key]",):
        kind = "unexpected_keyword_argument"
    if kind in SENTENCES:
        return SENTENCES[kind]
    wanted = _choices(line) if kind == "literal_error" else WANTED.get(kind, line["msg"])
    return f"is missing; give {wanted}" if given is None else f"{given!r} is not {wanted}"


def _choices(line: ErrorDetails) -> str:
    choices = re.findall("'(.*?)'", line["ctx"]["expected"])
    return f"one of {', '.join(choices)}"
