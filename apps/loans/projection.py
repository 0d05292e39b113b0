"""From facts to figures: folds a loan's events and keeps the result in its projection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from apps.loans.domain import fold as engine
from apps.loans.domain.state import LoanState as Folded
from apps.loans.domain.terms import Event
from apps.loans.models import Installment, Loan, LoanEvent, LoanState
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status

MONEY_EVENTS = (EventType.DISBURSED, EventType.REPAYMENT, EventType.REVERSAL)
FAR_AHEAD = date(9999, 12, 31)
STATUS_AFTER = {
    EventType.SUBMITTED: Status.SUBMITTED,
    EventType.REVIEW_STARTED: Status.UNDER_REVIEW,
    EventType.REVIEWED: Status.REVIEWED,
    EventType.APPROVED: Status.APPROVED,
    EventType.REJECTED: Status.REJECTED,
    EventType.WITHDRAWN: Status.WITHDRAWN,
}


def engine_events(events: Iterable[LoanEvent]) -> list[Event]:
    """The loan's movements of money in the engine's form, numbered in booking order."""
    found: list[Event] = []
    seq_of: dict[Any, int] = {}
    for event in events:
        if event.type not in MONEY_EVENTS:
            continue
        seq_of[event.pk] = len(found) + 1
        found.append(
            Event(
                seq=seq_of[event.pk],
                type=str(event.type),
                date=event.value_date,
                amount=event.amount or Decimal(0),
                undoes=seq_of.get(event.reverses_id),
            )
        )
    return found


def fold_loan(loan: Loan, *, as_of: date | None = None, events: list[LoanEvent] | None = None) -> Folded:
    """The loan's state on `as_of` (value date); by default with everything booked."""
    facts = list(loan.events.order_by("recorded_at", "id")) if events is None else events
    return engine.fold(loan.terms, engine_events(facts), as_of or FAR_AHEAD)


def project(loan: Loan) -> LoanState:
    """Folds the loan and writes its state and installments. Call it in the transaction of the event."""
    events = list(LoanEvent.objects.filter(loan=loan).order_by("recorded_at", "id"))
    values, rows = projected(loan, events)
    state, _ = LoanState.objects.update_or_create(loan=loan, defaults=values)
    _write_installments(loan, rows)
    return state


def projected(loan: Loan, events: list[LoanEvent]) -> tuple[dict[str, Any], list[Installment]]:
    """What the projection of `loan` must hold: the state's columns, and the installments."""
    folded = fold_loan(loan, events=events)
    next_due = folded.next_due if folded.disbursed_on else None
    values = {
        "status": _status(events, folded),
        "reviewer_id": next((e.actor_id for e in events if e.type == EventType.REVIEW_STARTED), None),
        "disbursed_on": folded.disbursed_on,
        "closed_on": folded.closed_on,
        "principal_outstanding": folded.outstanding("principal") if folded.disbursed_on else Decimal(0),
        "interest_outstanding": folded.outstanding("interest") if folded.disbursed_on else Decimal(0),
        "charges_outstanding": (
            folded.outstanding("fees") + folded.outstanding("penalties") if folded.disbursed_on else Decimal(0)
        ),
        "total_paid": folded.total_paid,
        "overpaid": folded.overpaid,
        "oldest_due_date": next_due.due_date if next_due else None,
        "next_due_amount": next_due.outstanding if next_due else Decimal(0),
        "events_folded": len(events),
    }
    return values, [_installment(loan, row) for row in folded.installments]


def _status(events: list[LoanEvent], folded: Folded) -> str:
    if folded.disbursed_on:
        return folded.status
    last = next((e for e in reversed(events) if e.type in STATUS_AFTER), None)
    return STATUS_AFTER[EventType(last.type)] if last else Status.SUBMITTED


def _installment(loan: Loan, row: Any) -> Installment:
    return Installment(
        loan=loan, n=row.n, due_date=row.due_date, days=row.days, principal=row.due["principal"],
        interest=row.due["interest"], fees=row.due["fees"], penalties=row.due["penalties"], balance=row.balance,
        paid=row.total_paid, outstanding=row.outstanding,
    )  # fmt: skip


COLUMNS = ("due_date", "days", "principal", "interest", "fees", "penalties", "balance", "paid", "outstanding")


def same_installment(a: Installment, b: Installment) -> bool:
    return all(getattr(a, c) == getattr(b, c) for c in COLUMNS)


def _write_installments(loan: Loan, rows: list[Installment]) -> None:
    """Brings the stored schedule to `rows`, touching only what differs: a receipt changes one row or two."""
    stored = {i.n: i for i in Installment.objects.filter(loan=loan)}
    fresh = [row for row in rows if row.n not in stored]
    changed = []
    for row in rows:
        kept = stored.get(row.n)
        if kept and not same_installment(kept, row):
            row.pk = kept.pk
            changed.append(row)
    Installment.objects.bulk_create(fresh)
    Installment.objects.bulk_update(changed, COLUMNS)
    surplus = set(stored) - {row.n for row in rows}
    if surplus:
        Installment.objects.filter(loan=loan, n__in=surplus).delete()
