"""Numbers that people read: the node's letter, a gapless count, and a check digit."""

from __future__ import annotations

from django.conf import settings

from apps.loans.book.models import NumberSequence


def next_number(name: str) -> str:
    """The next number of its kind, like LA000123-4. Gapless: it is taken in the transaction that uses it."""
    NumberSequence.objects.get_or_create(name=name)
    sequence = NumberSequence.objects.select_for_update().get(pk=name)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    digits = f"{sequence.last:06d}"
    return f"{name}{settings.NODE}{digits}-{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Luhn's check digit (ISO/IEC 7812-1, annex B): finds every single wrong digit and most swaps."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
