"""What the worker does, step by step; when each is due stands at the end."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.credit.relay import relay_outbox
from apps.credit.repository import StoreError
from apps.credit.retention import apply_retention
from apps.loans.histories.services.disputes import tell_of_corrections
from apps.loans.histories.services.inquiries import tell_of_inquiries
from apps.loans.histories.services.months import take_months
from apps.loans.histories.services.reconciliation import upgrade_histories
from apps.loans.ledger.verification import check_books
from apps.loans.recording.notifications import queue_reminders
from apps.loans.reporting.services.snapshots import take_snapshot
from apps.loans.servicing.services.day_end import run_due_days
from apps.loans.servicing.services.inbox import fold_arrivals
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotHome
from apps.mfis.nodes.agent import reconcile
from apps.mfis.nodes.comparison import verify_all
from apps.mfis.nodes.home import is_home
from apps.mfis.nodes.peers import PeerAway
from apps.mfis.nodes.status import peer_status
from apps.mfis.tenancy.addresses import in_schema_of
from apps.mfis.tenancy.models import MFI
from apps.users.access.rate_limits import forget_old_counts
from apps.users.access.services.sign_ins import forget_ended
from apps.users.messaging.services import send_due
from apps.users.spreadsheets.storage import remove_old_uploads
from config.worker.schedule import Step, Worker, in_each, mfis_here

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0

MAXIMUM_WAIT = 30.0  # seconds between two attempts at a MongoDB that is away


def steps() -> list[Step]:
    """All steps, in the order in which those that are due at once are done."""
    every_node = [
        Step(relay, SECOND),
        Step(send_messages, 5 * SECOND),
        Step(take_snapshots, MINUTE),
        Step(tidy, HOUR),
        Step(end_days, HOUR),
        Step(keep_histories, HOUR),
    ]
    return [Step(run_agent, SECOND), *every_node, Step(compare, HOUR)] if settings.CLUSTER else every_node


def run_agent(worker: Worker, step: Step) -> None:
    """Brings schemas, publication and streams in order."""
    done = reconcile()
    for line in done.did:
        worker.say(f"node {settings.NODE}: {line}")
    for line in done.problems:
        worker.warn(f"node {settings.NODE}: {line}")


def relay(worker: Worker, step: Step) -> None:
    """Folds what arrived from other nodes, and takes events to MongoDB; while that is away it is asked less often."""
    away = False

    def fold_and_relay(worker: Worker, mfi: MFI) -> None:
        nonlocal away
        fold_arrivals(actor=SYSTEM)
        if not away:  # the others would only wait for the same time-out
            away = _relay(worker, mfi)

    in_each(worker, fold_and_relay)
    step.every = min(step.every * 2, MAXIMUM_WAIT) if away else SECOND


def _relay(worker: Worker, mfi: MFI) -> bool:
    """Whether MongoDB is away."""
    outcome = relay_outbox()
    if outcome.count:
        worker.say(f"{mfi.schema_name}: {outcome.count} event(s) reached the credit histories")
    if outcome.error:
        worker.warn(f"{mfi.schema_name}: {outcome.error}; the outbox keeps its entries.")
    return outcome.away


def send_messages(worker: Worker, step: Step) -> None:
    """Lets messages leave that are due."""
    in_each(worker, _send)
    connection.set_schema_to_public()
    send_due()  # to Letsema's own people


def _send(worker: Worker, mfi: MFI) -> None:
    _, failed = send_due()
    if failed:
        worker.warn(f"{mfi.schema_name}: {failed} message(s) could not leave; see Messages")


def take_snapshots(worker: Worker, step: Step) -> None:
    """Takes each MFI's portfolio anew."""
    in_each(worker, _take_snapshot)


def _take_snapshot(worker: Worker, mfi: MFI) -> None:
    take_snapshot(mfi=mfi, actor=SYSTEM)


def tidy(worker: Worker, step: Step) -> None:
    """Removes sessions that have run out and counts too old to matter, in every schema, and uploads left behind."""
    remove_old_uploads()
    for mfi in [None, *mfis_here()]:
        with in_schema_of(mfi):
            Session.objects.filter(expire_date__lt=timezone.now()).delete()
            forget_ended()
            forget_old_counts()


def end_days(worker: Worker, step: Step) -> None:
    """Ends business days that are over, at each MFI's home."""
    in_each(worker, _end_days)


def _end_days(worker: Worker, mfi: MFI) -> None:
    if mfi.status == MFI.Status.CLOSED:
        return  # its books stand as they are
    with suppress(NotHome):  # it moves, or moved meanwhile: the new home ends its days
        if is_home() and run_due_days(actor=SYSTEM):
            check = check_books(actor=SYSTEM)
            if check.breaks:
                worker.warn(f"{mfi.schema_name}: the books have {len(check.breaks)} break(s)")
        if is_home():
            queue_reminders(business_date())
            tell_of_corrections()
            tell_of_inquiries()


def keep_histories(worker: Worker, step: Step) -> None:
    """Takes months that are over to the credit histories, and removes what is past its time there."""
    in_each(worker, _keep_histories)


def _keep_histories(worker: Worker, mfi: MFI) -> None:
    if not is_home():
        return
    with suppress(StoreError):  # an hour later is early enough
        if mfi.schema_name not in worker.upgraded:
            upgrade_histories()
            worker.upgraded.add(mfi.schema_name)
        for month in take_months():
            worker.say(f"{mfi.schema_name}: {month} is in the credit histories")
        if removed := apply_retention(business_date()):
            worker.say(f"{mfi.schema_name}: past its time in the credit histories, and removed: {removed}")


def compare(worker: Worker, step: Step) -> None:
    """Compares the tables with the other nodes'."""
    if any(peer.copying for peer in peer_status()):
        return  # while tables are copied they differ, and will be compared the next time
    for check in verify_all():
        if isinstance(check, PeerAway):
            worker.warn(str(check))
        elif check.differences:
            worker.warn(f"node {check.peer}: {len(check.differences)} table(s) differ; see cluster verify")
