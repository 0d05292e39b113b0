"""Taking many repayments by one command: a sheet, a statement, a payroll, an import."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.loans.book.models import Channel, LoanState
from apps.loans.book.references import fold_reference
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.ledger.queries import look_at_books
from apps.loans.recording.facts import Facts, read_facts
from apps.loans.recording.queries import Key
from apps.loans.recording.services import lock_loans
from apps.loans.recording.writing import Writing
from apps.loans.servicing.services.booking import Booking, check_seen
from apps.loans.servicing.services.repayment import Receipt, Received, receive, record_repayment
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import (
    Identity,
    answered,
    answers_before,
    as_kept,
    command,
    identify,
    keep_answers,
    registered,
)
from apps.mfis.core.errors import InvalidInput, NotFound, ServiceError
from apps.mfis.core.memory import uncollected
from apps.mfis.core.texts import clean_texts

SINGLE = registered(record_repayment)


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One receipt of many: what `record_repayment` takes for it. Each row may have a key of its own."""

    loan_id: UUID
    amount: Decimal
    channel: str
    reference: str = ""
    value_date: date | None = None
    transfer_amount: Decimal | None = None
    accept_overpayment: bool = False
    idempotency_key: str = ""
    events_seen: int | None = None

    def received(self) -> Received:
        how = (self.channel, self.reference, self.value_date)
        return Received(self.amount, *how, self.transfer_amount, self.accept_overpayment)

    def identity(self, actor: Actor) -> Identity | None:
        """What `record_repayment` would know the row by; None where it has no key."""
        if not self.idempotency_key:
            return None
        return identify(actor, self.idempotency_key, SINGLE.name, SINGLE.arguments(said(self)))


def said(row: ReceiptRow) -> dict[str, Any]:
    """The row as the arguments of `record_repayment`."""
    return {name: getattr(row, name) for name in ReceiptRow.__slots__}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row is not booked: what `record_repayment` would have raised for it."""

    code: str
    message: str
    field: str = ""
    question: str = ""  # the input by which a person may say yes to it
    of: str = ""  # the name of the error

    @classmethod
    def by(cls, error: ServiceError) -> Refused:
        return cls(error.code, str(error.message), error.field, error.question, type(error).__name__)


@dataclass(frozen=True, slots=True)
class RowBooked:
    """What became of a row: its receipt, or why there is none."""

    outcome: Receipt | Refused

    @property
    def receipt(self) -> Receipt | None:
        return self.outcome if isinstance(self.outcome, Receipt) else None

    @property
    def refused(self) -> Refused | None:
        return self.outcome if isinstance(self.outcome, Refused) else None


class RowsRefused(InvalidInput):
    """Rows that were to be booked all or none, and some of them cannot be. `results` says of each which."""

    def __init__(self, results: Sequence[RowBooked]) -> None:
        self.results = list(results)
        faults = [(n, row.refused) for n, row in enumerate(results, 1) if row.refused]
        said = " ".join(f"Row {n}: {refused.message}" for n, refused in faults[:5])
        rest = f" And {len(faults) - 5} more." if len(faults) > 5 else ""
        super().__init__(f"Nothing is booked. {said}{rest}", field="rows")


@command(TRANSITIONS["record_repayment"].duty, by_row="rows")
def record_repayments(
    *, rows: list[ReceiptRow], actor: Actor, all_or_nothing: bool, idempotency_key: str = ""
) -> list[RowBooked]:
    """Books each row as `record_repayment` would, one after the other. Returns what became of each, in their order.

    Several rows may be of one loan or one transfer: each counts what those before it booked. By row, what is refused
    stops no other; `all_or_nothing`, it stops all. A row's key is one of `record_repayment`: a receipt that either of
    them booked is not booked again by the other.

    Locks the rows' keys, loans, transfers and the receipts' numbers, each in one order, until the transaction ends.

    Raises:
        NotAllowed: duty. RowsRefused: a row is refused, and it is all or nothing. KeyReused: `idempotency_key` came
        before with other rows.
    """
    with uncollected():
        many = _Many(actor, rows)
        results = [many.take(n) for n in range(len(rows))]
        if all_or_nothing and any(row.refused for row in results):
            raise RowsRefused(results)
        many.writing.write()
        many.keep_answers(results)
    return results


def rehearse_repayments(*, rows: list[ReceiptRow], actor: Actor) -> list[RowBooked]:
    """What `record_repayments` would answer, row by row, now. Nothing is written, and no lock is kept: each is held for
    as long as this takes."""
    with transaction.atomic(), uncollected():
        many = _Many(actor, rows)
        results = [many.take(n) for n in range(len(rows))]
        transaction.set_rollback(True)
    return results


class _Many:
    """The rows with all that they are decided by: locked, looked up together, and kept up from row to row."""

    def __init__(self, actor: Actor, rows: Sequence[ReceiptRow]) -> None:
        self.actor = actor
        self.rows = [_cleaned(row) for row in rows]
        self.sent = [_identity(row, actor) for row in self.rows]
        self.before = answers_before([sent for sent in self.sent if isinstance(sent, Identity)])
        self.given_before = frozenset(self.before)
        self.writing = Writing(actor)
        self.facts: dict[UUID, Facts] = {}
        self.states: dict[UUID, LoanState] = {}
        self._look([row for row in self.rows if isinstance(row, ReceiptRow)])

    def _look(self, rows: Collection[ReceiptRow]) -> None:
        """Locks and looks up what the rows name, in the order in which a single receipt does."""
        locked = lock_loans(sorted({row.loan_id for row in rows}))
        self.states = {loan_id: state for loan_id, (_, state) in locked.items()}
        self.facts = read_facts([loan for loan, _ in locked.values()]) if locked else {}
        self.writing.transfers.look_at({key for row in rows if (key := _transfer(row))})
        self.writing.hold_numbers()
        if self.writing.is_home and locked:
            for loan_id, books in look_at_books(locked).items():
                self.facts[loan_id].books = books

    def take(self, n: int) -> RowBooked:
        """Books a row in memory."""
        row, sent = self.rows[n], self.sent[n]
        try:
            if isinstance(row, ServiceError):
                raise row
            if isinstance(sent, ServiceError):
                raise sent
            if sent and sent.id in self.before:
                return RowBooked(SINGLE.answer.validate_python(answered(sent, *self.before[sent.id])))
            receipt = self._book(row)
        except ServiceError as error:
            return RowBooked(Refused.by(error))
        if sent:
            self.before[sent.id] = sent.body_hash, as_kept(SINGLE, receipt)  # for a row that has the same key
        return RowBooked(receipt)

    def _book(self, row: ReceiptRow) -> Receipt:
        facts = self.facts.get(row.loan_id)
        if facts is None:
            raise NotFound("There is no such loan.")
        check_seen(facts, row.events_seen)
        booking = self._booking(facts, row.idempotency_key)
        booking.check("record_repayment")
        with self.writing.or_nothing(facts):
            return receive(booking, row.received())

    def _booking(self, facts: Facts, key: str) -> Booking:
        state = facts.projected.state if facts.projected else self.states[facts.loan.pk]
        return Booking(facts.loan, state, self.actor, "", key, facts, self.writing, at_once=False)

    def keep_answers(self, results: Sequence[RowBooked]) -> None:
        """Keeps the receipts of this call under their rows' keys."""
        answers = {}
        for sent, result in zip(self.sent, results, strict=True):
            if isinstance(sent, Identity) and result.receipt and sent.id not in self.given_before:
                answers[sent.id] = sent, result.receipt
        keep_answers(SINGLE, self.actor, list(answers.values()))


def _cleaned(row: ReceiptRow) -> ReceiptRow | ServiceError:
    try:
        return ReceiptRow(**clean_texts(said(row)))
    except ServiceError as error:
        return error


def _identity(row: ReceiptRow | ServiceError, actor: Actor) -> Identity | ServiceError | None:
    try:
        return row.identity(actor) if isinstance(row, ReceiptRow) else None
    except ServiceError as error:
        return error


def _transfer(row: ReceiptRow) -> Key | None:
    """The transfer that a row draws on, if it comes by one."""
    by_transfer = row.channel in Channel.values and row.channel != Channel.CASH and row.reference.strip()
    return (row.channel, fold_reference(row.reference)) if by_transfer else None
