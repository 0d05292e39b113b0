"""Keeps a loan's positions up to its facts: written with each fold, in the transaction of the event.

What a fact changes begins on its day of value, so that only the rows from that day on are looked at, however many facts
the loan has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.loans.book.models import LENT, Allocation, EventType, InstallmentPosition, Loan, LoanEvent, Position
from apps.loans.book.models import PositionCoverage as Coverage
from apps.loans.book.position_rows import ONE_DAY, ROWS, Kept, Timeline, rows_of
from apps.loans.book.queries.positions import COVERAGE, NOTHING, Covered, drop_rows, kept_of
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


class Folded(NamedTuple):
    """A loan with all its facts in booking order, and the day up to which they were folded."""

    loan: Loan
    facts: list[LoanEvent]
    as_of: date


def positions_told(
    loans: Sequence[Folded], known: Mapping[UUID, Coverage | None]
) -> tuple[list[str], dict[UUID, Coverage]]:
    """What brings the positions of these loans, each once, up to their facts and to the day, and how far they then go.

    The former are the values of `KEEP`, which stands in the statement that writes the rest of what is kept of a loan.

    `known` is how far they go, of the loans of which it was looked up; that of others is looked up here. A loan that
    was never paid out has none. Where something arrived among facts that are counted already, all that was known is
    told anew. However many loans, it takes statements of its own only to read what is stored, where that may change.
    """
    lent = [one for one in loans if any(fact.type in LENT for fact in one.facts)]
    if not lent:
        return NOTHING, {}
    unknown = [one.loan.pk for one in lent if one.loan.pk not in known]
    found: dict[UUID, Coverage | None] = {**known, **(Coverage.objects.in_bulk(unknown) if unknown else {})}
    covered = {key: coverage for key, coverage in found.items() if coverage}
    broken = [one.loan.pk for one in lent if one.loan.pk in covered and not goes_on(covered[one.loan.pk], one.facts)]
    if broken:
        drop_positions(*broken)
    drafts = [Draft.of(one, None if one.loan.pk in broken else covered.get(one.loan.pk)) for one in lent]
    _read_current([draft for draft in drafts if draft.asks])
    made = [draft.written() for draft in drafts]
    reached = {one.loan_id: Coverage(**{name: getattr(one, name) for name in COVERAGE}) for one in made}
    return kept_of(made), reached


def drop_positions(*loan_ids: UUID) -> None:
    """Takes all positions of these loans away: their next fold makes them anew."""
    drop_rows(loan_ids)


def known_on(fact: LoanEvent) -> date:
    """The day on which a fact was recorded, as the MFI counts days."""
    return timezone.localdate(fact.recorded_at)


def goes_on(covered: Coverage, facts: list[LoanEvent]) -> bool:
    """True when the facts that are counted already are still the first ones."""
    return len(facts) >= covered.facts and facts[covered.facts - 1].pk == covered.last_fact


@dataclass(slots=True)
class Draft:
    """What is to be written of a loan: its versions that are not covered yet, on the rows that they may change."""

    one: Folded
    covered: Coverage | None
    until: date
    versions: list[Version]
    timelines: list[Timeline] = field(default_factory=lambda: [Timeline() for _ in ROWS])

    @classmethod
    def of(cls, one: Folded, covered: Coverage | None) -> Draft:
        days = [fact.value_date for fact in one.facts if fact.type in CHANGING]
        until = max([one.as_of, *([covered.until] if covered else []), *days])
        versions = list(versions_of(one.facts, covered.facts if covered else 0, until))
        if not versions and covered and covered.until < until:
            versions = [Version(covered.known_on, one.facts, (), until)]  # time alone went on
        return cls(one, covered, until, versions)

    @property
    def first(self) -> date:
        """The first day of value of which a row may change."""
        reached = self.covered.until if self.covered else None
        return min((begins(version, reached) for version in self.versions), default=date.max)

    @property
    def asks(self) -> bool:
        """True where rows that are stored may change."""
        return self.covered is not None and self.covered.last_row >= self.first

    def written(self) -> Covered:
        """The rows that all versions make, one after the other."""
        reached = self.covered.until if self.covered else None
        for version in self.versions:
            since, until = begins(version, reached), max(version.until, reached or version.until)
            fresh = list(rows_of(self.one.loan, version.facts, since=since, until=until))
            for kind, timeline in zip(ROWS, self.timelines, strict=True):
                rows = [row for row in fresh if isinstance(row, kind)]
                timeline.learn(rows, since=since, known_on=version.known_on)
            reached = until
        last = self.one.facts[-1]
        return Covered(self.one.loan.pk, self.timelines, len(self.one.facts), last.pk, known_on(last), self.until)


def _read_current(drafts: list[Draft]) -> None:
    """Reads the rows that are known now and may change: those from the first day of each loan's on."""
    if not drafts:
        return
    of_loan = {draft.one.loan.pk: draft for draft in drafts}
    earliest = min(draft.first for draft in drafts)
    for n, (kind, model) in enumerate(zip(ROWS, MODELS, strict=True)):
        objects: QuerySet[Any] = model.objects  # type: ignore[attr-defined]
        stored = objects.filter(loan_id__in=list(of_loan), known_to=None, value_date__gte=earliest)
        for key, number, since, *values in stored.values_list("loan_id", "id", "known_from", *kind._fields):
            row = kind._make(values)
            if row.value_date >= of_loan[key].first:
                of_loan[key].timelines[n].current[row] = Kept(number, since)


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
