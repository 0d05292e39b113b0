"""Takes what happened from the outbox to MongoDB: in order per account, each event once however often it is tried.

What MongoDB does not take, or what makes no document, is tried alone; after three attempts it is a dead letter, shown
with the reason, and the others go on. `credit_rebuild` brings its account back from the loan's own facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.credit import repository
from apps.credit.consents import CONSENT, write_consent
from apps.credit.disputes import DISPUTE, entry_key, write_dispute
from apps.credit.documents import OF_APPLICATIONS, REVERSED, InvalidDocument
from apps.credit.models import OutboxEntry
from apps.credit.repository import AccountRecord, DocumentsRefused, EventRecord, StoreAway
from apps.mfis.core.database import connection
from apps.mfis.core.durability import wait_for_disk

BATCH = 500
MAXIMUM_ATTEMPTS = 3
# What is the entry's own fault: trying the same again in a batch would only stop the others.
UNWRITABLE = (DocumentsRefused, InvalidDocument, ArithmeticError, KeyError, TypeError, ValueError)
LOCK_SPACE = 0x43524544  # "CRED"; one relay a schema, so that an account's events arrive in their order
# What else goes through the outbox, beside what happened to loans.
OTHERS: dict[str, Callable[[OutboxEntry, str], None]] = {DISPUTE: write_dispute, CONSENT: write_consent}
AWAY = "MongoDB does not answer"


@dataclass(frozen=True, slots=True)
class Relayed:
    """How many entries arrived, and why it stopped where it did (empty when the outbox is drained)."""

    count: int
    error: str = ""
    away: bool = False
    more: bool = False  # it stopped at its maximum


def relay_outbox(*, batch: int = BATCH, maximum: int | None = None) -> Relayed:
    """Drains the present schema's outbox, or about `maximum` entries of it: others wait for their turn.

    Stops, changing nothing, when MongoDB does not answer.
    """
    total = 0
    while maximum is None or total < maximum:
        try:
            done, more = _relay_batch(batch)
        except StoreAway:
            _note_away()
            return Relayed(total, AWAY, True)
        total += done
        if not more:
            dead = OutboxEntry.objects.dead_letters().count()
            return Relayed(total, f"{dead} event(s) are set aside" if dead else "")
    return Relayed(total, more=True)


def _relay_batch(batch: int) -> tuple[int, bool]:
    """How many were written, and whether there may be more to write now."""
    found = list(OutboxEntry.objects.deliverable().order_by("id").values_list("pk", flat=True)[:batch])
    if not found:
        return 0, False
    wait_for_disk()  # MongoDB is told of nothing that a crash could take back
    with relaying() as mine:
        if not mine:
            return 0, False
        entries = list(OutboxEntry.objects.deliverable().filter(pk__in=found).order_by("id"))
        if not entries:
            return 0, False
        try:
            write_entries(entries)
            written = entries
        except UNWRITABLE:
            written = _one_by_one(entries)
        OutboxEntry.objects.filter(pk__in=[e.pk for e in written]).update(relayed_at=timezone.now(), last_error="")
    return len(written), len(found) == batch and bool(written)


@contextmanager
def relaying() -> Iterator[bool]:
    """A transaction in which nobody else relays the present schema's outbox; False where somebody does."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, connection.schema_name])
            mine = bool(cursor.fetchone()[0])
        yield mine


def _one_by_one(entries: list[OutboxEntry]) -> list[OutboxEntry]:
    """Writes what can be written. An account whose entry failed waits with what follows, until it is a dead letter."""
    written, waiting = [], set()
    for entry in entries:
        if entry.account in waiting:
            continue
        try:
            write_entries([entry])
            written.append(entry)
        except UNWRITABLE as error:
            waiting.add(entry.account)
            _note_refusal(entry, error)
    return written


def _note_refusal(entry: OutboxEntry, error: Exception) -> None:
    entry.attempts += 1
    entry.dead_letter = entry.attempts >= MAXIMUM_ATTEMPTS
    entry.last_error = _reason(error)
    entry.save(update_fields=["attempts", "dead_letter", "last_error"])


def _reason(error: Exception) -> str:
    """Why an entry cannot be written, without what stood in it."""
    if isinstance(error, InvalidDocument):
        return f"It breaks a rule of the document: {error.field_name}"
    return f"MongoDB did not take it: {error if isinstance(error, DocumentsRefused) else type(error).__name__}"


def _note_away() -> None:
    first = OutboxEntry.objects.waiting().order_by("id").first()
    if first:
        first.attempts, first.last_error = first.attempts + 1, AWAY
        first.save(update_fields=["attempts", "last_error"])


def write_entries(entries: list[OutboxEntry]) -> None:
    """Writes the entries' documents. Safe to repeat: events have their own keys, and an account keeps the latest.

    Raises:
        StoreError: MongoDB does not answer, or refuses them. InvalidDocument: one breaks a rule of its kind.
    """
    mfi = connection.schema_name
    for entry in entries:
        if entry.event_type in OTHERS:
            OTHERS[entry.event_type](entry, mfi)
    events = [e for e in entries if e.event_type not in OTHERS]
    if not events:
        return
    now = datetime.now(UTC)
    repository.save_events([event_record(e, mfi, now) for e in events])
    latest = {e.account: e for e in events}  # in the outbox's order: the last of each account stays
    repository.save_latest_accounts([_account_record(e, mfi) for e in latest.values()])
    repository.save_people(mfi, _told_since(events))


def _told_since(entries: list[OutboxEntry]) -> dict[str, date]:
    """Whom these entries are about, and the earliest day that they tell of."""
    since: dict[str, str] = {}
    for entry in entries:
        person, day = entry.payload["person"], entry.payload["value_date"]
        since[person] = min(day, since.get(person, day))
    return {person: date.fromisoformat(day) for person, day in since.items()}


def event_record(entry: OutboxEntry, mfi: str, now: datetime) -> EventRecord:
    """The event that an entry tells of, as the histories keep it."""
    p = entry.payload
    return EventRecord(
        id=entry_key(UUID(p["event"]), entry.event_type),
        place=entry.pk,
        account=entry.account,
        person=p["person"],
        mfi=mfi,
        kind=entry.event_type,
        value_date=date.fromisoformat(p["value_date"]),
        amount=Decimal(p["amount"]),
        outstanding=Decimal(p["outstanding"]),
        arrived_at=now,
        status=_status(p["status"]),
        oldest_due_date=_day(p["oldest_due_date"]),
    )


def _account_record(entry: OutboxEntry, mfi: str) -> AccountRecord:
    p = entry.payload
    return AccountRecord(
        id=entry.account,
        person=p["person"],
        mfi=mfi,
        loan_number=p["loan_number"],
        status=_status(p["status"]),
        currency=p["currency"],
        principal=Decimal(p["principal"]),
        outstanding=Decimal(p["outstanding"]),
        installments=p["installments"],
        disbursed_on=_day(p["disbursed_on"]),
        closed_on=_day(p["closed_on"]),
        oldest_due_date=_day(p["oldest_due_date"]),
        last_event=entry.pk,
        last_event_on=date.fromisoformat(p["value_date"]),
        monthly_installment=Decimal(p.get("monthly_installment", 0)),
    )


def _status(told: str) -> str:
    """The state as the histories call it; what an earlier release queued may name an application's."""
    return REVERSED if told in OF_APPLICATIONS else told


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
