"""Collecting what a group's members bring to their meeting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from django.db.models import Q, Sum

from apps.loans.book.models import Channel, Installment, Loan
from apps.loans.groups.models import Group
from apps.loans.groups.selectors import find_group, running_loans
from apps.loans.servicing.services.many_repayments import ReceiptRow, Refused, RowBooked, record_repayments
from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import NotAllowed, NotFound, ServiceError

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Due:
    """What one loan of a group owes at a meeting: what is overdue and what falls due by then."""

    loan: Loan
    member: str
    overdue: Decimal
    now_due: Decimal
    outstanding: Decimal
    events: int  # of the loan, by now

    @property
    def expected(self) -> Decimal:
        return self.overdue + self.now_due


def due_at(group: Group, meeting: date) -> list[Due]:
    """What each running loan of the group owes by a meeting: two queries, whatever the group's size."""
    states = list(running_loans(group).select_related("loan__borrower").order_by("loan__borrower__full_name", "loan"))
    rows = Installment.objects.unpaid().filter(loan__in=[state.pk for state in states], due_date__lte=meeting)
    sums = (
        rows.order_by()
        .values("loan")
        .annotate(
            overdue=Sum("outstanding", filter=Q(due_date__lt=meeting), default=ZERO),
            now_due=Sum("outstanding", filter=Q(due_date=meeting), default=ZERO),
        )
    )
    due = {row["loan"]: (row["overdue"], row["now_due"]) for row in sums}
    return [
        Due(
            state.loan,
            state.loan.borrower.full_name,
            *due.get(state.pk, (ZERO, ZERO)),
            state.total_outstanding,
            state.events_folded,
        )
        for state in states
    ]


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one line of a collection sheet: the receipt, or why there is none."""

    loan: Loan
    amount: Decimal
    number: str = ""
    error: str = ""
    question: str = ""  # the input by which a person may say yes to what was refused
    waits: str = ""  # why nothing is booked yet: a second person has to agree first


def collect(
    *,
    group_id: UUID,
    actor: Actor,
    amounts: dict[UUID, Decimal],
    channel: str,
    reference: str = "",
    value_date: date | None = None,
    transfer_amount: Decimal | None = None,
    overpaid: frozenset[UUID] = frozenset(),
    seen: Mapping[UUID, int] = MappingProxyType({}),
    idempotency_key: str = "",
) -> list[Collected]:
    """Books what the members brought to a meeting: each line by itself, so that one fault stops no other.

    `amounts` are by loan. Each line's key is derived from `idempotency_key`: sent again, nothing is booked twice, and
    what was refused may be put right. One transfer may pay for several members: `transfer_amount` is the whole of it,
    by default what the lines come to. `overpaid` are the loans on which more than is owed is accepted, `seen` how many
    events each loan had when the sheet was shown.

    Raises:
        NotAllowed: duty. NotFound: no such group, or a loan that is not the group's.
    """
    group = find_group(group_id)
    loans = Loan.objects.filter(group=group, pk__in=amounts).in_bulk()
    if len(loans) != len(amounts):
        raise NotFound("This loan is not one of the group's.")
    whole = None if channel == Channel.CASH else transfer_amount or sum(amounts.values(), ZERO)

    def line(loan_id: UUID, amount: Decimal) -> ReceiptRow:
        key = f"{idempotency_key}-{loan_id}"[:80] if idempotency_key else ""
        how = (channel, reference, value_date, whole)
        return ReceiptRow(loan_id, amount, *how, loan_id in overpaid, key, seen.get(loan_id))

    rows = [line(loan_id, amount) for loan_id, amount in amounts.items() if amount]
    return [_line(loans[row.loan_id], row.amount, result) for row, result in _booked(rows, actor)]


def _booked(rows: list[ReceiptRow], actor: Actor) -> Iterator[tuple[ReceiptRow, RowBooked]]:
    """Each line with what became of it; what is refused as a whole is refused of each."""
    try:
        results = record_repayments(rows=rows, actor=actor, all_or_nothing=False)
    except NotAllowed:  # of whoever takes the money, so of every line
        raise
    except ServiceError as error:
        results = [RowBooked(Refused.by(error)) for _ in rows]
    return zip(rows, results, strict=True)


def _line(loan: Loan, amount: Decimal, result: RowBooked) -> Collected:
    outcome = result.outcome
    if isinstance(outcome, Refused):
        return Collected(loan, amount, error=outcome.message, question=outcome.question)
    return Collected(loan, amount, outcome.number, waits=outcome.waits)
