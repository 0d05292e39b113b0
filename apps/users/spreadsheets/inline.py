"""A whole import in one process: for commands, the demonstration, benchmarks and tests, which wait for no worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.services.uploads import map_columns, receive_file
from apps.users.spreadsheets.services.work import Progress, start_run, undo_run, unheard, work_on


def rehearse_file(kind_name: str, path: Path, *, actor: Actor, **settings: Any) -> ImportRun:
    """Reads and rehearses a file whose columns are as they are proposed; `settings` are those of `map_columns`.

    Raises:
        ServiceError: it is refused; with the sentence.
    """
    run = receive_file(kind_name=kind_name, path=path, file_name=path.name, actor=actor)
    settings.setdefault("targets", {int(place): key for place, key in run.targets.items()})
    map_columns(run_id=run.pk, actor=actor, **settings)
    return _stood(work_on(run.pk), ImportRun.State.REHEARSED)


def run_rows(
    run: ImportRun, *, actor: Actor, leaves_out_faulty: bool = False, progress: Progress = unheard
) -> ImportRun:
    """Writes the good rows of a rehearsed run.

    Raises:
        ServiceError: it is refused; what was written before that stays, and the run is paused.
    """
    start_run(run_id=run.pk, actor=actor, leaves_out_faulty=leaves_out_faulty)
    return _stood(work_on(run.pk, progress), ImportRun.State.DONE)


def take_back(run: ImportRun, *, actor: Actor) -> ImportRun:
    """Takes back what a run wrote.

    Raises:
        ServiceError: it is refused.
    """
    undo_run(run_id=run.pk, actor=actor)
    return _stood(work_on(run.pk), ImportRun.State.UNDONE)


def _stood(run: ImportRun, state: str) -> ImportRun:
    if run.state != state:
        raise InvalidInput(run.error or f"The import {run.get_state_display().lower()}.", field="import_file")
    return run
