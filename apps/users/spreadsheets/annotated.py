"""The rows of a run as tables that leave: the faulty ones to be mended and sent again, and all, with what became of
each."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.users.exporting.writing import Row, Table
from apps.users.spreadsheets.files.cells import Kind as CellKind
from apps.users.spreadsheets.files.cells import Spoken
from apps.users.spreadsheets.heads import FAULTS
from apps.users.spreadsheets.kinds import kind_named
from apps.users.spreadsheets.labels import LINES
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.values import shown_as


def faulty_rows(run: ImportRun) -> Table:
    """The rows that are faulty or were refused, under the headings of the file, with a column of what is wrong."""
    places = sorted(run.head, key=int)
    states = [ImportRow.State.FAULTY, ImportRow.State.REFUSED]
    lines = _lines(run).filter(state__in=states)
    return Table([*(run.head[place] for place in places), FAULTS], _with_faults(lines, places))


def _lines(run: ImportRun) -> QuerySet[ImportRow]:
    found = ImportRow.objects.filter(run=run, sheet=run.sheet, number__gt=run.head_row)
    return found.order_by("ordinal", "number")


def _with_faults(lines: QuerySet[ImportRow], places: list[str]) -> Iterator[Row]:
    for line in lines.iterator(chunk_size=2000):
        cells = line.cells or {}
        yield [*(_as_written(cells.get(place)) for place in places), _said(line)]


def _said(line: ImportRow) -> str:
    return " ".join(message for messages in (line.errors or {}).values() for message in messages) or line.note


def _as_written(said: Spoken | None) -> object:
    """A cell as its file had it: a date is one, a number is shown as its format shows it."""
    if said is None or isinstance(said, str):
        return said
    return shown_as(CellKind(said[0]), said[1], said[2])


def rows_told(run: ImportRun) -> Table:
    """All rows: what stood in them, as long as it is kept, and what became of each."""
    kind = kind_named(run.kind_name)
    columns = sorted(run.targets.items(), key=lambda each: int(each[0]))
    head = [
        _("Row"),
        _("State"),
        _("Record"),
        _("What is to be said"),
        *(kind.column(key).header for _p, key in columns),
    ]
    return Table(head, _told(_lines(run), [place for place, _p in columns]))


def _told(lines: QuerySet[ImportRow], places: list[str]) -> Iterator[Row]:
    for line in lines.iterator(chunk_size=2000):
        cells = line.cells or {}
        stands = (_as_written(cells.get(place)) for place in places)
        yield [line.number, str(LINES[line.state]), line.record, _said(line), *stands]
