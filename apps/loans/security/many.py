"""Guarantors and collateral of many loans by one command: an import, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.loans.book.models import EventType, Loan, LoanState
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.ledger.queries import look_at_books
from apps.loans.recording.facts import read_facts
from apps.loans.recording.services import check_transition, lock_loans, new_event
from apps.loans.recording.writing import Writing
from apps.loans.security.doubts import check_guarantor
from apps.loans.security.models import Collateral, Guarantor
from apps.loans.security.services import settle_collateral, settle_guarantor
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import ServiceError, WrongState
from apps.mfis.core.texts import clean_texts

Record = Guarantor | Collateral

Refusals = list[ServiceError | None]  # by record, in their order; None where it was done


@command(TRANSITIONS["add_guarantor"].duty, TRANSITIONS["add_collateral"].duty, by_row="records")
def enter_securities(*, records: Sequence[Record], actor: Actor) -> Refusals:
    """Enters each record as `add_guarantor` or `add_collateral` would with what is asked about confirmed. Returns why
    not, by record; what is refused stops no other.

    Locks their loans in the order of their keys until the transaction ends.

    Raises:
        NotAllowed: duty.
    """
    many = _Many(actor, records)
    refusals: Refusals = [many.note(record, many.enter) for record in records]
    entered = [record for record, refused in zip(records, refusals, strict=True) if refused is None]
    Guarantor.objects.bulk_create(record for record in entered if isinstance(record, Guarantor))
    Collateral.objects.bulk_create(record for record in entered if isinstance(record, Collateral))
    many.writing.write()
    return refusals


@command(TRANSITIONS["release_security"].duty)
def release_securities(*, records: Sequence[Record], actor: Actor, reason: str) -> Refusals:
    """Lets each go as `release` would. Returns why not, by record; what is refused stops no other.

    Raises:
        NotAllowed: duty. InvalidInput: no reason.
    """
    many = _Many(actor, records, reason)
    for model in (Guarantor, Collateral):
        keys = sorted(record.pk for record in records if isinstance(record, model))
        list(model._default_manager.select_for_update().filter(pk__in=keys).order_by("pk"))
    refusals: Refusals = [many.note(record, many.release) for record in records]
    released = [record for record, refused in zip(records, refusals, strict=True) if refused is None]
    for model in (Guarantor, Collateral):
        keys = [record.pk for record in released if isinstance(record, model)]
        model._default_manager.filter(pk__in=keys).update(is_active=False)
    many.writing.write()
    return refusals


class _Many:
    """The records with their loans: locked, looked up together, and kept up from one to the next."""

    def __init__(self, actor: Actor, records: Sequence[Record], reason: str = "") -> None:
        self.actor, self.reason, self.writing = actor, reason, Writing(actor)
        self.locked = lock_loans(sorted({record.loan_id for record in records}))
        self.facts = read_facts([loan for loan, _ in self.locked.values()]) if self.locked else {}
        if self.writing.is_home and self.locked:
            for loan_id, books in look_at_books(self.locked).items():
                self.facts[loan_id].books = books

    def note(self, record: Record, step: Callable[[Record, Loan, LoanState], str]) -> ServiceError | None:
        """Takes a step of a record, and notes on its loan what that says. Returns why it is refused."""
        loan, state = self.locked[record.loan_id]
        try:
            text = step(record, loan, state)
            today = business_date()
            event = new_event(loan=loan, event_type=EventType.NOTE, actor=self.actor, value_date=today, reason=text)
            with self.writing.or_nothing(self.facts[loan.pk]) as facts:
                self.writing.add(facts, event)
        except ServiceError as error:
            return error
        return None

    def enter(self, record: Record, loan: Loan, state: LoanState) -> str:
        record.loan = loan
        clean_texts({"record": record})
        if isinstance(record, Guarantor):
            check_transition("add_guarantor", loan, state, self.actor)
            settle_guarantor(record)
            check_guarantor(record, confirmed=True)
            return f"Guarantor: {record.full_name}, up to {record.amount:,.2f}"
        check_transition("add_collateral", loan, state, self.actor)
        settle_collateral(record)
        return f"Collateral: {record.description}, {record.value:,.2f}"

    def release(self, record: Record, loan: Loan, state: LoanState) -> str:
        check_transition("release_security", loan, state, self.actor, reason=self.reason)
        if not record.is_active:
            raise WrongState("It was released before.")
        return f"Released: {record}. {self.reason.strip()}"
