"""Starting, pausing and taking back a run, and the work itself, which the worker does; where none runs, whoever asked.

One process works on a run at a time: each chunk locks the run's row, and looks whether it is still to be done.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from apps.mfis.core.actor import OPERATOR, Actor, actor_context
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection
from apps.mfis.core.errors import AlreadyExists, ServiceError, Unsure, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition
from apps.mfis.work.kinds import IMPORTS
from apps.mfis.work.queries import bring_forward, plan
from apps.users.accounts.models import Account
from apps.users.spreadsheets import queries, steps
from apps.users.spreadsheets.access import run_of
from apps.users.spreadsheets.kinds import kind_named
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.outline import sentence
from apps.users.spreadsheets.workflow import GO_ON, PAUSE, START, UNDO

State = ImportRun.State

DATABASE_AWAY = (OperationalError, InterfaceError)

Progress = Callable[[ImportRun], object]
Work = Callable[..., Iterator[ImportRun]]


def unheard(run: ImportRun) -> None:
    """Where nobody waits for news."""


def ask_for_work() -> None:
    """Lets the worker take up the runs of the present schema, once the transaction is over."""
    plan([connection.schema_name], [IMPORTS])
    bring_forward([connection.schema_name], [IMPORTS])


def _checked(run_id: UUID, actor: Actor, step: Transition) -> ImportRun:
    run = run_of(run_id, actor, locked=True)
    step.check(actor, state=run.state, standing=run.get_state_display(), hands=(), reason="")
    return run


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS)
def start_run(
    *, run_id: UUID, actor: Actor, leaves_out_faulty: bool = False, accepts_differences: bool = False
) -> ImportRun:
    """Lets the good rows be written.

    Raises:
        NotAllowed, NotFound, WrongState: as ever, or a row is faulty and it was not said that they are left out, or
        none is good, or totals differ that must be equal. Unsure: a control total differs. AlreadyExists: the same was
        run already, or runs.
    """
    run = _checked(run_id, actor, START)
    if not run.good:
        raise WrongState("No row of the file can be imported.")
    if run.faulty and not leaves_out_faulty:
        raise WrongState(f"{run.faulty} row(s) are faulty: mend them and send the file again, or leave them out.")
    if unbalanced := kind_named(run.kind_name).unbalanced(run.totals):
        raise WrongState(unbalanced)
    if (said := steps.differences(run)) and not accepts_differences:
        raise Unsure(" ".join(said), field="accepts_differences")
    run.leaves_out_faulty, run.accepts_differences = leaves_out_faulty, accepts_differences
    run.fingerprint = fingerprint(run)
    run.started_at, run.handled = timezone.now(), 0
    queries.drop_others(run.pk, run.sheet, run.head_row)
    _stand(run, State.RUNNING, actor)
    return run


def _stand(run: ImportRun, state: str, actor: Actor) -> None:
    """Brings a run into a state in which the worker works on it.

    Raises:
        AlreadyExists: another run of the same holds its place.
    """
    run.state, run.acting_id, run.error = state, actor.id, ""
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        raise AlreadyExists(_said_of_twin(run), field="import_file") from error
    ask_for_work()


def _said_of_twin(run: ImportRun) -> str:
    twin = ImportRun.objects.filter(fingerprint=run.fingerprint, state__in=ImportRun.HOLDING).exclude(pk=run.pk).first()
    if twin is None or twin.started_at is None:
        return "This file is being run already."
    when = timezone.localtime(twin.started_at)
    return (
        f"This file was run by {twin.by_name} on {when:%-d %B %Y at %H:%M}, just so. Nothing is written twice; take "
        "that run back first, if it was wrong."
    )


def fingerprint(run: ImportRun) -> str:
    """What a run is the same by: kind, file, sheet, columns, whose, and how."""
    said = [
        *(run.kind_name, run.file_hash, run.sheet, run.head_row, sorted(run.targets.items())),
        *(str(run.mfi_id or ""), run.mode, run.key, sorted(run.options.items())),
        *([sorted(run.readings.items())] if run.readings else []),
    ]
    return sha256(json.dumps(said).encode()).hexdigest()


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS)
def pause_run(*, run_id: UUID, actor: Actor) -> ImportRun:
    """Stops a run after the rows that are being written.

    Raises:
        NotAllowed, NotFound, WrongState: as ever.
    """
    run = _checked(run_id, actor, PAUSE)
    run.state = State.PAUSED
    run.save(update_fields=["state"])
    return run


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS)
def resume_run(*, run_id: UUID, actor: Actor) -> ImportRun:
    """Goes on with a paused run.

    Raises:
        NotAllowed, NotFound, WrongState: as ever.
    """
    run = _checked(run_id, actor, GO_ON)
    _stand(run, State.RUNNING, actor)
    return run


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS)
def undo_run(*, run_id: UUID, actor: Actor) -> ImportRun:
    """Lets what a run wrote be taken back.

    Raises:
        NotAllowed, NotFound, WrongState: as ever, or all was taken back, or what stood there before is kept no longer.
    """
    run = _checked(run_id, actor, UNDO)
    if run.emptied_at:
        raise WrongState("What stood there before is kept no longer; change the records one by one.")
    if run.state == State.UNDONE:
        if not run.stayed:
            raise WrongState("All of it was taken back already.")
        queries.try_again(run.pk, run.sheet)
    run.handled, run.stayed, run.undone_by = 0, 0, actor.name
    _stand(run, State.UNDOING, actor)
    return run


def take_up_runs() -> int:
    """Works on every run of the present schema that waits for it, the oldest first. Returns how many. The worker's
    round: what is done in it is decided by the commands that asked for it, and put down to whoever did."""
    waiting = ImportRun.objects.filter(state__in=ImportRun.AT_WORK).order_by("uploaded_at").values_list("pk", flat=True)
    runs = list(waiting)
    for run_id in runs:
        work_on(run_id)
    return len(runs)


def work_on(run_id: UUID, progress: Progress = unheard) -> ImportRun:
    """Takes a run as far as it goes: to its rehearsal, its end, or where it was paused. A refusal pauses it, and stands
    with it."""
    run = ImportRun.objects.get(pk=run_id)
    actor = acting(run)
    steps_of: dict[str, Work] = {
        State.REHEARSING: rehearse_rows,
        State.RUNNING: write_rows,
        State.UNDOING: take_back_rows,
    }
    work = steps_of.get(run.state)
    if work is None:
        return run
    try:
        for now in work(run_id=run_id, actor=actor):
            progress(now)
    except ServiceError as error:
        _stop(run_id, error.message)
    except DATABASE_AWAY:
        raise  # it goes on once the database is back
    except Exception:
        _stop(run_id, "The program met a fault, which is in the worker's log; what is written stays. Try to go on.")
        raise
    return ImportRun.objects.get(pk=run_id)


def acting(run: ImportRun) -> Actor:
    """Whoever asked for the present step, with the duties that they have now."""
    if run.acting_id is None:
        return OPERATOR
    account = Account.objects.filter(pk=run.acting_id).first()
    return account.actor if account else Actor(run.acting_id, run.by_name, is_active=False)


def _stop(run_id: UUID, why: str) -> None:
    run = ImportRun.objects.get(pk=run_id)
    run.state = State.MAPPING if run.state == State.REHEARSING else State.PAUSED
    run.error = why[:500]
    run.save(update_fields=["state", "error"])


@contextmanager
def _chunk_of(run_id: UUID, actor: Actor, state: str) -> Iterator[ImportRun | None]:
    """A transaction in which one chunk is done; None where the run stands elsewhere by now."""
    with actor_context(actor):
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        yield run if run.state == state else None


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS, own_transaction=True)
def rehearse_rows(*, run_id: UUID, actor: Actor) -> Iterator[ImportRun]:
    """Interprets all rows of a run, and writes nothing but what is to be said of them.

    Raises:
        NotAllowed: the duty is missing by now.
    """
    run = run_of(run_id, actor)
    rehearsal = steps.Rehearsal(run, actor)
    with transaction.atomic():
        rehearsal.begin()
    for lines in rehearsal.chunks():
        with _chunk_of(run_id, actor, State.REHEARSING) as now:
            if now is None:
                return
            rehearsal.do(lines)
            now.handled += len(lines)
            now.save(update_fields=["handled"])
        yield now
    with _chunk_of(run_id, actor, State.REHEARSING) as now:
        if now is not None:
            _keep_rehearsal(now, rehearsal)
            yield now


def _keep_rehearsal(run: ImportRun, rehearsal: steps.Rehearsal) -> None:
    counted = rehearsal.counted
    run.good = counted[ImportRow.State.WAITING]
    run.faulty, run.passed = counted[ImportRow.State.FAULTY], counted[ImportRow.State.PASSED]
    run.rows = run.good + run.faulty + run.passed
    run.inserted, run.updated = counted["does insert"], counted["does update"]
    run.totals = rehearsal.totals_said()
    left = rehearsal.outline
    run.left_out, run.warnings = len(left.headings) + len(left.totals), rehearsal.warnings
    run.notes = [*run.notes, *([said] if (said := sentence(left)) else [])]
    run.state, run.rehearsed_at = State.REHEARSED, timezone.now()
    run.save()


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS, own_transaction=True)
def write_rows(*, run_id: UUID, actor: Actor) -> Iterator[ImportRun]:
    """Writes the rows of a run that still wait, chunk by chunk.

    Raises:
        NotAllowed: the duty is missing by now. ServiceError: a chunk, or what is done at the end, was refused whole.
    """
    run = run_of(run_id, actor)
    writing = steps.Writing(run, actor)
    while True:
        with _chunk_of(run_id, actor, State.RUNNING) as now:
            if now is None:
                return
            lines = writing.next_lines()
            if not lines:
                _end(now, writing)
                return
            _count(now, writing.do(lines), len(lines))
        yield now


def _count(run: ImportRun, became: Counter[str], lines: int) -> None:
    """Adds a chunk to what the run has done."""
    if not run.handled:
        run.inserted = run.updated = run.refused = 0
    done, refused = ImportRow.State.DONE, ImportRow.State.REFUSED
    run.handled += lines
    run.inserted += became[f"{done} insert"]
    run.updated += became[f"{done} update"]
    run.refused += sum(n for name, n in became.items() if name.startswith(refused))
    run.passed += sum(n for name, n in became.items() if name.startswith(ImportRow.State.PASSED))
    run.save(update_fields=["handled", "inserted", "updated", "refused", "passed"])


def _end(run: ImportRun, writing: steps.Writing) -> None:
    steps.book(writing.inside, undone=False)
    run.state, run.ended_at = State.DONE, timezone.now()
    run.save(update_fields=["state", "ended_at"])


@command(Action.MANAGE_MFIS, Action.IMPORT_ROWS, own_transaction=True)
def take_back_rows(*, run_id: UUID, actor: Actor) -> Iterator[ImportRun]:
    """Takes back what a run wrote, the last first, but for what something rests on.

    Raises:
        NotAllowed: the duty is missing by now. ServiceError: it was refused as a whole.
    """
    run = run_of(run_id, actor)
    undoing = steps.Undoing(run, actor)
    while True:
        with _chunk_of(run_id, actor, State.UNDOING) as now:
            if now is None:
                return
            lines = undoing.next_lines()
            if not lines:
                steps.book(undoing.inside, undone=True)
                now.state, now.undone_at = State.UNDONE, timezone.now()
                now.save(update_fields=["state", "undone_at"])
                return
            became = undoing.do(lines)
            now.handled += len(lines)
            now.taken_back += became[ImportRow.State.UNDONE]
            now.stayed += became[ImportRow.State.STAYED]
            now.save(update_fields=["handled", "taken_back", "stayed"])
        yield now
