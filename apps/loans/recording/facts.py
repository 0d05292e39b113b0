"""A loan's facts in memory: as one look found them under the loan's lock, with what is added to them since."""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from uuid import UUID

from apps.loans.book.models import Loan, LoanEvent, PositionCoverage
from apps.loans.book.projection import Projected
from apps.loans.book.queries.bookings import facts_of
from apps.loans.ledger.queries import Books


@dataclass(slots=True)
class Facts:
    """The events of a loan in booking order, and where it stands by them."""

    loan: Loan
    events: list[LoanEvent]
    read_at: datetime  # the instant of the look
    status: str | None  # after the last event; None before the first
    coverage: PositionCoverage | None  # how far its positions are written
    added: int = 0  # of the events, by this transaction
    projected: Projected | None = None  # of the loan, once something was added
    books: Books | None = None  # what they hold for the loan, once it was looked up

    def add(self, event: LoanEvent) -> None:
        """Puts an event in its place, after all that this node had recorded when it looked.

        What came from a node whose clock is ahead stays behind it, as it does wherever events are read again.
        """
        self.added += 1
        event.recorded_at = self.read_at + timedelta(microseconds=self.added)
        insort(self.events, event, key=_place)

    def copy(self) -> Facts:
        """As it stands now, for whoever takes back what is added next."""
        books = self.books and Books({**self.books.posted}, self.books.closed)
        return replace(self, events=[*self.events], books=books)

    def restore(self, before: Facts) -> None:
        """Brings this back to what `before`, a copy, was."""
        for field in fields(self):
            setattr(self, field.name, getattr(before, field.name))


def _place(event: LoanEvent) -> tuple[datetime, UUID]:
    return event.recorded_at, event.pk


def read_facts(loans: Collection[Loan]) -> dict[UUID, Facts]:
    """The facts of loans that are locked, or new: one statement, however many they are."""
    found = facts_of([loan.pk for loan in loans])
    return {
        loan.pk: Facts(loan, of.events, of.read_at, of.status, of.coverage)
        for loan, of in ((loan, found[loan.pk]) for loan in loans)
    }
