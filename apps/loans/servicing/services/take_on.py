"""Taking on running loans from another system, many at once, and taking that back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState, Status
from apps.loans.book.workflow import ENGINE_EVENTS, TAKEN_ON
from apps.loans.domain.terms_parser import parse_agreed_terms
from apps.loans.domain.violations import InvalidTerms
from apps.loans.ledger.opening import post_openings
from apps.loans.ledger.queries import Books, look_at_books
from apps.loans.products.models import Product
from apps.loans.products.quotes import holidays_from
from apps.loans.recording.facts import Facts, read_facts
from apps.loans.recording.services import check_step, check_value_date, first_event, lock_loans, new_event
from apps.loans.recording.writing import Writing
from apps.loans.servicing.running_loan import (
    FIRST_DAY,
    RowRefused,
    RunningLoan,
    agreed_terms,
    by_field,
    check_outstanding,
    check_row,
    checked_figures,
    taken_figures,
)
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, ServiceError, WrongState
from apps.mfis.core.memory import uncollected
from apps.mfis.core.roles import Role
from apps.mfis.core.tables import new_id
from apps.mfis.core.texts import clean_texts
from apps.mfis.nodes.home import require_home
from apps.users.accounts.models import Account

TAKEN_OVER = {"taken_over": True}  # what another system booked; the books here begin after it


@dataclass(frozen=True, slots=True)
class RowTaken:
    """What became of a row: the loan that it is now, or why there is none, by field of the row."""

    loan_id: UUID | None = None
    number: str = ""
    errors: dict[str, list[str]] | None = None


@dataclass(frozen=True, slots=True)
class RowBack:
    """What became of a loan that was to be taken back: why it stays, or nothing."""

    loan_id: UUID
    stays: str = ""


class RowsNotTaken(InvalidInput):
    """Rows that were to be taken on all or none, and some of them cannot be. `results` says of each which."""

    def __init__(self, results: Sequence[RowTaken]) -> None:
        self.results = list(results)
        faults = [(n, row.errors) for n, row in enumerate(results, 1) if row.errors]
        said = " ".join(f"Row {n}: {next(iter(errors.values()))[0]}" for n, errors in faults[:5])
        rest = f" And {len(faults) - 5} more." if len(faults) > 5 else ""
        super().__init__(f"Nothing is taken on. {said}{rest}", field="rows")


@command(TAKEN_ON["take_on"].duty, by_row="rows", new_business=True)
def take_on_loans(
    *,
    rows: list[RunningLoan],
    cut_over: date,
    actor: Actor,
    currency: str,
    all_or_nothing: bool,
    post: bool = True,
    dry_run: bool = False,
    idempotency_key: str = "",
) -> list[RowTaken]:
    """Takes each row on as a loan that runs here from `cut_over`. Returns what became of each, in their order.

    What a file holds are the figures of that day, with what was received on it. The opening entries of the books are
    posted at once; whoever takes many batches on posts them at the end by `book_openings` instead (`post` false).
    `dry_run` works all out and writes nothing: the rehearsal.

    Raises:
        NotAllowed: duty. NotHome: loans begin at the MFI's home. InvalidInput: the cut-over lies in the future.
        RowsNotTaken: a row is refused, and it is all or nothing.
    """
    require_home()
    check_value_date(cut_over, not_before=FIRST_DAY, field="cut_over")
    with uncollected():
        taking = _Taking(actor, [_cleaned(row) for row in rows], cut_over, currency)
        results = [taking.take(n) for n in range(len(rows))]
        if all_or_nothing and any(row.errors for row in results):
            raise RowsNotTaken(results)
        if dry_run:
            return [replace(row, loan_id=None, number="") for row in results]
        taking.write()
    if post:
        post_openings(actor)
    return results


@command(TAKEN_ON["take_on"].duty)
def book_openings(*, actor: Actor) -> int:
    """Posts what the books lack of what loans brought from another system. Returns the entries written.

    Raises:
        NotAllowed: duty. NotHome: the books are kept at the MFI's home.
    """
    require_home()
    return post_openings(actor)


def _cleaned(row: RunningLoan) -> RunningLoan | ServiceError:
    try:
        return RunningLoan(**clean_texts(row.said()))
    except ServiceError as error:
        return error


class _Taking:
    """The rows with all that they are decided by, looked up together."""

    def __init__(self, actor: Actor, rows: Sequence[RunningLoan | ServiceError], cut_over: date, currency: str) -> None:
        self.actor, self.rows, self.cut_over, self.currency = actor, rows, cut_over, currency
        sound = [row for row in rows if isinstance(row, RunningLoan)]
        self.writing = Writing(actor)
        self.writing.hold_numbers()
        self.read_at: datetime = timezone.now()
        self.closed = look_at_books([UUID(int=0)])[UUID(int=0)].closed
        people = Account.objects.filter(pk__in={row.borrower_id for row in sound}).select_related("profile")
        self.people = {person.pk: person for person in people}
        self.products = Product.objects.in_bulk({row.product_id for row in sound})
        known = Loan.objects.there().filter(external_number__in={row.external_number for row in sound})
        self.numbered = dict(known.values_list("external_number", "number"))
        self.row_of: dict[str, int] = {}  # by number elsewhere
        self.loans: list[Loan] = []

    @cached_property
    def _all_holidays(self) -> list[str]:
        return holidays_from(FIRST_DAY)

    def _holidays(self, since: date) -> list[str]:
        return [day for day in self._all_holidays if day >= since.isoformat()]

    def take(self, n: int) -> RowTaken:
        """Takes a row on in memory."""
        row = self.rows[n]
        try:
            if isinstance(row, ServiceError):
                raise row
            loan = self._take(row)
        except InvalidInput as error:
            return RowTaken(errors=error.errors or {"": [error.message]})
        except ServiceError as error:
            return RowTaken(errors={error.field: [error.message]})
        self.row_of[row.external_number] = n + 1
        self.loans.append(loan)
        return RowTaken(loan.pk, loan.number)

    def _take(self, row: RunningLoan) -> Loan:
        check_row(row, self.cut_over)
        borrower, product = self._check_known(row)
        terms = agreed_terms(row, product, self.currency, self._holidays)
        loan = Loan(
            borrower=borrower,
            product=product,
            product_version=product.version,
            asked_terms=terms,
            asked_principal=row.principal,
            asked_purpose=row.purpose,
            submitted_on=row.disbursed_on,
            external_number=row.external_number,
        )
        loan._state.fields_cache["state"] = None  # there is none yet, and nobody needs to look
        facts = Facts(loan, [], self.read_at, None, None, books=Books({}, self.closed))
        *before, taken_on = self._events(loan, row)
        with self.writing.or_nothing(facts):
            loan.number = self.writing.held_number("L")
            try:
                for event in before:
                    self.writing.add(facts, event, is_posted=False)
                self.writing.add(facts, taken_on)
            except InvalidInput as error:
                cause = error.__cause__
                raise RowRefused(by_field(cause)) if isinstance(cause, InvalidTerms) else error from error
            if facts.projected:
                self._check_stands(row, facts.projected.state, facts.projected.folded.outstanding("principal"))
                opening = facts.projected.folded.brought.opening
                taken_on.payload["opening"] = {name: f"{amount:.2f}" for name, amount in opening.items()}
        return loan

    def _events(self, loan: Loan, row: RunningLoan) -> list[LoanEvent]:
        """The facts by which the loan begins here: one with its figures, or its history and what closes it."""
        payload: dict[str, Any] = {"opening": {}, **_last_payment(row)}
        before: list[LoanEvent] = []
        if row.repayments:
            before.append(self._event(loan, EventType.DISBURSED, row.disbursed_on, row.principal, TAKEN_OVER))
            for past in sorted(row.repayments, key=lambda past: past.on):
                event = self._event(loan, EventType.REPAYMENT, past.on, past.amount, TAKEN_OVER)
                event.id = new_id()
                before.append(event)
        else:
            figures = taken_figures(row)
            checked_figures(parse_agreed_terms(loan.asked_terms), figures, self.cut_over)
            payload["take_on"] = figures
        return [*before, self._event(loan, EventType.TAKEN_ON, self.cut_over, row.outstanding, payload)]

    def _event(self, loan: Loan, kind: EventType, day: date, amount: Decimal, payload: dict[str, Any]) -> LoanEvent:
        return first_event(loan=loan, event_type=kind, actor=self.actor, value_date=day, amount=amount, payload=payload)

    def _check_stands(self, row: RunningLoan, state: LoanState, principal: Decimal) -> None:
        """Refuses a history that leaves no running loan, or another principal than was told."""
        if row.repayments:
            check_outstanding(row, principal)
            if state.status != Status.ACTIVE:
                raise RowRefused({"repayments": ["By its repayments nothing is owed any more."]})

    def _check_known(self, row: RunningLoan) -> tuple[Account, Product]:
        errors: dict[str, list[str]] = {}
        borrower, product = self.people.get(row.borrower_id), self.products.get(row.product_id)
        if borrower is None:
            errors["borrower_id"] = ["There is no such borrower here; bring the people in first."]
        elif borrower.role != Role.BORROWER:
            errors["borrower_id"] = [f"{borrower.full_name} is no borrower."]
        if product is None:
            errors["product_id"] = ["There is no such product here; make it first."]
        if row.external_number in self.numbered:
            errors["external_number"] = [f"Loan {self.numbered[row.external_number]} has this number already."]
        elif row.external_number in self.row_of:
            errors["external_number"] = [f"Row {self.row_of[row.external_number]} has this number too."]
        if errors or borrower is None or product is None:
            raise RowRefused(errors)
        return borrower, product

    def write(self) -> None:
        """Writes the loans and what follows from them.

        Raises:
            WrongState: another run brought one of them in meanwhile.
        """
        try:
            Loan.objects.bulk_create(self.loans)
        except IntegrityError as error:
            text = "Another run brought in a loan with one of these numbers meanwhile; run the file again."
            raise WrongState(text) from error
        self.writing.write()


def _last_payment(row: RunningLoan) -> dict[str, str]:
    """What is told of the last payment in the other system: it is for people to read, and changes nothing."""
    said = {"last_payment_on": row.last_payment_on and row.last_payment_on.isoformat()}
    said["last_payment"] = None if row.last_payment is None else f"{row.last_payment:.2f}"
    return {name: value for name, value in said.items() if value}


@command(TAKEN_ON["undo_take_on"].duty)
def undo_take_on(*, loan_ids: list[UUID], actor: Actor, reason: str, idempotency_key: str = "") -> list[RowBack]:
    """Takes loans back that were taken on from another system, while nothing rests on them. Says of each what became.

    A loan that is taken back leaves lists, portfolio and books, its facts stay; its number elsewhere is free again.

    Raises:
        NotAllowed: duty. NotHome: loans end at the MFI's home. InvalidInput: no reason.
    """
    locked = lock_loans(sorted(set(loan_ids)))
    facts = read_facts([loan for loan, _ in locked.values()]) if locked else {}
    writing = Writing(actor)
    if locked and writing.is_home:
        for loan_id, books in look_at_books(locked).items():
            facts[loan_id].books = books
    results = [_take_back(loan_id, locked.get(loan_id), facts.get(loan_id), writing, reason) for loan_id in loan_ids]
    writing.write()
    post_openings(actor)
    return results


def _take_back(
    loan_id: UUID, locked: tuple[Loan, LoanState] | None, facts: Facts | None, writing: Writing, reason: str
) -> RowBack:
    if locked is None or facts is None:
        return RowBack(loan_id, NotFound("There is no such loan.").message)
    loan, state = locked
    try:
        check_step(TAKEN_ON["undo_take_on"], loan, state, writing.actor, reason=reason)
        taken = _nothing_rests_on(facts.events)
    except WrongState as error:
        return RowBack(loan_id, error.message)
    # With its history that goes too: first what closed it, last the pay-out, and only then the books are looked at.
    over = [taken, *(event for event in reversed(facts.events) if event.payload.get("taken_over"))]
    for n, of in enumerate(over, start=1):
        event = new_event(
            loan=loan,
            event_type=EventType.REVERSAL,
            actor=writing.actor,
            value_date=of.value_date,
            amount=of.amount,
            reverses=of,
            reason=reason,
        )
        writing.add(facts, event, is_posted=n == len(over))
    return RowBack(loan_id)


def _nothing_rests_on(events: Collection[LoanEvent]) -> LoanEvent:
    """The taking on, if it may be taken back: nothing that counts came after it.

    Raises:
        WrongState: the loan was lent here, or something was booked on it.
    """
    undone = {event.reverses_id for event in events}
    taken = next((event for event in events if event.type == EventType.TAKEN_ON and event.pk not in undone), None)
    if taken is None:
        raise WrongState("This loan was not taken on from another system.")
    counts = (*ENGINE_EVENTS, EventType.CHARGED_OFF)
    own = {taken.pk, *undone, *(event.pk for event in events if event.payload.get("taken_over"))}
    later = [e for e in events if e.type in counts and e.pk not in own and not e.reverses_id]
    if later:
        first = later[0]
        raise WrongState(
            f"{first.get_type_display()} of {first.value_date:%-d %b %Y} was booked on it; reverse that first."
        )
    return taken
