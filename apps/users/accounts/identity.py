"""How a person is recognised: e-mail, Lesotho phone number, national ID."""

from __future__ import annotations

import re

import phonenumbers
from django.core.exceptions import ValidationError

from apps.mfis.core.errors import Sentence

# The package would read the letters of a keypad, and leave out what follows an "x" or a second number.
WRITTEN_PHONE = re.compile(r"\s*\+?[0-9 ().-]+")

# Eight digits, perhaps parted, with the country's code or without: what the package would make of them is known.
_PARTED = str.maketrans("", "", " -")
_PLAIN_PHONE = re.compile(r"(?:\+266)?([256][0-9]{7})")

NATIONAL_ID = re.compile(r"^[0-9A-Z]{6,20}$")


def lesotho_phone(text: str) -> str:
    """A phone number as +266 and 8 digits. Spaces, hyphens and a missing country code are mended; letters are not.

    Raises:
        ValidationError: with an example, when it is no number of Lesotho (mobile begins 5 or 6, fixed 2).
    """
    if plain := _PLAIN_PHONE.fullmatch(text.translate(_PARTED)):
        return f"+266{plain[1]}"
    try:
        number = phonenumbers.parse(text, "LS") if WRITTEN_PHONE.fullmatch(text) else None
    except phonenumbers.NumberParseException:
        number = None
    digits = str(number.national_number) if number else ""
    if number is None or number.country_code != 266 or not re.fullmatch(r"[256]\d{7}", digits):
        sentence = f"“{text}” is not a phone number of Lesotho; give 8 digits beginning 5, 6 or 2, like +266 5812 3456."
        raise ValidationError(Sentence(sentence, "not_a_phone", given=text), code="phone")
    return f"+266{digits}"


def format_phone(phone: str | None) -> str:
    """+26658123456 as people write it: +266 5812 3456."""
    if not phone or len(phone) != 12:
        return phone or ""
    return f"{phone[:4]} {phone[4:8]} {phone[8:]}"


def national_id(text: str) -> str:
    """A national ID number without spaces, in capitals. The country publishes no format, so no checksum.

    Raises:
        ValidationError: when it has other characters than digits and letters, or an unlikely length.
    """
    plain = re.sub(r"[\s./-]", "", text).upper()
    if not NATIONAL_ID.match(plain):
        sentence = f"“{text}” is not a national ID number; give its 6 to 20 digits or letters."
        raise ValidationError(Sentence(sentence, "not_a_national_id", given=text), code="national_id")
    return plain


def any_phone(text: str) -> str:
    """A phone number with + and its country's code: of Lesotho where none is given.

    Raises:
        ValidationError: with an example, when it is no number of Lesotho or of the country that it names.
    """
    try:
        number = phonenumbers.parse(text, "LS")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.country_code == 266:
        return lesotho_phone(text)
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(f"“{text}” is not a phone number; give all its digits.", code="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
