"""Whether a loan's positions are what its facts say: row by row what is known now, and what was known before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from apps.loans.book.models import LENT, Loan, LoanEvent
from apps.loans.book.models import PositionCoverage as Coverage
from apps.loans.book.position_rows import ROWS, AllocationRow, InstallmentRow, PositionRow, Row, rows_of
from apps.loans.book.positions import EVER, MODELS, goes_on, versions_of

Known = tuple[Row, date, date | None]  # a stored row, and the days from and to which it was known


def position_differences(loan: Loan, facts: list[LoanEvent]) -> Iterator[str]:
    """Each way in which the loan's positions and allocations differ from its facts, all in booking order."""
    covered = Coverage.objects.filter(pk=loan.pk).first()
    if not any(fact.type in LENT for fact in facts):
        yield from ["there are positions of a loan that was never paid out"] if covered else []
    elif covered is None:
        yield "there are no positions of it yet"
    elif covered.facts != len(facts) or not goes_on(covered, facts):
        yield f"its positions count {covered.facts} facts, there are {len(facts)}"
    else:
        yield from _compared(loan, facts, covered.until)


def _compared(loan: Loan, facts: list[LoanEvent], until: date) -> Iterator[str]:
    stored = list(_stored(loan))
    versions = list(versions_of(facts, 0, until))
    for version in versions:
        wanted = list(rows_of(loan, version.facts, since=EVER, until=until))
        if version is versions[-1]:
            kept = [row for row, _, known_to in stored if known_to is None]
            yield from _differing(kept, wanted)
        else:
            day = version.known_on
            kept = [row for row, since, to in stored if since <= day and (to is None or day < to)]
            yield from (f"{text}, as known on {day}" for text in _told_otherwise(kept, wanted))


def _stored(loan: Loan) -> Iterator[Known]:
    for kind, model in zip(ROWS, MODELS, strict=True):
        rows: Iterable[tuple[Any, ...]] = model.objects.filter(loan=loan).values_list(  # type: ignore[attr-defined]
            "known_from", "known_to", *kind._fields
        )
        yield from ((kind._make(row[2:]), row[0], row[1]) for row in rows)


def _differing(kept: list[Row], wanted: list[Row]) -> Iterator[str]:
    """What is known now must be the same row by row."""
    for row in sorted(set(kept) - set(wanted), key=str):
        yield f"{_called(row)} of {row.value_date} is not in the facts"
    for row in sorted(set(wanted) - set(kept), key=str):
        yield f"{_called(row)} of {row.value_date} is missing"
    if len(kept) != len(set(kept)):
        yield "a position stands twice"


def _told_otherwise(kept: list[Row], wanted: list[Row]) -> Iterator[str]:
    """What was known before may have been told up to an earlier day: it must say the same where it says something."""
    days = sorted({row.value_date for row in [*kept, *wanted]})
    for day in days:
        stands = _standing(kept, day)
        position = stands.get(("position",))
        if isinstance(position, PositionRow) and position.holds_to and position.holds_to < day:
            continue  # reports fold it
        asked = _standing(wanted, day)
        for key in sorted(stands.keys() | asked.keys(), key=str):
            if _figures(stands.get(key)) != _figures(asked.get(key)):
                yield f"{' '.join(map(str, key))} on {day} is not what the facts say"


def _standing(rows: list[Row], day: date) -> dict[tuple[Any, ...], Row]:
    """The row that stands for each key on a day."""
    past = sorted((row for row in rows if row.value_date <= day), key=lambda row: row.value_date)
    return {_key(row): row for row in past}


def _key(row: Row) -> tuple[Any, ...]:
    if isinstance(row, InstallmentRow):
        return ("installment", row.n)
    return ("allocation", row.event_id, row.n) if isinstance(row, AllocationRow) else ("position",)


def _figures(row: Row | None) -> tuple[Any, ...] | None:
    """What a row says beside when; nothing where it says that there is nothing."""
    if row is None or (isinstance(row, InstallmentRow) and row.due_date is None):
        return None
    if isinstance(row, AllocationRow):
        return tuple(row[3:]) if any(row[6:]) else None
    return tuple(row[2:])


def _called(row: Row) -> str:
    return " ".join(map(str, _key(row)))
