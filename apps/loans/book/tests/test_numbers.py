"""Numbers that people read."""

from __future__ import annotations

from collections.abc import Callable

from apps.loans.applications.services.review import withdraw
from apps.loans.book.models import Loan
from apps.loans.book.numbers import check_digit
from tests.factories import TODAY, Branch


def test_numbers_are_gapless_with_a_check_digit(apply: Callable[..., Loan], alpha: Branch) -> None:
    assert check_digit("7992739871") == 3  # ISO/IEC 7812-1's usual example
    one = apply()
    withdraw(loan_id=one.pk, actor=alpha.borrower.actor, value_date=TODAY)
    two = apply()
    first, second = (int(x.number[2:8]) for x in (one, two))
    assert second == first + 1
