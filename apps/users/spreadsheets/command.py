"""What the import commands share: read, rehearse, show the faulty rows, write, with progress."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.mfis.core.actor import OPERATOR
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.tenancy.models import MFI
from apps.users.spreadsheets.inline import run_rows
from apps.users.spreadsheets.kinds import Kind, Mode, kind_named, plain
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.readings import QUESTIONS
from apps.users.spreadsheets.services.uploads import choose_sheet, discard_run, map_columns, receive_file, whole_heads
from apps.users.spreadsheets.services.work import work_on


class ImportCommand(BaseCommand):
    """A command that imports one kind of spreadsheet."""

    kind_name: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="an XLSX, XLS, ODS or CSV spreadsheet")
        parser.add_argument("--dry-run", action="store_true", help="rehearse only, write nothing")
        parser.add_argument("--skip-faulty", action="store_true", help="import the good rows and leave the others out")
        parser.add_argument("--mfi", help="whose the rows are: a subdomain or a name; without it, the file says it")
        parser.add_argument("--mode", default="insert", choices=[mode.value for mode in Mode])
        parser.add_argument("--key", default="", help="the column by which a row is recognised")
        parser.add_argument("--sheet", help="the name of the sheet, where several fit")
        parser.add_argument("--map", action="append", default=[], metavar="HEADER=COLUMN", help="what a column is")
        parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
        for question in QUESTIONS:
            parser.add_argument(
                f"--{question.name}", choices=list(question.choices), help=f"of all columns: {question.label}"
            )
        parser.add_argument("--total", action="append", default=[], metavar="COLUMN=AMOUNT", help="a control total")

    def handle(self, *args: Any, **options: Any) -> None:
        connection.set_schema_to_public()
        kind = kind_named(self.kind_name)
        try:
            run = self._rehearsed(kind, options)
            self._show(run)
            if options["dry_run"] or not run.good:
                discard_run(run_id=run.pk, actor=OPERATOR)
                self._end(run, options)
                return
            self._run(kind, run, options)
        except ServiceError as error:
            raise CommandError(error.message) from error

    def _end(self, run: ImportRun, options: dict[str, Any]) -> None:
        if run.faulty and not run.good and not options["dry_run"]:
            raise CommandError("Nothing was imported. Mend the rows above.")

    def _rehearsed(self, kind: Kind, options: dict[str, Any]) -> ImportRun:
        path = Path(options["file"])
        try:
            run = receive_file(kind_name=kind.name, path=path, file_name=path.name, actor=OPERATOR)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        try:
            run = self._with_sheet(kind, run, options["sheet"])
            return self._mapped(kind, run, options)
        except (ServiceError, CommandError):
            discard_run(run_id=run.pk, actor=OPERATOR)
            raise

    def _with_sheet(self, kind: Kind, run: ImportRun, name: str | None) -> ImportRun:
        """The run with the sheet that is asked for.

        Raises:
            CommandError: there is none of that name. InvalidInput: several fit, and none is named.
        """
        names = [sheet["name"] for sheet in run.sheets]
        heads = whole_heads(run, kind)
        if name is None:
            if len(heads) > 1:
                which = " and ".join(f"“{names[head.sheet]}”" for head in heads)
                raise InvalidInput(f"The sheets {which} both have a head; name the one that is meant with --sheet.")
            return run
        if name not in names:
            raise CommandError(f"There is no sheet “{name}”; there are {', '.join(names)}.")
        place = names.index(name)
        head = next((head for head in heads if head.sheet == place), None)
        row = head.number if head else run.sheets[place]["first"][0][0]
        return choose_sheet(run_id=run.pk, sheet=place, head_row=row, actor=OPERATOR)

    def _mapped(self, kind: Kind, run: ImportRun, options: dict[str, Any]) -> ImportRun:
        targets = {int(place): key for place, key in run.targets.items()}
        for header, wanted in _pairs(options["map"], "--map"):
            key = next((c.key for c in kind.offered(of_many=True) if c.matches(wanted)), wanted)
            targets |= {int(place): key for place, text in run.head.items() if plain(text) == plain(header)}
        self._say(run.notes)
        map_columns(
            run_id=run.pk,
            targets=targets,
            actor=OPERATOR,
            mode=options["mode"],
            key=options["key"],
            mfi_id=_mfi(options["mfi"]).pk if options["mfi"] else None,
            options=dict(_pairs(options["option"], "--option")),
            readings=_readings(kind, targets, options),
            expected=dict(_pairs(options["total"], "--total")),
        )
        done = work_on(run.pk)
        if done.state != ImportRun.State.REHEARSED:
            raise CommandError(done.error or "The rehearsal did not end.")
        self._say(note for note in done.notes if note not in run.notes)
        return done

    def _progress(self, run: ImportRun) -> None:
        self.stdout.write(f"{run.handled} of {run.good}")

    def _say(self, notes: Any) -> None:
        for note in notes:
            self.stdout.write(note)

    def _show(self, run: ImportRun) -> None:
        """Every fault by its row's number, what there is nothing to do for, and how many rows are good."""
        told = run.lines.filter(state__in=[ImportRow.State.FAULTY, ImportRow.State.PASSED]).order_by("number")
        for row in told.iterator(chunk_size=2000):
            for messages in (row.errors or {}).values():
                for message in messages:
                    self.stdout.write(f"row {row.number}: {message}")
            if row.note:
                self.stdout.write(f"row {row.number}: {row.note}")
        self._say(run.warnings)
        self.stdout.write(f"{run.good} good, {run.faulty} faulty, {run.passed} already there")

    def _run(self, kind: Kind, run: ImportRun, options: dict[str, Any]) -> None:
        if run.faulty and not options["skip_faulty"]:
            discard_run(run_id=run.pk, actor=OPERATOR)
            raise CommandError("Nothing was imported. Mend the rows above, or leave them out with --skip-faulty.")
        skips = options["skip_faulty"]
        done = run_rows(run, actor=OPERATOR, leaves_out_faulty=skips, progress=self._progress)
        self.stdout.write(f"{done.inserted + done.updated} {kind.noun} imported.")
        for row in done.lines.filter(state=ImportRow.State.REFUSED).order_by("number"):
            why = " ".join(message for messages in (row.errors or {}).values() for message in messages)
            self.stdout.write(f"row {row.number} was refused: {why}")


def _readings(kind: Kind, targets: dict[int, str], options: dict[str, Any]) -> dict[str, str]:
    """What was said of how columns are written, of every column that may be asked."""
    columns = [column for column in kind.offered(of_many=True) if column.key in targets.values()]
    return {
        f"{column.key}.{question.key}": options[question.name]
        for column in columns
        for question in QUESTIONS
        if question.holds is column.holds and not column.choices and options[question.name]
    }


def _pairs(said: list[str], name: str) -> list[tuple[str, str]]:
    """What was said as LEFT=RIGHT.

    Raises:
        CommandError: it has no =.
    """
    for each in said:
        if "=" not in each:
            raise CommandError(f"{name} is written like A=B, and not {each}.")
    return [(each.rpartition("=")[0], each.rpartition("=")[2]) for each in said]


def _mfi(name: str) -> MFI:
    """The institution of a subdomain, or of a name that it has alone.

    Raises:
        CommandError: there is none, or several.
    """
    by_subdomain = MFI.objects.filter(subdomain=name.lower()).first()
    named = list(MFI.objects.filter(name__iexact=name)[:2])
    if by_subdomain or len(named) == 1:
        return by_subdomain or named[0]
    raise CommandError(f"“{name}” names no MFI alone; give its subdomain.")
