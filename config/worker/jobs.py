"""What each kind of job does. A function returns nothing, or after how many seconds it is to be tried again because it
could not be done yet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from apps.credit.disputes import lenders_to_tell
from apps.credit.retention import apply_retention
from apps.loans.histories.services.disputes import tell_of_corrections
from apps.loans.histories.services.inquiries import tell_of_inquiries
from apps.loans.histories.services.merges import retell_merged
from apps.loans.histories.services.months import take_months
from apps.loans.histories.services.reconciliation import upgrade_histories
from apps.loans.ledger.verification import check_books
from apps.loans.recording.notifications import queue_reminders
from apps.loans.reporting.services.snapshots import take_snapshot
from apps.loans.servicing.services.day_end import run_due_days
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import PUBLIC
from apps.mfis.core.errors import NotHome
from apps.mfis.nodes.comparison import verify_all
from apps.mfis.nodes.home import is_home
from apps.mfis.nodes.peers import PeerAway
from apps.mfis.nodes.status import peer_status
from apps.mfis.tenancy.models import MFI
from apps.mfis.work import queries
from apps.mfis.work.kinds import FILES, IMPORTS, OF_EACH_MFI, OF_THE_NODE
from apps.users.access.rate_limits import forget_old_counts
from apps.users.access.services.sign_ins import forget_ended
from apps.users.duplicates.services import find_duplicates
from apps.users.exporting.files import forget_old_files, write_files
from apps.users.spreadsheets.services.retention import forget_old_runs
from apps.users.spreadsheets.services.work import take_up_runs
from apps.users.spreadsheets.storage import remove_old_uploads
from config.worker.schedule import Worker, mfis_here

NEWS_OF = timedelta(hours=3)  # looked through each hour: an hour that was missed is looked through all the same

WHILE_COPYING = 600.0  # seconds


def sweep(worker: Worker) -> None:
    """The net: every MFI has its jobs, and what waits is noted. A few statements, however many MFIs there are."""
    schemas = [mfi.schema_name for mfi in mfis_here()]
    queries.plan(schemas, [kind.name for kind in OF_EACH_MFI])
    queries.plan([PUBLIC], [kind.name for kind in OF_THE_NODE if kind.name != "compare" or settings.CLUSTER])
    queries.sweep([PUBLIC, *schemas])


def tidy_node(worker: Worker) -> None:
    """Of Letsema's own people what `tidy` does of an MFI's; and what a process that was killed left of an upload."""
    remove_old_uploads()
    _tidy()


def find_news(worker: Worker) -> None:
    """Brings forward the telling at those MFIs that a look-up or a correction elsewhere concerns."""
    queries.bring_forward(sorted(lenders_to_tell(timezone.now() - NEWS_OF)), ["told"])


def compare(worker: Worker) -> float | None:
    """Compares the tables with the other nodes'."""
    if any(peer.copying for peer in peer_status()):
        return WHILE_COPYING  # while tables are copied they differ
    for check in verify_all():
        if isinstance(check, PeerAway):
            worker.warn(str(check))
        elif check.differences:
            worker.warn(f"node {check.peer}: {len(check.differences)} table(s) differ; see cluster verify")
    return None


def end_days(worker: Worker, mfi: MFI) -> None:
    """Ends business days that are over, at the MFI's home, and verifies the books after the last of them."""
    if mfi.status == MFI.Status.CLOSED:
        return  # its books stand as they are
    with suppress(NotHome):  # it moves, or moved meanwhile: the new home ends its days
        if is_home() and run_due_days(actor=SYSTEM):
            check = check_books(actor=SYSTEM)
            if check.breaks:
                worker.warn(f"{mfi.schema_name}: the books have {len(check.breaks)} break(s)")


def remind(worker: Worker, mfi: MFI) -> None:
    """Queues reminders of what falls due."""
    if mfi.status != MFI.Status.CLOSED and is_home():
        queue_reminders(business_date())


def tell(worker: Worker, mfi: MFI) -> None:
    """Tells of other lenders' look-ups and corrections, and the histories whose loans are one person's."""
    if mfi.status == MFI.Status.CLOSED:
        return
    with suppress(NotHome):
        if is_home():
            tell_of_corrections()
            tell_of_inquiries()
            retell_merged()


def take_figures(worker: Worker, mfi: MFI) -> None:
    """Takes the portfolio for the public dashboard."""
    take_snapshot(mfi=mfi, actor=SYSTEM)


def keep_histories(worker: Worker, mfi: MFI) -> None:
    """Takes months that are over to the credit histories, and removes what is past its time there."""
    if not is_home():
        return
    if mfi.schema_name not in worker.upgraded:
        upgrade_histories()
        worker.upgraded.add(mfi.schema_name)
    for month in take_months():
        worker.say(f"{mfi.schema_name}: {month} is in the credit histories")
    if removed := apply_retention(business_date()):
        worker.say(f"{mfi.schema_name}: past its time in the credit histories, and removed: {removed}")


def tidy(worker: Worker, mfi: MFI) -> None:
    """Removes sessions that have run out, counts too old to matter, and what stands in the rows of old imports; looks
    for people who are registered twice."""
    _tidy()
    find_duplicates(actor=SYSTEM)


def import_rows(worker: Worker, mfi: MFI) -> None:
    """Takes up the spreadsheets that an MFI's people have sent."""
    take_up_runs()


def import_rows_of_letsema(worker: Worker) -> None:
    """The same of Letsema's own people, of whichever MFIs the rows are."""
    take_up_runs()


def write_asked_files() -> None:
    """Writes the files that people wait for."""
    write_files()


def _tidy() -> None:
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    forget_ended()
    forget_old_counts()
    forget_old_files()
    with transaction.atomic():
        forget_old_runs(timezone.now())


AT_AN_MFI: dict[str, Callable[[Worker, MFI], float | None]] = {
    "day": end_days,
    "reminders": remind,
    "snapshot": take_figures,
    "histories": keep_histories,
    "told": tell,
    "tidy": tidy,
    IMPORTS: import_rows,
    FILES: lambda worker, mfi: write_asked_files(),
}
AT_THE_NODE: dict[str, Callable[[Worker], float | None]] = {
    "sweep": sweep,
    "tidy": tidy_node,
    IMPORTS: import_rows_of_letsema,
    FILES: lambda worker: write_asked_files(),
    "news": find_news,
    "compare": compare,
}
