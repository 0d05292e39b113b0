"""Facts on their way into the database, one or thousands: worked out in memory, and written set-wise.

What follows from each event (the loan's state, its entry in the books, what histories and borrower are told) is the
same whether it is written alone or among others: there is this one way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError

from apps.credit.outbox import CreditEvent, payload_of
from apps.loans.book.models import LENT, EventType, LoanEvent, Transfer
from apps.loans.book.numbers import spelled
from apps.loans.book.projection import Projected, make_projection, projections_written
from apps.loans.book.queries.bookings import take_numbers
from apps.loans.book.workflow import EVENTS
from apps.loans.domain.violations import InvalidTerms
from apps.loans.ledger.floor import require_not_below_zero
from apps.loans.ledger.post import EntryDraft, drafts_written, entry_for
from apps.loans.ledger.queries import look_at_books
from apps.loans.recording.credit_events import credit_events
from apps.loans.recording.facts import Facts
from apps.loans.recording.notifications import message_of
from apps.loans.recording.queries import facts_written, tellings_written
from apps.loans.recording.transfers import Drawing, TransferBook
from apps.loans.recording.wording import refusal
from apps.mfis.core.actor import Actor
from apps.mfis.core.durability import answer_from_disk, commit_at_once
from apps.mfis.core.errors import ServiceError, WrongState
from apps.mfis.core.prepared import Query, run_together
from apps.mfis.core.tables import new_id, this_node
from apps.mfis.nodes.home import is_home
from apps.users.messaging.models import Message

REFUND_RESTS = "What was paid too much was given back since, and rests on this: reverse the refund first."

FEW = 10  # events whose writing is prepared


class Unnumbered(NamedTuple):
    """An event that gets a number of `series` when it is written, and the message that names it."""

    series: str
    event: LoanEvent
    message: Message | None


class Writing:
    """Events of one actor that are written together, each as if those before it were written already."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._held: dict[str, int] = {}  # the last number of each kind that is held
        self._taken: dict[str, int] | None = None  # how many of it are given since; None: `write` gives them
        self.transfers = TransferBook()
        self.is_home = is_home()  # elsewhere the home posts and tells once a fact has arrived there
        self._stated: list[Transfer] = []
        self._events: list[LoanEvent] = []
        self._facts: dict[UUID, Facts] = {}
        self._made: dict[UUID, Projected] = {}
        self._entries: list[EntryDraft] = []
        self._outbox: list[CreditEvent] = []
        self._messages: list[Message] = []
        self._unnumbered: list[Unnumbered] = []

    def hold_numbers(self) -> None:
        """From now on numbers are counted here, and taken by `write`: nobody else takes one of the kind meanwhile."""
        self._taken = {}

    def held_number(self, name: str) -> str:
        """The next number of a kind that is held."""
        taken = self._taken if self._taken is not None else {}
        if name not in taken:
            self._held[name] = take_numbers(name, 0)
            taken[name] = 0
        taken[name] += 1
        return spelled(name, self._held[name] + taken[name])

    def draw(self, drawing: Drawing) -> Transfer | None:
        """What is to be stated with the event that is paid out of a transfer; see `TransferBook.draw`."""
        return self.transfers.draw(drawing, self.actor)

    def add(
        self,
        facts: Facts,
        event: LoanEvent,
        stated: Transfer | None = None,
        *,
        series: str = "",
        is_posted: bool = True,
    ) -> LoanEvent:
        """Adds an event of the loan, and works out what follows from it; in the books too, unless one after it does.

        `series` is the kind of number that it gets.

        Raises:
            WrongState: it happened before and may happen only once, or what was given back rests on it. InvalidInput:
                the loan's state does not allow it, at the field that is at fault.
        """
        if any(known.pk == event.pk for known in facts.events) and EVENTS[EventType(event.type)].once:
            raise _happened(event)
        if series and self._taken is not None:
            event.number = self.held_number(series)
        facts.add(event)
        try:
            made = make_projection(facts.loan, facts.events)
        except InvalidTerms as error:
            raise refusal(error) from error
        if made.state.overpaid < 0:
            raise WrongState(REFUND_RESTS)
        before, facts.status, facts.projected = facts.status, made.state.status, made
        self._facts[facts.loan.pk], self._made[facts.loan.pk] = facts, made
        self._events.append(event)
        self._stated.extend([stated] if stated else [])
        if self.is_home:
            if is_posted:
                self._post(facts, event, made)
            self._outbox += credit_events(facts.loan, made, event, before)
        message = message_of(facts.loan, made.state, event)
        self._messages.extend([message] if message else [])
        if series and not event.number:
            self._unnumbered.append(Unnumbered(series, event, message))
        self.transfers.keep(event, stated)
        return event

    def _post(self, facts: Facts, event: LoanEvent, made: Projected) -> None:
        """Adds the entry that brings the books to the loan's state. Before the first pay-out they hold nothing.

        A step that was agreed to may be that pay-out, which follows it: the books' lock comes before the chain's.
        """
        if facts.books is None:
            moved = (*LENT, EventType.STEP_AGREED)
            if not any(known.type in moved for known in facts.events):
                return
            facts.books = look_at_books([facts.loan.pk])[facts.loan.pk]
        entry = entry_for(facts.loan, made.folded, made.events, event, self.actor, facts.books)
        if entry:
            self._entries.append(entry)
            for account, amount in entry.amounts.items():
                facts.books.posted[account] = facts.books.posted.get(account, 0) + amount

    def write(self) -> None:
        """Writes what was added.

        Raises:
            WrongState: what may happen only once arrived from another node meanwhile. BelowZero: more would leave an
                account of money than it holds.
        """
        if not self._events:
            return
        many = len(self._events) > FEW
        known = {loan_id: facts.coverage for loan_id, facts in self._facts.items()}
        projections, reached = projections_written(self._made.values(), known)
        for loan_id, coverage in reached.items():
            self._facts[loan_id].coverage = coverage
        self._give_numbers()
        rows = [_transfer_row(t) for t in self._stated], [_event_row(e) for e in self._events]
        statements = [commit_at_once(), facts_written(this_node(), *rows), projections]
        held = [entry for entry in self._entries if entry.held]
        if held:  # accounts are locked after the chain, in whatever a transaction writes
            self._run(statements, many=many)
            statements = []
            require_not_below_zero([entry.amounts for entry in held])
        if self._entries:
            statements.append(drafts_written(self._entries))
        if self._outbox or self._messages:
            told = [_outbox_row(o) for o in self._outbox], [_message_row(m) for m in self._messages]
            statements.append(tellings_written(*told))
        self._run(statements, many=many)
        answer_from_disk()
        self._written()

    def _give_numbers(self) -> None:
        """Gives each event that lacks one its number. It is what all others wait for: taken when all else is ready."""
        for series in sorted({lacks.series for lacks in self._unnumbered}):
            lacking = [lacks for lacks in self._unnumbered if lacks.series == series]
            last = take_numbers(series, len(lacking))
            for count, (_, event, message) in enumerate(lacking, last - len(lacking) + 1):
                event.number = spelled(series, count)
                if message:
                    message.values["number"] = event.number

    def _run(self, statements: list[tuple[Query, list[Any]]], *, many: bool) -> None:
        try:
            run_together(*statements, many=many)
        except IntegrityError as error:
            once = next((event for event in self._events if EVENTS[EventType(event.type)].once), None)
            if once is None or not _is_of_events(error):
                raise
            raise _happened(once) from error

    def _written(self) -> None:
        """Takes the numbers that were given, and goes on with nothing."""
        for name, count in (self._taken or {}).items():
            self._held[name] = take_numbers(name, count)
            self._taken = {**(self._taken or {}), name: 0}
        for written in (self._stated, self._events, self._made, self._entries, self._outbox, self._messages):
            written.clear()
        self._unnumbered.clear()

    @contextmanager
    def or_nothing(self, facts: Facts) -> Iterator[Facts]:
        """What is added to the loan's facts inside, or nothing of it where it is refused. Gives the facts to add to."""
        before = facts.copy()
        lists: tuple[list[Any], ...] = (self._stated, self._events, self._entries, self._outbox, self._messages)
        lengths, made = [len(added) for added in lists], self._made.get(facts.loan.pk)
        taken = {**self._taken} if self._taken is not None else None
        try:
            yield facts
        except ServiceError:
            for added, length in zip(lists, lengths, strict=True):
                del added[length:]
            if made is None:
                self._made.pop(facts.loan.pk, None)
            else:
                self._made[facts.loan.pk] = made
            self._taken = taken
            facts.restore(before)
            raise


def _is_of_events(error: IntegrityError) -> bool:
    """Whether it is an event that the database refused."""
    said = getattr(error.__cause__, "diag", None)
    return said is not None and said.table_name == LoanEvent._meta.db_table


def _happened(event: LoanEvent) -> WrongState:
    return WrongState(f"This loan was already {event.get_type_display().lower()}.")


def _document(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)


def _event_row(event: LoanEvent) -> tuple[Any, ...]:
    """An event in the order of the columns of `RECORD`."""
    return (
        event.pk,
        event.recorded_at,
        event.loan_id,
        str(event.type),
        event.value_date,
        event.amount,
        str(event.channel),
        event.reference,
        event.reason,
        event.reverses_id,
        event.actor_id,
        event.actor_name,
        event.idempotency_key,
        event.number,
        _document(event.payload),
    )


def _transfer_row(transfer: Transfer) -> tuple[Any, ...]:
    """A transfer in the order of the columns of `RECORD`."""
    return (
        transfer.pk,
        str(transfer.channel),
        transfer.reference,
        transfer.written,
        transfer.amount,
        transfer.value_date,
        transfer.payer,
        transfer.actor_id,
        transfer.actor_name,
    )


def _outbox_row(told: CreditEvent) -> tuple[Any, ...]:
    """An entry of the outbox in the order of the columns of `TELL`."""
    return new_id(), told.loan_id, str(told.kind), _document(payload_of(told))


def _message_row(message: Message) -> tuple[Any, ...]:
    """A message in the order of the columns of `TELL`."""
    to = (message.account_id, message.about, str(message.channel))
    return (message.pk, message.key, *to, _document(message.values), message.send_after)
