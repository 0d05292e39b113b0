"""How long what people wrote into a spreadsheet is kept: while somebody may have to look at it, or take it back."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.queries import empty
from apps.users.spreadsheets.services.uploads import discard
from apps.users.spreadsheets.workflow import DISCARD

KEPT = timedelta(days=30)  # after a run has ended
WAITS = timedelta(days=7)  # of a file that nobody runs

State = ImportRun.State


def forget_old_runs(now: datetime) -> int:
    """Gives up files that nobody has run, and empties the rows of runs that ended long ago: what became of each stays,
    what stood in it goes. Returns how many runs. The worker's own tidying, which decides nothing."""
    left = ImportRun.objects.filter(state__in=DISCARD.sources, uploaded_at__lt=now - WAITS)
    given_up = [discard(run) for run in left.select_for_update(skip_locked=True)]
    ended = ImportRun.objects.filter(state__in=[State.DONE, State.UNDONE], ended_at__lt=now - KEPT, emptied_at=None)
    runs = list(ended.values_list("pk", flat=True))
    if runs:
        empty(runs)
        for run in ImportRun.objects.filter(pk__in=runs):
            run.emptied_at = now
            run.sheets = [{**sheet, "first": []} for sheet in run.sheets]
            run.save(update_fields=["emptied_at", "sheets"])
    return len(given_up) + len(runs)
