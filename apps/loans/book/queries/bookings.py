"""What bookings read and write of loans, one or thousands: facts, projection, numbers."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from apps.loans.book.models import AccrualState, Installment, LoanEvent, LoanState, PositionCoverage
from apps.loans.book.queries.positions import KEEP, NOTHING
from apps.mfis.core.database import fetch_all
from apps.mfis.core.prepared import Query
from apps.mfis.core.rows import Columns, as_array, as_arrays

EVENT = Columns(LoanEvent, "e", without=("chain_seq", "chain_hash"))

COVERAGE = Columns(PositionCoverage, "c")

# One row at least for each loan. The instant is that of the look, which begins once the loans are locked.
FACTS = Query.cast(
    "facts_of_loans",
    f"""
    SELECT statement_timestamp(), wanted.id, s.status::text, {COVERAGE.sql}, {EVENT.sql}
      FROM unnest(%s::uuid[]) AS wanted (id)
      LEFT JOIN loans_loanstate s ON s.loan_id = wanted.id
      LEFT JOIN loans_positioncoverage c ON c.loan_id = wanted.id
      LEFT JOIN loans_loanevent e ON e.loan_id = wanted.id
     ORDER BY wanted.id, e.recorded_at, e.id
    """,  # noqa: S608 - constants
)


class Found(NamedTuple):
    """A loan's events in booking order, its stored status and how far its positions go, at the instant of the look.

    Neither stands before the first event.
    """

    read_at: datetime
    status: str | None
    coverage: PositionCoverage | None
    events: list[LoanEvent]


def facts_of(loan_ids: Collection[UUID]) -> dict[UUID, Found]:
    """The facts of each of these loans.

    By the ORM the events are `loan.events.in_booking_order()`; making that statement takes longer than running it.
    """
    found: dict[UUID, Found] = {}
    for read_at, loan_id, status, *values in FACTS.rows(as_array(loan_ids)):
        reached, event = values[: COVERAGE.width], values[COVERAGE.width :]
        if loan_id not in found:
            coverage = None if reached[0] is None else COVERAGE.read(reached)
            found[loan_id] = Found(read_at, status, coverage, [])
        if event[0] is not None:
            found[loan_id].events.append(EVENT.read(event))
    return found


# The columns of each table that a projection sets, with their types.
INSTALLMENT = {
    "due_date": "date",
    "days": "smallint",
    "principal": "numeric",
    "interest": "numeric",
    "fees": "numeric",
    "penalties": "numeric",
    "balance": "numeric",
    "paid": "numeric",
    "outstanding": "numeric",
    "brought_interest": "numeric",
    "brought_fees": "numeric",
    "brought_penalties": "numeric",
}
STATE = {
    "status": "text",
    "reviewer_id": "uuid",
    "disbursed_on": "date",
    "taken_on": "date",
    "closed_on": "date",
    "principal_outstanding": "numeric",
    "interest_outstanding": "numeric",
    "charges_outstanding": "numeric",
    "folded_on": "date",
    "restructured": "bool",
    "proposal": "text",
    "total_paid": "numeric",
    "overpaid": "numeric",
    "oldest_due_date": "date",
    "next_due_amount": "numeric",
    "events_folded": "int",
    "amended": "jsonb",
}
EARNING = {
    "product_id": "uuid",
    "start": "date",
    "due": "date",
    "interest": "numeric",
    "earned": "numeric",
    "fees": "numeric",
    "penalties": "numeric",
    "closed_on": "date",
    "total_interest": "numeric",
    "total_fees": "numeric",
    "total_penalties": "numeric",
}


def _of(alias: str, columns: Collection[str]) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns)


def _rows(key: Sequence[str], columns: dict[str, str], alias: str) -> str:
    """The rows that are given as an array for each column."""
    arrays = ", ".join(f"%s::{kind}[]" for kind in [*key, *columns.values()])
    names = ", ".join(["loan_id", *(["n"] if len(key) > 1 else []), *columns])
    return f"unnest({arrays}) AS {alias} ({names})"


def _upsert(table: str, columns: dict[str, str]) -> str:
    names = ", ".join(columns)
    rows = f"SELECT * FROM {_rows(['uuid'], columns, 'w')}"  # noqa: S608 - constants
    renewed = f"ON CONFLICT (loan_id) DO UPDATE SET ({names}) = ({_of('excluded', columns)})"
    return f"INSERT INTO {table} (loan_id, {names}) {rows} {renewed}"


# Of the installments only those are touched that differ: a receipt changes one or two. All at once, so that one loan
# costs one statement, and a thousand do. Each loan's are looked up by themselves (OFFSET 0 keeps it so), or for a
# thousand loans all that there are would be read. Whoever projects a loan holds its state locked: a row stays in its
# place.
PROJECT = Query.cast(
    "project_loans",
    f"""
    WITH {KEEP},
    loans AS (SELECT unnest(%s::uuid[]) AS id),
    wanted AS MATERIALIZED (SELECT * FROM {_rows(["uuid", "smallint"], INSTALLMENT, "w")}),
    changed AS (
        UPDATE loans_installment i SET ({", ".join(INSTALLMENT)}) = ({_of("w", INSTALLMENT)})
          FROM wanted w CROSS JOIN LATERAL (
               SELECT x.ctid FROM loans_installment x WHERE x.loan_id = w.loan_id AND x.n = w.n
                  AND ({_of("x", INSTALLMENT)}) IS DISTINCT FROM ({_of("w", INSTALLMENT)}) OFFSET 0) x
         WHERE i.ctid = x.ctid),
    stored AS MATERIALIZED (
        SELECT x.* FROM loans CROSS JOIN LATERAL (
               SELECT ctid AS place, loan_id, n FROM loans_installment WHERE loan_id = loans.id OFFSET 0) x),
    fresh AS (
        INSERT INTO loans_installment (id, loan_id, n, {", ".join(INSTALLMENT)})
        SELECT public.letsema_uuid7(), w.* FROM wanted w
         WHERE NOT EXISTS (SELECT FROM stored i WHERE i.loan_id = w.loan_id AND i.n = w.n)),
    surplus AS (
        DELETE FROM loans_installment i USING stored s
         WHERE i.ctid = s.place AND NOT EXISTS (SELECT FROM wanted w WHERE w.loan_id = s.loan_id AND w.n = s.n)),
    stated AS ({_upsert("loans_loanstate", STATE)}),
    unearned AS (DELETE FROM loans_earning WHERE loan_id = ANY (%s::uuid[]))
    {_upsert("loans_earning", EARNING)}
    """,  # noqa: S608 - constants
)


class Lines(NamedTuple):
    """What the projection of some loans must hold: rows of key and columns, by table."""

    installments: list[Sequence[Any]]
    states: list[Sequence[Any]]
    earnings: list[Sequence[Any]]


def lines_written(lines: Lines, positions: Sequence[str] = NOTHING) -> tuple[Query, list[Any]]:
    """What brings the stored projection of the loans named in `states` to `lines`; see `Lines`.

    `positions` are what is new in them, as values of `KEEP`.
    What earns nothing has no row in `earnings`. `write_lines_by_orm` does the same a loan at a time.
    """
    loans = [row[0] for row in lines.states]
    earning = {row[0] for row in lines.earnings}
    values = [*positions, as_array(loans), *as_arrays(lines.installments, 2 + len(INSTALLMENT))]
    values += as_arrays(lines.states, 1 + len(STATE))
    values += [as_array(loan for loan in loans if loan not in earning), *as_arrays(lines.earnings, 1 + len(EARNING))]
    return PROJECT, values


def write_lines_by_orm(lines: Lines) -> None:
    """The same as `lines_written`, as it would stand here were there no receipts."""
    schedules: dict[UUID, dict[int, Sequence[Any]]] = {row[0]: {} for row in lines.states}
    for loan, n, *columns in lines.installments:
        schedules[loan][n] = columns
    for loan, *columns in lines.states:
        values = dict(zip(STATE, columns, strict=True))
        values["amended"] = json.loads(values["amended"]) if values["amended"] else None
        LoanState.objects.update_or_create(loan_id=loan, defaults=values)
        for n, row in schedules[loan].items():
            Installment.objects.update_or_create(loan_id=loan, n=n, defaults=dict(zip(INSTALLMENT, row, strict=True)))
        Installment.objects.filter(loan_id=loan).exclude(n__in=schedules[loan]).delete()
        AccrualState.objects.filter(loan_id=loan).delete()
    AccrualState.objects.bulk_create(
        AccrualState(loan_id=loan, **dict(zip(EARNING, columns, strict=True))) for loan, *columns in lines.earnings
    )


TAKE = """
    INSERT INTO loans_numbersequence AS s (name, last) VALUES (%s, %s)
        ON CONFLICT (name) DO UPDATE SET last = s.last + excluded.last RETURNING last
"""


def take_numbers(name: str, count: int) -> int:
    """Takes the next `count` numbers of a kind until the transaction ends. Returns the last of them."""
    [(last,)] = fetch_all(TAKE, [name, count])
    return int(last)
