"""What is done to a run's rows, chunk by chunk: rehearsing, writing, taking back. Each chunk is a transaction with the
marks of its rows, so that a process that is killed leaves whole chunks behind, and whoever goes on begins at the next.

Nothing here decides whether it may be done: the commands in `services` do.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from apps.mfis.core.actor import Actor
from apps.users.spreadsheets import queries
from apps.users.spreadsheets.heads import text_of_cell
from apps.users.spreadsheets.interpretation import Interpretation, columns_of
from apps.users.spreadsheets.kinds import Made, Row, kind_named, plain
from apps.users.spreadsheets.leaving_out import leave_out
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.outline import Outline
from apps.users.spreadsheets.queries import Line, Mark
from apps.users.spreadsheets.values import Holds

CHUNK = 2000  # rows that are rehearsed or taken back in one transaction
SHOWN = 50  # good rows whose meaning is kept for the page
LONGEST_NOTE = 500

State = ImportRow.State


class Rehearsal:
    """Interprets all rows of a run, and keeps what is to be said of them."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run = run
        self.inside = Interpretation(run, actor)
        self.kind = self.inside.kind
        self.counted: Counter[str] = Counter()
        self.outline, self.warnings = Outline(), list[str]()
        self.totals: dict[str, Decimal] = dict.fromkeys(self._totalled(), Decimal(0))

    def _totalled(self) -> list[str]:
        return [key for key in self.kind.totals if key in self.inside.columns]

    def totals_said(self) -> dict[str, str]:
        """The control totals as they are kept: amounts to the cent, counts as they are."""
        is_amount = {key: self.kind.column(key).holds is Holds.AMOUNT for key in self.totals}
        return {key: f"{total:.2f}" if is_amount[key] else str(total) for key, total in self.totals.items()}

    def begin(self) -> None:
        """Forgets an earlier rehearsal, and brings groups together."""
        run = self.run
        queries.forget_rehearsal(run.pk, run.sheet)
        self.outline, self.warnings = leave_out(run, columns_of(run, self.kind), self.inside.reader)
        if self.kind.group_by:
            _bring_together(run, self.kind.group_by)

    def chunks(self) -> Iterator[list[Line]]:
        return queries.waiting_chunks(self.run.pk, self.run.sheet, self.run.head_row, CHUNK)

    def do(self, lines: list[Line]) -> None:
        """Interprets a chunk."""
        rows = [self.inside.read(line.number, line.cells) for line in lines]
        self.inside.interpret(rows)
        if self.kind.group_by:
            _fail_together(lines, rows)
        marks = [mark for line, row in zip(lines, rows, strict=True) if (mark := self._mark(line, row))]
        queries.mark(self.run.pk, self.run.sheet, marks)

    def _mark(self, line: Line, row: Row) -> Mark | None:
        """What is kept of a row; of most good ones nothing, as they are interpreted again when they are written."""
        state = State.FAULTY if row.errors else State.PASSED if row.note else State.WAITING
        for key in self.totals:
            self.totals[key] += row.values.get(key) or 0
        self.counted[state] += 1
        self.counted[f"does {row.does}"] += state == State.WAITING
        if state == State.WAITING and self.counted[state] > SHOWN:
            return None
        return _mark_of(line, row, state)


def _mark_of(line: Line, row: Row, state: str, schema: str = "") -> Mark:
    return Mark(
        line.ordinal,
        line.number,
        state,
        json.dumps(row.errors) if row.errors else None,
        row.note[:LONGEST_NOTE],
        json.dumps(row.kept) if row.kept and state != State.DONE else None,
        row.does,
        row.record,
        json.dumps(row.was) if row.was else None,
        schema,
    )


def _bring_together(run: ImportRun, key: str) -> None:
    """Puts rows with one value in the column `key` beside the first of them; a row without stands alone."""
    place = next((int(place) for place, target in run.targets.items() if target == key), 0)
    first: dict[str, int] = {}
    moved: list[tuple[int, int]] = []
    for number, cell in queries.group_keys(run.pk, run.sheet, run.head_row, place):
        value = plain(text_of_cell(cell)) if cell else ""
        ordinal = first.setdefault(value, number) if value else number
        if ordinal != number:
            moved.append((number, ordinal))
    queries.regroup(run.pk, run.sheet, moved)


def _fail_together(lines: list[Line], rows: list[Row]) -> None:
    """Of a record whose rows are not all good none is written."""
    groups: dict[int, list[Row]] = defaultdict(list)
    for line, row in zip(lines, rows, strict=True):
        groups[line.ordinal].append(row)
    for group in groups.values():
        faulty = [row.number for row in group if row.errors]
        for row in group if faulty else ():
            if not row.errors:
                row.fail("", f"Row {faulty[0]} of the same record is faulty; mend it, and this one goes with it.")


class Writing:
    """Writes the good rows of a run."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run = run
        self.inside = Interpretation(run, actor)

    def next_lines(self) -> list[Line]:
        """The first rows that still wait; none where all is written."""
        run = self.run
        return next(queries.waiting_chunks(run.pk, run.sheet, run.head_row, self.inside.kind.chunk), [])

    def do(self, lines: list[Line]) -> Counter[str]:
        """Interprets a chunk again, writes what is good, and marks every row. Returns how many became what."""
        rows = [self.inside.read(line.number, line.cells) for line in lines]
        self.inside.interpret(rows)
        if self.inside.kind.group_by:
            _fail_together(lines, rows)
        good = [row for row in rows if row.is_good]
        if good:
            self.inside.write(good)
        marks = [self._mark(line, row) for line, row in zip(lines, rows, strict=True)]
        queries.mark(self.run.pk, self.run.sheet, marks)
        return Counter(f"{mark.state} {mark.does}" for mark in marks)

    def _mark(self, line: Line, row: Row) -> Mark:
        state = State.REFUSED if row.errors else State.PASSED if row.note else State.DONE
        return _mark_of(line, row, state, self.inside.schema_of(row))


class Undoing:
    """Takes back what a run wrote, the last first."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run = run
        self.inside = Interpretation(run, actor)

    def next_lines(self) -> list[queries.MadeLine]:
        return queries.made_lines(self.run.pk, self.run.sheet, CHUNK)

    def do(self, lines: list[queries.MadeLine]) -> Counter[str]:
        """Takes back what rests on nothing, and marks every row. Returns how many became what."""
        stays: dict[tuple[str, str], str] = {}
        for schema, own in _by_schema(lines).items():
            context, interpreter = self.inside.interpreter_in(schema)
            made = {line.record: Made(line.number, line.record, line.does, line.was) for line in own}
            with context:
                reasons = interpreter.undo(list(made.values()))
            stays |= {(schema, record): reason for record, reason in reasons.items()}
        marks = []
        for line in lines:
            reason = stays.get((line.schema_name, line.record), "")
            state = State.STAYED if reason else State.UNDONE
            marks.append((line.ordinal, line.number, state.value, reason[:LONGEST_NOTE]))
        queries.mark_undone(self.run.pk, self.run.sheet, marks)
        return Counter(state for _, _, state, _ in marks)


def book(inside: Interpretation, *, undone: bool) -> None:
    """Lets the interpreters do what is done once at the end, each with the records of all rows of its schema."""
    run = inside.run
    for schema, records in queries.records(run.pk, run.sheet, State.UNDONE if undone else State.DONE).items():
        context, interpreter = inside.interpreter_in(schema)
        with context:
            (interpreter.unbook if undone else interpreter.book)(records)


def _by_schema(lines: Iterable[queries.MadeLine]) -> dict[str, list[queries.MadeLine]]:
    found: dict[str, list[queries.MadeLine]] = defaultdict(list)
    for line in lines:
        found[line.schema_name].append(line)
    return found


def differences(run: ImportRun) -> list[str]:
    """Sentences about control totals of the person's own that are not the file's."""
    kind = kind_named(run.kind_name)
    return [
        f"{kind.column(key).header}: the file adds up to {run.totals.get(key, '0')}, and you expected {said}."
        for key, said in run.expected.items()
        if said and Decimal(said) != Decimal(run.totals.get(key, "0"))
    ]
