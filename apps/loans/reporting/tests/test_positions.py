"""The portfolio of any day as known on any day: from positions, against folding every loan.

LETSEMA_POSITIONS_SCALE=1 asks 2,000 loans for 60 pairs of days, as it runs at night; `make test` does a small part.
LETSEMA_POSITIONS_SEED picks others.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from apps.loans.book.models import Loan
from apps.loans.book.queries.days import Age
from apps.loans.book.selectors.loans_as_of import loans_as_of, loans_between
from apps.loans.book.selectors.positions import ages_on, period, row_of, running_loans_on, standing_of, standings_on
from apps.loans.book.tests.books import Book, stories
from apps.loans.domain.tests.stories import START
from apps.loans.domain.violations import InvalidTerms
from apps.loans.ledger.provision import provisions_of
from apps.loans.reporting.selectors.figures import Figures, add_folded, add_told
from tests.factories import Branch

SCALE = float(os.environ.get("LETSEMA_POSITIONS_SCALE", "0.03"))
SEED = int(os.environ.get("LETSEMA_POSITIONS_SEED", "18"))
LOANS, PAIRS = int(2000 * SCALE), max(int(60 * SCALE), 8)

pytestmark = pytest.mark.django_db


Asked = tuple[date, date, date | None]


def days_asked(chance: random.Random) -> Asked:
    """The first and last day of a period, and the day on which it was known; None: with all that is known now."""
    since = START + timedelta(days=chance.randint(-5, 420))
    day = since + timedelta(days=chance.choice([0, 1, 10, 30, 90, 300]))
    known = START + timedelta(days=chance.randint(0, 500))
    return since, day, chance.choice([None, known, known, day])


def folded(since: date, day: date, known: date | None) -> Figures:
    figures = Figures(since, day)
    for before, now in loans_between(since, day, known):
        add_folded(figures, before, now)
    return figures


def told(since: date, day: date, known: date | None) -> Figures:
    figures = Figures(since, day)
    found = period(since, day, known)
    add_told(figures, found.told)
    for before, now in found.others:
        add_folded(figures, before, now)
    return figures


def can_be_folded(loan: Loan, asked: list[Asked]) -> bool:
    """Whether the facts of a loan, as they were known, could have happened on each of these days."""
    try:
        for since, day, known in asked:
            for _, now in loans_between(since, day, known, loans=[loan.pk]):
                now.before_write_off()
    except InvalidTerms:
        return False
    return True


@pytest.fixture
def asked() -> list[Asked]:
    chance = random.Random(SEED)
    return [days_asked(chance) for _ in range(PAIRS)]


@pytest.fixture
def book(alpha: Branch, asked: list[Asked]) -> Book:
    made = Book(alpha, SEED)
    for story in stories(LOANS, SEED):
        made.add(story, lambda loan: can_be_folded(loan, asked))
    return made


def test_every_figure_is_as_folding_gives_it(book: Book, asked: list[Asked]) -> None:
    assert len(book.loans) > LOANS * 0.7
    moving = 0
    for since, day, known in asked:
        where = f"{since} to {day}, known on {known}"
        assert told(since, day, known) == folded(since, day, known), where
        running = [loan for loan in loans_as_of(day, known) if loan.is_active]
        rows = running_loans_on(day, known)
        assert {row.id: row for row in rows.rows} == {loan.loan.pk: row_of(loan) for loan in running}, where
        owed = sum(loan.principal for loan in running), sum(loan.folded.arrears.total for loan in running)
        assert (rows.count, rows.principal, rows.overdue) == (len(running), *owed), where
        assert running_loans_on(day, known, most=5) == replace(rows, rows=rows.rows[:5]), where
        of_age = (Age(loan.days_past_due, loan.principal, 1) for loan in running)
        assert provisions_of(day, ages_on(day, known).rows) == provisions_of(day, of_age), where
        moving += rows.folded
        now = {loan.pk: standing for loan, standing in standings_on(day)}
        assert now == {then.loan.pk: standing_of(then) for then in loans_as_of(day)}, where
    assert moving < len(book.loans) * PAIRS / 2, "positions told of most loans"
