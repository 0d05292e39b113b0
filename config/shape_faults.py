"""What pydantic finds wrong with the shape of a call, by the codes that the rest of the house uses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.mfis.core.errors import Sentence

# pydantic's types of error, and what they are called here; what is not listed is `invalid`.
CODES = {
    "missing": "required",
    "string_too_short": "required",
    "string_too_long": "too_long",
    "string_type": "not_text",
    "string_unicode": "not_text",
    "greater_than": "too_low",
    "greater_than_equal": "too_low",
    "less_than": "too_high",
    "less_than_equal": "too_high",
    "decimal_max_digits": "amount_too_large",
    "decimal_whole_digits": "amount_too_large",
    "decimal_max_places": "two_decimals",
    "decimal_parsing": "not_an_amount",
    "decimal_type": "not_an_amount",
    "finite_number": "not_an_amount",
    "int_parsing": "not_a_whole_number",
    "int_parsing_size": "not_a_whole_number",
    "int_type": "not_a_whole_number",
    "int_from_float": "not_a_whole_number",
    "date_parsing": "not_a_day",
    "date_type": "not_a_day",
    "date_from_datetime_parsing": "not_a_day",
    "date_from_datetime_inexact": "not_a_day",
    "string_pattern_mismatch": "not_a_choice",
    "enum": "not_a_choice",
    "literal_error": "not_a_choice",
    "bool_parsing": "not_a_choice",
    "bool_type": "not_a_choice",
    "extra_forbidden": "field_unknown",
}

# The limits that go with an error, and what they are called here.
LIMITS = {"max_length": "maximum", "gt": "minimum", "ge": "minimum", "lt": "maximum", "le": "maximum"}


def sentence_of(fault: dict[str, Any]) -> Sentence:
    """One of pydantic's errors as a sentence with its code and limits. An amount of nothing is `above_zero`."""
    limits = {LIMITS[name]: _plain(value) for name, value in fault.get("ctx", {}).items() if name in LIMITS}
    code = CODES.get(fault["type"], "invalid")
    if fault["type"] == "greater_than" and limits["minimum"] == 0:
        code = "above_zero"
    unknown = fault["type"] == "extra_forbidden"
    text = "There is no field of this name; leave it out." if unknown else str(fault["msg"])
    return Sentence(text, code, **limits)


def _plain(value: Any) -> str | int:
    return value if isinstance(value, int) else f"{Decimal(str(value)):f}"
