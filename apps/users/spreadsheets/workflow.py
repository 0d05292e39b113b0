"""What may be done to a run: the one table that its services and pages read."""

from __future__ import annotations

from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition, Workflow
from apps.users.spreadsheets.models import ImportRun

State = ImportRun.State


def _step(
    name: str, label: str, sources: set[str], target: str, *, style: str = "secondary", say: str = ""
) -> Transition:
    return Transition(
        name,
        label,
        Action.IMPORT_ROWS,
        frozenset(sources),
        frozenset({target}),
        anywhere=True,
        has_button=False,
        style=style,
        explanation=say,
    )


CHOOSE = _step("choose_sheet", "Choose the sheet", {State.MAPPING, State.REHEARSED}, State.MAPPING)
MAP = _step("map_columns", "Rehearse", {State.MAPPING, State.REHEARSED}, State.REHEARSING, style="primary")
START = _step(
    "start_run",
    "Run",
    {State.REHEARSED},
    State.RUNNING,
    style="primary",
    say="The good rows are written, and can be taken back while nothing rests on them.",
)
PAUSE = _step("pause_run", "Pause", {State.RUNNING}, State.PAUSED, say="What is written stays; the rest waits.")
GO_ON = _step("resume_run", "Go on", {State.PAUSED}, State.RUNNING, style="primary")
UNDO = _step(
    "undo_run",
    "Take back",
    {State.DONE, State.PAUSED, State.UNDONE},
    State.UNDOING,
    style="danger",
    say="What the run wrote is taken back, but for what something rests on by now; that stays, and it is said why.",
)
DISCARD = _step(
    "discard_run",
    "Discard",
    {State.MAPPING, State.REHEARSING, State.REHEARSED},
    State.DISCARDED,
    style="danger",
    say="Nothing was written. What stands in the file's rows is removed.",
)

IMPORT = Workflow("import", State.choices, [CHOOSE, MAP, START, PAUSE, GO_ON, UNDO, DISCARD])
