"""Reads the portfolio of any day, as known on any day, from positions: each in one statement.

A loan stands as its last row with a day of value up to the day says, among the rows known then. Loans whose row does
not hold on the day, and those of which something arrived that is not folded yet, are named for the caller to fold.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from apps.mfis.core.database import fetch_all, fetch_one

# With no day given, what is known now.
KNOWN = (
    "(%(known)s::date IS NULL OR {0}.known_from <= %(known)s) AND ({0}.known_to IS NULL OR {0}.known_to > %(known)s)"
)


def _position(day: str) -> str:
    """The row that stands for `l` on `day`, which may name the row `p` of another day."""
    return f"""(
        SELECT * FROM loans_position s WHERE s.loan_id = l.id AND s.value_date <= {day} AND {KNOWN.format("s")}
         ORDER BY s.value_date DESC LIMIT 1)"""  # noqa: S608 - constants


def _installments(loan: str, day: str) -> str:
    """The rows that stand for the installments of `loan` on `day`."""
    return f"""(
        SELECT DISTINCT ON (i.n) i.*
          FROM loans_installmentposition i
         WHERE i.loan_id = {loan} AND i.value_date <= {day} AND {KNOWN.format("i")}
         ORDER BY i.n, i.value_date DESC)"""  # noqa: S608 - constants


# Of such a row `r`, added up where a row counts, not for each that is read: an addition costs as much as a row.
DUE = "r.principal + r.interest"
PAID = "r.paid_principal + r.paid_interest"
DUE_WITHOUT_PENALTIES = "r.principal + r.interest + r.fees"
DUE_IN_ALL = f"{DUE_WITHOUT_PENALTIES} + r.penalties"
PAID_IN_ALL = "r.paid_principal + r.paid_interest + r.paid_fees + r.paid_penalties"

FOLDED = "NOT EXISTS (SELECT FROM loans_arrival a WHERE a.loan_id = l.id AND a.error = '')"

# Positions tell of a loan where they count as many facts as its state does: an older release may have booked one.
LOANS_TOLD_OF = """
    loans_loan l
      JOIN loans_loanstate t ON t.loan_id = l.id
      JOIN loans_positioncoverage c ON c.loan_id = l.id AND c.facts = t.events_folded
"""

PAID_OUT = f"""
    FROM {LOANS_TOLD_OF} CROSS JOIN LATERAL {_position("%(day)s")} p
   WHERE l.submitted_on <= %(day)s AND p.disbursed_on IS NOT NULL AND {FOLDED}
"""

HOLDS = "coalesce(p.holds_to >= %(day)s, true)"

# Loans that were paid out and have no positions, and those of which something waits to be folded.
LACKING = f"""
    SELECT l.id
      FROM loans_loan l
      LEFT JOIN loans_loanstate t ON t.loan_id = l.id
      LEFT JOIN loans_positioncoverage c ON c.loan_id = l.id
     WHERE l.submitted_on <= %(day)s
       AND (NOT {FOLDED}
            OR (c.facts IS DISTINCT FROM t.events_folded
                AND EXISTS (SELECT FROM loans_loanevent e
                             WHERE e.loan_id = l.id AND e.type IN ('disbursement', 'take_on'))))
"""  # noqa: S608 - constants


def lacking(day: date) -> list[UUID]:
    """The loans applied for by `day` that no position can tell of."""
    return [key for (key,) in fetch_all(LACKING, {"day": day})]


class Age(NamedTuple):
    """Running loans by days past due: their principal outstanding, and how many they are."""

    days_past_due: int
    principal: Decimal
    loans: int


AGES = f"""
    WITH stood AS MATERIALIZED (
        SELECT l.id, p.status, p.principal, greatest(%(day)s - coalesce(p.oldest_due_date, %(day)s), 0) AS late,
               {HOLDS} AS holds {PAID_OUT})
    SELECT late, sum(principal), count(*), NULL::uuid FROM stood WHERE holds AND status = 'active' GROUP BY late
     UNION ALL
    SELECT 0, 0, 0, id FROM stood WHERE NOT holds
"""  # noqa: S608 - constants


def ages(day: date, known_on: date | None) -> tuple[list[Age], list[UUID]]:
    """The running loans of a day by age, and the loans that are to be folded."""
    rows = fetch_all(AGES, {"day": day, "known": known_on})
    told = [Age(late, principal, loans) for late, principal, loans, moving in rows if moving is None]
    return told, [moving for *_, moving in rows if moving]


class LoanRow(NamedTuple):
    """A loan on a day, in the order of the columns of `LOANS`. Amounts in the loan's currency."""

    id: UUID
    number: str
    borrower: str
    product: str
    disbursed_on: date
    principal: Decimal
    interest: Decimal
    charges: Decimal
    overdue: Decimal
    days_past_due: int
    restructured: bool

    @property
    def outstanding(self) -> Decimal:
        """All that is owed."""
        return self.principal + self.interest + self.charges


# Names are looked up of those that are asked for, not of all that are sorted.
LOANS = f"""
    WITH running AS MATERIALIZED (
        SELECT l.id, {HOLDS} AS holds, l.number::text, l.borrower_id, l.product_id, p.disbursed_on, p.principal,
               p.interest, p.fees + p.penalties AS charges, coalesce(o.overdue, 0) AS overdue,
               greatest(%(day)s - coalesce(p.oldest_due_date, %(day)s), 0) AS late, p.restructured
          FROM {LOANS_TOLD_OF}
         CROSS JOIN LATERAL {_position("%(day)s")} p
          LEFT JOIN LATERAL (
               SELECT sum({DUE_IN_ALL} - ({PAID_IN_ALL})) AS overdue FROM {_installments("l.id", "%(day)s")} r
                WHERE r.due_date < %(day)s AND p.oldest_due_date < %(day)s) o ON true
         WHERE l.submitted_on <= %(day)s AND p.disbursed_on IS NOT NULL AND {FOLDED}
           AND (p.status = 'active' OR NOT {HOLDS})),
    shown AS MATERIALIZED (SELECT * FROM running WHERE holds ORDER BY late DESC, number COLLATE "C" LIMIT %(most)s)
    SELECT s.id, s.number, b.full_name::text, d.name::text, s.disbursed_on, s.principal, s.interest, s.charges,
           s.overdue, s.late, s.restructured
      FROM shown s JOIN users_account b ON b.id = s.borrower_id JOIN loans_product d ON d.id = s.product_id
     UNION ALL
    SELECT id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM running WHERE NOT holds
     UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, coalesce(sum(principal), 0), NULL, NULL, coalesce(sum(overdue), 0), count(*),
           NULL
      FROM running WHERE holds
"""  # noqa: S608 - constants


class Running(NamedTuple):
    """Running loans of a day: those that were asked for, the sums of all, and the loans that are to be folded."""

    rows: list[LoanRow]
    loans: int
    principal: Decimal
    overdue: Decimal
    moving: list[UUID]


def running_loans(day: date, known_on: date | None, most: int | None) -> Running:
    """The running loans of a day, of which `most` (all where None) are told one by one, the longest past due first."""
    *rows, sums = fetch_all(LOANS, {"day": day, "known": known_on, "most": most})
    shown = [LoanRow._make(row) for row in rows if row[1] is not None]
    moving = [row[0] for row in rows if row[1] is None]
    return Running(shown, sums[9], sums[5], sums[8], moving)


class Standing(NamedTuple):
    """Where a loan stood on a day; of one written off what was owed until then. `status` is the loan's."""

    id: UUID
    holds: bool
    status: str
    closed_on: date | None
    disbursed_on: date
    balance: Decimal
    overdue: Decimal
    days_past_due: int
    largest: Decimal  # what falls due at once at the most


OWED_ON = "CASE WHEN p.status = 'written_off' THEN p.closed_on - 1 ELSE %(day)s END"

STANDINGS = f"""
    SELECT l.id, {HOLDS} AND o.disbursed_on IS NOT NULL AND coalesce(o.holds_to >= {OWED_ON}, true), p.status::text,
           p.closed_on, p.disbursed_on, o.principal + o.interest + o.fees + o.penalties, coalesce(i.overdue, 0),
           greatest({OWED_ON} - coalesce(o.oldest_due_date, {OWED_ON}), 0), coalesce(i.largest, 0)
      FROM {LOANS_TOLD_OF}
     CROSS JOIN LATERAL {_position("%(day)s")} p
      LEFT JOIN LATERAL {_position(OWED_ON)} o ON true
      LEFT JOIN LATERAL (
           SELECT max({DUE_IN_ALL}) AS largest,
                  sum({DUE_IN_ALL} - ({PAID_IN_ALL})) FILTER (WHERE r.due_date < {OWED_ON}) AS overdue
             FROM {_installments("l.id", OWED_ON)} r WHERE r.due_date IS NOT NULL) i ON true
     WHERE l.submitted_on <= %(day)s AND p.disbursed_on IS NOT NULL AND {FOLDED}
       AND (%(loans)s::uuid[] IS NULL OR l.id = ANY(%(loans)s))
     ORDER BY l.id
"""  # noqa: S608 - constants


def standings(day: date, loans: list[UUID] | None) -> list[Standing]:
    """Each loan (or each of `loans`) paid out by `day`, by key; those that do not hold are to be folded."""
    return [Standing._make(row) for row in fetch_all(STANDINGS, {"day": day, "known": None, "loans": loans})]


# What was paid of an installment before the period: its row on the last day tells it where nothing came since.
PAID_BEFORE = f"""
    CASE WHEN NOT s.lent_before THEN 0
         WHEN r.value_date <= %(before)s AND s.owed_on >= %(before)s THEN {PAID} ELSE coalesce((
         SELECT CASE WHEN i.due_date IS NULL THEN 0 ELSE i.paid_principal + i.paid_interest END
           FROM loans_installmentposition i
          WHERE i.loan_id = s.id AND i.n = r.n AND i.value_date <= %(before)s AND {KNOWN.format("i")}
          ORDER BY i.value_date DESC LIMIT 1), 0) END
"""  # noqa: S608 - constants
FALLS_DUE = "r.due_date >= %(since)s AND r.due_date <= s.owed_on"

# What a period's figures need of each loan that positions can tell of: how it stood on the last day, the day before the
# first, and of one written off what was owed until then.
PERIOD = f"""
    WITH stood AS MATERIALIZED (
        SELECT l.id, l.borrower_id, p.status, p.principal, p.restructured, p.disbursed_on, p.disbursed,
               b.disbursed_on IS NOT NULL AS lent_before, p.written_off - coalesce(b.written_off, 0) AS written_off,
               p.fees_at_disbursement - coalesce(b.fees_at_disbursement, 0) AS fees,
               greatest(%(day)s - coalesce(p.oldest_due_date, %(day)s), 0) AS late,
               CASE WHEN p.status = 'written_off' THEN p.closed_on - 1 ELSE %(day)s END AS owed_on,
               {HOLDS} AND coalesce(b.holds_to >= %(before)s, true) AND coalesce(e.holds_to >= p.closed_on - 1, true)
                   AS holds
          FROM {LOANS_TOLD_OF}
         CROSS JOIN LATERAL {_position("%(day)s")} p
          LEFT JOIN LATERAL {_position("%(before)s")} b ON b.disbursed_on IS NOT NULL
          LEFT JOIN LATERAL {_position("p.closed_on - 1")} e ON p.status = 'written_off'
         WHERE l.submitted_on <= %(day)s AND p.disbursed_on IS NOT NULL AND {FOLDED}),
    dues AS MATERIALIZED (
        SELECT s.disbursed, d.* FROM stood s CROSS JOIN LATERAL (
            SELECT max(r.due_date) - s.disbursed_on AS term,
                   sum(r.principal - r.paid_principal) FILTER (WHERE s.status = 'active' AND r.due_date < %(day)s)
                       AS overdue,
                   coalesce(sum({DUE} - {PAID_BEFORE}) FILTER (WHERE {FALLS_DUE}), 0) AS due,
                   sum({DUE_WITHOUT_PENALTIES}) FILTER (WHERE {FALLS_DUE}) AS due_in_all,
                   sum(least(greatest({PAID_IN_ALL} - r.paid_late, 0), {DUE_WITHOUT_PENALTIES}))
                       FILTER (WHERE {FALLS_DUE}) AS on_time,
                   sum({PAID} - {PAID_BEFORE}) FILTER (WHERE r.due_date >= %(since)s AND r.due_date > s.owed_on)
                       AS early,
                   sum({PAID} - {PAID_BEFORE}) FILTER (WHERE r.due_date < %(since)s) AS late
              FROM {_installments("s.id", "s.owed_on")} r
             WHERE r.due_date IS NOT NULL) d
         WHERE s.holds),
    received AS (
        SELECT sum(a.interest + a.fees + a.penalties) AS earned, sum(a.principal + a.interest) AS in_all
          FROM (SELECT DISTINCT ON (a.event_id, a.n) a.principal, a.interest, a.fees, a.penalties
                  FROM loans_allocation a JOIN stood s ON s.id = a.loan_id AND s.holds
                 WHERE a.paid_on BETWEEN %(since)s AND %(day)s AND a.value_date <= %(day)s AND {KNOWN.format("a")}
                   AND a.movement IN ('repayment', 'down_payment')
                 ORDER BY a.event_id, a.n, a.value_date DESC) a)
    SELECT ARRAY(SELECT id FROM stood WHERE NOT holds),
           ARRAY(SELECT DISTINCT borrower_id FROM stood WHERE holds AND status = 'active'),
           (SELECT jsonb_object_agg(name, amount::text) FROM (
               SELECT 'loans' AS name, count(*)::numeric AS amount FROM stood WHERE holds AND status = 'active'
                UNION ALL SELECT 'written_off', sum(written_off) FROM stood WHERE holds
                UNION ALL SELECT 'fees', sum(fees) FROM stood WHERE holds
                UNION ALL SELECT 'earned', earned FROM received
                UNION ALL SELECT 'received', in_all FROM received
                UNION ALL SELECT 'overdue', sum(overdue) FROM dues
                UNION ALL SELECT 'due', sum(due) FROM dues
                UNION ALL SELECT 'due_in_all', sum(due_in_all) FROM dues
                UNION ALL SELECT 'on_time', sum(on_time) FROM dues
                UNION ALL SELECT 'early', sum(early) FROM dues
                UNION ALL SELECT 'late', sum(late) FROM dues
                UNION ALL SELECT 'lent', sum(disbursed) FROM dues WHERE due > 0
                UNION ALL SELECT 'term_days', sum(disbursed * term) FROM dues WHERE due > 0) sums),
           (SELECT jsonb_agg(jsonb_build_array(late, restructured, principal::text)) FROM (
               SELECT late, restructured, sum(principal) AS principal FROM stood
                WHERE holds AND status = 'active' GROUP BY late, restructured) balances)
"""  # noqa: S608 - constants


class Period(NamedTuple):
    """The figures of a period over all loans that positions can tell of; `sums` by the names in `PERIOD`."""

    moving: list[UUID]  # loans that are to be folded
    borrowers: list[UUID]
    sums: dict[str, Decimal]
    balances: list[tuple[int, bool, Decimal]]  # days past due, restructured, principal outstanding


def period(since: date, before: date, day: date, known_on: date | None) -> Period:
    """The figures from `since` to `day`, where `before` is the day before `since`."""
    values: dict[str, Any] = {"since": since, "before": before, "day": day, "known": known_on}
    row = fetch_one(PERIOD, values)
    assert row  # noqa: S101 - the statement has no FROM
    moving, borrowers = row[:2]
    sums, balances = (json.loads(part or "null") for part in row[2:])
    return Period(
        moving,
        borrowers,
        {name: Decimal(amount or 0) for name, amount in sums.items()},
        [(late, restructured, Decimal(principal)) for late, restructured, principal in balances or ()],
    )
