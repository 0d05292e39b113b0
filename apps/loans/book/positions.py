"""Keeps a loan's positions up to its facts: called with each fold, in the transaction of the event.

What a fact changes begins on its day of value, so that only the rows from that day on are looked at, however many facts
the loan has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.loans.book.models import Allocation, EventType, InstallmentPosition, Loan, LoanEvent, Position
from apps.loans.book.models import PositionCoverage as Coverage
from apps.loans.book.position_rows import ONE_DAY, ROWS, Kept, Timeline, rows_of
from apps.loans.book.queries.positions import drop_rows, write_rows
from apps.loans.book.workflow import AMENDING, ENGINE_EVENTS

MODELS = (Position, InstallmentPosition, Allocation)  # in the order of ROWS

EVER = date.min + ONE_DAY  # before anything was lent

CHANGING = (*ENGINE_EVENTS, *AMENDING, EventType.CHARGED_OFF)


@dataclass(frozen=True, slots=True)
class Version:
    """What was known of a loan at the end of a day: its first `facts` facts, those from the `fresh`th on new then."""

    known_on: date
    facts: Sequence[LoanEvent]
    fresh: Sequence[LoanEvent]
    until: date


def keep_positions(loan: Loan, facts: list[LoanEvent], as_of: date) -> None:
    """Brings the loan's positions up to `facts`, all that there are in booking order, and to the day `as_of`.

    A loan that was never paid out has none. Where something arrived among facts that are counted already, all that
    was known is told anew.
    """
    if not any(fact.type == EventType.DISBURSED for fact in facts):
        return
    covered = Coverage.objects.filter(pk=loan.pk).first()
    if covered and not goes_on(covered, facts):
        drop_positions(loan.pk)
        covered = None
    timelines, until = timelines_of(loan, facts, as_of, covered)
    write_rows(loan.pk, timelines, facts=len(facts), last_fact=facts[-1].pk, known_on=known_on(facts[-1]), until=until)


def drop_positions(loan_id: UUID) -> None:
    """Takes all positions of a loan away: its next fold makes them anew."""
    drop_rows(loan_id)


def known_on(fact: LoanEvent) -> date:
    """The day on which a fact was recorded, as the MFI counts days."""
    return timezone.localdate(fact.recorded_at)


def goes_on(covered: Coverage, facts: list[LoanEvent]) -> bool:
    """True when the facts that are counted already are still the first ones."""
    return len(facts) >= covered.facts and facts[covered.facts - 1].pk == covered.last_fact


def timelines_of(
    loan: Loan, facts: list[LoanEvent], as_of: date, covered: Coverage | None
) -> tuple[list[Timeline], date]:
    """The rows of each table with what is to be written, going on from what is `covered`; and the day they go to."""
    until = max([as_of, *([covered.until] if covered else []), *(f.value_date for f in facts if f.type in CHANGING)])
    versions = list(versions_of(facts, covered.facts if covered else 0, until))
    if not versions and covered and covered.until < until:
        versions = [Version(covered.known_on, facts, (), until)]  # time alone went on
    reached = covered.until if covered else None
    timelines = None
    for version in versions:
        since = begins(version, reached)
        timelines = timelines or _current(loan.pk, since, versions, covered)
        fresh = list(rows_of(loan, version.facts, since=since, until=version.until))
        for kind, timeline in zip(ROWS, timelines, strict=True):
            timeline.learn([row for row in fresh if isinstance(row, kind)], since=since, known_on=version.known_on)
        reached = max(version.until, reached or version.until)
    return timelines or [Timeline() for _ in ROWS], until


def versions_of(facts: list[LoanEvent], counted: int, until: date) -> Iterator[Version]:
    """What was known at the end of each day on which something was recorded, after the first `counted` facts.

    What was known on the last is told up to `until`; what was known before, up to the day before more was known.
    """
    ends = _ends_of_days(facts, counted)
    for n, end in enumerate(ends):
        known, fresh = facts[:end], facts[ends[n - 1] if n else counted : end]
        last = until
        if end < len(facts):
            told = [known_on(facts[end]) - ONE_DAY, *(f.value_date for f in known if f.type in CHANGING)]
            last = max(told)
        yield Version(known_on(facts[end - 1]), known, fresh, last)


def _ends_of_days(facts: list[LoanEvent], counted: int) -> list[int]:
    """How many facts there were at the end of each day on which one was recorded, after the first `counted`."""
    ends, count = [], counted
    for _, group in groupby(facts[counted:], known_on):
        count += len(list(group))
        ends.append(count)
    return ends


def begins(version: Version, reached: date | None) -> date:
    """The first day of value that a version changes; `reached` is the day up to which the one before it was told."""
    if reached is None:
        return EVER
    dates = {fact.pk: (fact.value_date, fact.type) for fact in version.facts}
    days = [reached + ONE_DAY]
    for fact in version.fresh:
        day, kind = dates.get(fact.reverses_id, (fact.value_date, fact.type)) if fact.reverses_id else dates[fact.pk]
        day = max(day, fact.value_date)
        if fact.type in CHANGING:
            # A write-off also tells what was owed on the day before it.
            days.append(day - ONE_DAY if kind == EventType.WRITTEN_OFF else day)
    return min(days)


def _current(loan_id: UUID, since: date, versions: list[Version], covered: Coverage | None) -> list[Timeline]:
    """The stored rows that the versions may change: those known now from the first of their days on."""
    first = min([since, *(begins(version, since) for version in versions)])
    if covered is None or covered.last_row < first:
        return [Timeline() for _ in ROWS]
    timelines = []
    for kind, model in zip(ROWS, MODELS, strict=True):
        stored: QuerySet[Any] = model.objects.filter(loan_id=loan_id, known_to=None)  # type: ignore[attr-defined]
        rows = stored.filter(value_date__gte=first).values_list("id", "known_from", *kind._fields)
        timelines.append(Timeline({kind._make(row[2:]): Kept(row[0], row[1]) for row in rows}))
    return timelines
