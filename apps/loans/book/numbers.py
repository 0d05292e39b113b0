"""Numbers that people read: the node's letter, a gapless count, and a check digit."""

from __future__ import annotations

from django.conf import settings

from apps.loans.book.queries.bookings import take_numbers


def next_number(name: str) -> str:
    """The next number of its kind, like LA000123-4. Gapless: it is taken in the transaction that uses it."""
    return spelled(name, take_numbers(name, 1))


def spelled(name: str, count: int) -> str:
    """A number as people read it."""
    digits = f"{count:06d}"
    return f"{name}{settings.NODE}{digits}-{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Luhn's check digit (ISO/IEC 7812-1, annex B): finds every single wrong digit and most swaps."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
