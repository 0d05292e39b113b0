"""What a note asks for: what arrived is folded, what happened reaches the histories, and messages leave."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.credit.models import OutboxEntry
from apps.credit.relay import Relayed, relay_outbox
from apps.loans.book.models import Arrival
from apps.loans.servicing.services.inbox import fold_arrivals
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import PUBLIC
from apps.mfis.tenancy.models import MFI
from apps.mfis.work import health
from apps.mfis.work.kinds import NOTES
from apps.mfis.work.queries import (
    delete_notes,
    holding,
    known_away,
    note_at,
    note_changed,
    note_done,
    noted_schemas,
    read_notes,
)
from apps.users.messaging.models import Message
from apps.users.messaging.services import send_due
from config.worker.schedule import Worker, kept_apart

LOOK_EVERY = 0.5  # seconds between two looks for notes

SIGN_EVERY = 10.0  # seconds between two signs of life

AT_ONCE = 2000  # entries of one MFI's outbox before the others have their turn

AGAIN = timedelta(seconds=1)  # before what could not be done yet is tried again
ASK_AGAIN = timedelta(seconds=15)  # before one message tries whether a gateway that was away is back
LOANS_AT_ONCE = 500  # of one MFI that something arrived for


def take_up_notes(worker: Worker) -> float:
    """One round: every schema that something waits in. With nothing waiting it is one query."""
    if time.monotonic() - worker.signed_at > SIGN_EVERY:
        health.seen_well(health.What.WORKER)
        worker.signed_at = time.monotonic()
    for schema in noted_schemas():
        take_up(worker, schema)
    return LOOK_EVERY


def take_up(worker: Worker, schema: str) -> None:
    """Works off what one schema's notes tell of, unless another worker is at it.

    The notes that were read are deleted after the work: of a worker that is killed in between they stay, and the work
    is done twice, which it bears.
    """
    with holding(schema, NOTES) as mine:
        if not mine:
            return
        taken = read_notes(schema)
        if not taken.notes:
            return
        with kept_apart(worker, schema, NOTES):
            again = work_off(worker, schema, away=taken.away)
            if again:
                note_at(schema, again)
            note_changed(schema)
            delete_notes(taken.notes)
            if taken.attempts:
                note_done(schema, NOTES, timezone.now(), 0)


def work_off(worker: Worker, schema: str, *, away: Collection[str] = ()) -> datetime | None:
    """Does what waits in a schema, but for what is away. Returns when to look again, where something is left."""
    if schema == PUBLIC:
        send_due(without=away)  # to Letsema's own people
        return _next_message()
    mfi = MFI.objects.filter(schema_name=schema).first()
    if mfi is None:  # its own row is still on its way from another node
        return timezone.now() + 10 * AGAIN
    with tenant_context(mfi):
        folded = fold_arrivals(actor=SYSTEM, maximum=LOANS_AT_ONCE)
        relayed = Relayed(0, away=True) if health.What.MONGODB in away else relay(worker, schema)
        _, failed = send_due(without=away)
        if failed:
            worker.warn(f"{schema}: {failed} message(s) could not leave; see Messages")
        if folded >= LOANS_AT_ONCE or relayed.more:
            return timezone.now()
        return _look_again(away=relayed.away)


def relay(worker: Worker, schema: str) -> Relayed:
    """Takes a part of the outbox to the histories, and says so."""
    outcome = relay_outbox(maximum=AT_ONCE)
    if outcome.count:
        worker.say(f"{schema}: {outcome.count} event(s) reached the credit histories")
    if outcome.error:
        worker.warn(f"{schema}: {outcome.error}; the outbox keeps its entries.")
    if outcome.away:
        health.met_failure(health.What.MONGODB, outcome.error)
    return outcome


def _look_again(*, away: bool) -> datetime | None:
    """When something is left that nothing else will note: a loan still on its way, an entry that is tried again, a
    message for later. What MongoDB keeps waiting is noted when it is back."""
    if Arrival.objects.filter(error="").exists() or (not away and OutboxEntry.objects.deliverable().exists()):
        return timezone.now() + AGAIN
    return _next_message()


def _next_message() -> datetime | None:
    waiting = Message.objects.filter(status=Message.Status.WAITING).order_by("send_after")
    earliest = waiting.values_list("send_after", flat=True).first()
    if earliest and earliest <= timezone.now() and set(known_away()) & set(Message.Channel.values):
        return timezone.now() + ASK_AGAIN
    return earliest
