"""Taking in a file, and saying how it is to be understood."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.database import PUBLIC, connection
from apps.mfis.core.errors import InvalidInput, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.core.texts import shown
from apps.mfis.tenancy.models import MFI
from apps.users.spreadsheets.access import allowed_kind, run_of
from apps.users.spreadsheets.heads import Head, SheetSeen, fitting, head_at, heads_of, left_out, propose, shape_of
from apps.users.spreadsheets.interpretation import option_values
from apps.users.spreadsheets.kinds import LENDER, Kind, Mode, plain
from apps.users.spreadsheets.models import ImportMapping, ImportRun
from apps.users.spreadsheets.readings import answers
from apps.users.spreadsheets.services.work import ask_for_work
from apps.users.spreadsheets.staging import check_merged, stage_file
from apps.users.spreadsheets.values import read_amount
from apps.users.spreadsheets.workflow import CHOOSE, DISCARD, MAP

MAXIMUM_BYTES = 32 * 1024 * 1024


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS)
def receive_file(*, kind_name: str, path: Path, file_name: str, actor: Actor) -> ImportRun:
    """Reads a file and keeps its rows; says which sheet and head it takes, and which columns. The file itself is no
    longer wanted after it.

    Raises:
        NotAllowed: the duty is missing. InvalidInput: the file cannot be read, or is too large.
    """
    kind = allowed_kind(kind_name, actor)
    size = path.stat().st_size
    if size > MAXIMUM_BYTES:
        raise InvalidInput(f"The file has more than {MAXIMUM_BYTES // 1024 // 1024} MB; split it.", field="import_file")
    with open(path, "rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    run = ImportRun.objects.create(
        kind_name=kind.name,
        file_name=shown(Path(file_name).name, 200) or "file",
        file_hash=digest,
        file_size=size,
        by_id=actor.id,
        acting_id=actor.id,
        by_name=actor.name,
    )
    sheets = stage_file(run.pk, path)
    run.sheets = [sheet.as_json() for sheet in sheets]
    heads = find_heads(kind, sheets)
    best = heads[0] if heads else Head(0, 0, 0, is_whole=False)
    _take_head(run, kind, best.sheet, best.number)
    run.save()
    return run


def find_heads(kind: Kind, sheets: list[SheetSeen]) -> list[Head]:
    """The rows that may name the columns, the best first."""
    is_public = connection.schema_name == PUBLIC
    columns = kind.offered(of_many=is_public)
    return heads_of(sheets, columns, kind.needed(of_many=False))


def _take_head(run: ImportRun, kind: Kind, sheet: int, number: int) -> None:
    """Says which row of which sheet names the columns, and proposes what they are."""
    seen = SheetSeen.from_json(run.sheets[sheet])
    check_merged(seen)
    run.sheet, run.head_row = sheet, number
    known = frozenset[str]().union(*(column.names() for column in kind.offered(of_many=True)))
    head = {place: shown(text) for place, text in head_at(seen, number, known).items()}
    run.head = by_text(head)
    before = _before(kind, head) if number else None
    is_public = connection.schema_name == PUBLIC
    proposal = propose(head, kind.offered(of_many=is_public), before.targets if before else {})
    run.targets = by_text(proposal.targets)
    run.readings = before.settings.get("readings", {}) if before else {}
    run.options = before.settings.get("options", {}) if before else {}
    run.rows = max(seen.rows - sum(1 for n, _ in seen.first if n <= number), 0)
    run.notes = [*_said_of(run, kind, seen), *proposal.doubts]
    if number and not proposal.targets:
        run.notes.append(NO_HEAD)


def _before(kind: Kind, head: Mapping[int, str]) -> ImportMapping | None:
    """How the last file of this shape was understood."""
    return ImportMapping.objects.filter(kind_name=kind.name, shape=shape_of(head)).first()


NO_HEAD = (
    "No row of the file names a column that is known here: say of each what it is, or choose the row that names them; "
    "it is 0 where none does, and the first row is somebody or something already."
)


def _said_of(run: ImportRun, kind: Kind, sheet: SheetSeen) -> list[str]:
    notes = [sheet.note] if sheet.note else []
    filled = [each for each in run.sheets if each["rows"]]
    fit = [shown(run.sheets[head.sheet]["name"]) for head in whole_heads(run, kind)]
    if len(fit) > 1:
        which = " and ".join(f"“{name}”" for name in fit)
        notes.append(f"The sheets {which} both fit, and “{shown(sheet.name)}” is read; choose another if it is meant.")
    elif len(filled) > 1:
        notes.append(f"Of {len(filled)} sheets “{shown(sheet.name)}” is read.")
    return notes


def whole_heads(run: ImportRun, kind: Kind) -> list[Head]:
    """The sheets that fit: where there are several, the person says which."""
    return fitting(find_heads(kind, [SheetSeen.from_json(sheet) for sheet in run.sheets]))


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS)
def choose_sheet(*, run_id: UUID, sheet: int, head_row: int, actor: Actor) -> ImportRun:
    """Takes another sheet, or another row as the one that names the columns; 0 where none does.

    Raises:
        NotAllowed, NotFound, WrongState: as ever. InvalidInput: there is no such sheet or row among its first ones.
    """
    run = run_of(run_id, actor, locked=True)
    CHOOSE.check(actor, state=run.state, standing=run.get_state_display(), hands=(), reason="")
    if not 0 <= sheet < len(run.sheets):
        raise InvalidInput("There is no such sheet.", field="sheet")
    if head_row and not SheetSeen.from_json(run.sheets[sheet]).row(head_row):
        raise InvalidInput("Nothing stands in that row, or it is not among the first twenty.", field="head_row")
    _take_head(run, allowed_kind(run.kind_name, actor), sheet, head_row)
    run.state = ImportRun.State.MAPPING
    run.save()
    return run


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS)
def map_columns(
    *,
    run_id: UUID,
    targets: dict[int, str],
    actor: Actor,
    mode: str = Mode.INSERT,
    key: str = "",
    mfi_id: UUID | None = None,
    options: dict[str, str] | None = None,
    expected: dict[str, str] | None = None,
    readings: dict[str, str] | None = None,
) -> ImportRun:
    """Says what each column is (a key by its place; what is left out is not read), what is meant where its cells may be
    read in two ways (answers by "key.question", see `readings.py`), how the rows are meant, and whose they are;
    remembers it for files of this shape, and lets the rows be rehearsed.

    Raises:
        NotAllowed, NotFound, WrongState: as ever. InvalidInput: with the sentences by field.
    """
    run = run_of(run_id, actor, locked=True)
    MAP.check(actor, state=run.state, standing=run.get_state_display(), hands=(), reason="")
    kind = allowed_kind(run.kind_name, actor)
    run.targets = by_text({place: chosen for place, chosen in targets.items() if chosen and str(place) in run.head})
    run.mode, run.key, run.mfi_id = mode, key, mfi_id
    run.options, run.expected, run.readings = options or {}, expected or {}, readings or {}
    _check_settings(run, kind)
    seen = SheetSeen.from_json(run.sheets[run.sheet])
    head = {int(place): text for place, text in run.head.items()}
    unread = left_out(head, {int(place) for place in run.targets})
    run.notes = [*_said_of(run, kind, seen), *([unread] if unread else [])]
    _remember(run, kind, head)
    run.state, run.acting_id = ImportRun.State.REHEARSING, actor.id
    run.handled = run.good = run.faulty = run.passed = 0
    run.error = ""
    run.save()
    ask_for_work()
    return run


def by_text(values: Mapping[int, str]) -> dict[str, str]:
    """The same by the place as text, as JSON has it."""
    return {str(place): value for place, value in values.items()}


def _check_settings(run: ImportRun, kind: Kind) -> None:
    """Refuses what could not be run.

    Raises:
        InvalidInput: with the sentences by field.
    """
    errors: dict[str, list[str]] = {}
    of_many = connection.schema_name == PUBLIC and not run.mfi_id
    _check_targets(run, kind, errors, of_many=of_many)
    if run.mode not in kind.modes:
        errors["mode"] = ["Choose what is done with what is there already."]
    if run.mode != Mode.INSERT and kind.keys and run.key not in kind.keys:
        errors["key"] = ["Choose by what a row is recognised."]
    elif run.key and run.key not in run.targets.values():
        errors["key"] = [f"No column of the file is taken for “{kind.column(run.key).header}”."]
    if run.mfi_id and not MFI.objects.filter(pk=run.mfi_id, status=MFI.Status.ACTIVE).exists():
        errors["mfi_id"] = ["Choose an institution that is active."]
    _check_options(run, kind, errors)
    _check_readings(run, kind, errors)
    for name, said in run.expected.items():
        try:
            run.expected[name] = str(read_amount(said) or "")
        except ValueError as error:
            errors[f"expected_{name}"] = [str(error)]
    if errors:
        field, sentences = next(iter(errors.items()))
        raise InvalidInput(sentences[0], field=field, errors=errors)


def _check_targets(run: ImportRun, kind: Kind, errors: dict[str, list[str]], *, of_many: bool) -> None:
    offered = {column.key: column for column in kind.offered(of_many=of_many)}
    if not of_many:  # the institution is chosen for the whole file
        run.targets = {place: key for place, key in run.targets.items() if key != LENDER}
    chosen = list(run.targets.values())
    for key in dict.fromkeys(chosen):
        if key not in offered:
            errors["targets"] = ["There is no such column; choose one of the list."]
        elif chosen.count(key) > 1:
            errors["targets"] = [f"Two columns of the file are taken for “{offered[key].header}”; choose one."]
    missing = [any_of for any_of in kind.needed(of_many=of_many) if not any_of & set(chosen)]
    if missing and "targets" not in errors:
        names = (" or ".join(kind.column(key).header for key in sorted(any_of)) for any_of in missing)
        errors["targets"] = [f"No column of the file is taken for: {', '.join(names)}."]


def _check_options(run: ImportRun, kind: Kind, errors: dict[str, list[str]]) -> None:
    run.options = {option.key: run.options.get(option.key, "") for option in kind.options}
    try:
        values: dict[str, Any] = option_values(kind, run.options)
    except ValueError as error:
        errors["options"] = [str(error)]
        return
    for option in kind.options:
        if option.required and values[option.key] in (None, ""):
            errors[f"option_{option.key}"] = [f"{option.label} is needed."]


def _check_readings(run: ImportRun, kind: Kind, errors: dict[str, list[str]]) -> None:
    """Keeps what was said of columns that the file has; what nothing asks is refused."""
    run.readings = {name: answer for name, answer in run.readings.items() if answer}
    read = {column.key: column for column in kind.columns if column.key in run.targets.values()}
    for name, answer in run.readings.items():
        key, _, asked = name.partition(".")
        if key not in read:
            errors["readings"] = [f"No column of the file is taken for “{shown(key)}”, of which something is said."]
        elif answer not in answers(read[key].holds, asked):
            errors["readings"] = [f"“{shown(answer)}” is no answer to how {read[key].header} is written."]


def _remember(run: ImportRun, kind: Kind, head: Mapping[int, str]) -> None:
    """Keeps how this file is understood, for the next one of its shape; of one without headings there is none."""
    if not run.head_row:
        return
    written = {option.key: run.options.get(option.key, "") for option in kind.options if option.remembered}
    targets = {plain(text): run.targets.get(str(place), "") for place, text in head.items()}
    ImportMapping.objects.update_or_create(
        kind_name=run.kind_name,
        shape=shape_of(head),
        defaults={
            "targets": targets,
            "settings": {"mode": run.mode, "key": run.key, "readings": run.readings, "options": written},
        },
    )


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS)
def discard_run(*, run_id: UUID, actor: Actor) -> ImportRun:
    """Gives a file up of which nothing was written; what stood in it is removed.

    Raises:
        NotAllowed, NotFound, WrongState: as ever.
    """
    run = run_of(run_id, actor, locked=True)
    DISCARD.check(actor, state=run.state, standing=run.get_state_display(), hands=(), reason="")
    return discard(run)


def discard(run: ImportRun) -> ImportRun:
    """The same inside its caller's transaction."""
    if run.state not in DISCARD.sources:
        raise WrongState("Something was written already.")
    run.lines.all().delete()
    for sheet in run.sheets:
        sheet["first"] = []
    run.state, run.ended_at, run.emptied_at = ImportRun.State.DISCARDED, timezone.now(), timezone.now()
    run.save()
    return run
