"""Hand-overs in the database: however many people and loans, one statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from apps.loans.book.models import Status
from apps.mfis.core.database import fetch_one

# Loans that nobody follows any more stay with whoever had them last.
ENDED = (Status.CLOSED, Status.REJECTED, Status.WITHDRAWN)

# Of people and loans alike: `h` has the branch and the officer of now. Where nothing is asked for, nobody is meant.
_ASKED = """
    %(by_filter)s
    AND (%(from_branch)s::uuid IS NULL OR h.branch_id = %(from_branch)s)
    AND (NOT %(without_branch)s OR h.branch_id IS NULL)
    AND (%(from_officer)s::uuid IS NULL OR h.officer_id = %(from_officer)s)
    AND (NOT %(without_officer)s OR h.officer_id IS NULL)
    AND (%(district)s = '' OR {district} = %(district)s)
"""

_TO = """
    coalesce(%(branch)s::uuid, h.branch_id) AS branch_id, coalesce(%(officer)s::uuid, h.officer_id) AS officer_id,
    h.branch_id AS old_branch_id, h.officer_id AS old_officer_id
"""

# Who is meant, and which loans: those that are asked for, and all of borrowers who are chosen one by one. By a filter
# a loan is meant for whose hands it is in itself.
_CHOSEN = f"""
    people AS (
        SELECT h.account_id, {_TO}
          FROM users_borrowerprofile h
         WHERE h.account_id = ANY (%(borrowers)s::uuid[]) OR ({_ASKED.format(district="h.district")})
    ), meant AS (
        SELECT id FROM loans_loan WHERE %(with_loans)s AND borrower_id = ANY (%(borrowers)s::uuid[])
         UNION SELECT unnest(%(loans)s::uuid[])
         UNION SELECT h.loan_id FROM loans_loanportfolio h JOIN loans_loan l ON l.id = h.loan_id
                 JOIN users_borrowerprofile b ON b.account_id = l.borrower_id
                WHERE %(with_loans)s AND {_ASKED.format(district="b.district")}
    ), running AS (
        SELECT h.loan_id, {_TO}
          FROM meant m JOIN loans_loanportfolio h ON h.loan_id = m.id
          JOIN loans_loanstate s ON s.loan_id = h.loan_id AND s.status <> ALL (%(ended)s)
    )
"""  # noqa: S608 - constants

_LATER = f"""
    WITH {_CHOSEN}, told AS (
        SELECT a.value_date FROM people p JOIN users_borrowerassignment a ON a.borrower_id = p.account_id
         WHERE a.value_date > %(day)s
         UNION ALL
        SELECT a.value_date FROM running r JOIN loans_loanassignment a ON a.loan_id = r.loan_id
         WHERE a.value_date > %(day)s
    )
    SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM running), max(value_date) FROM told
"""  # noqa: S608 - constants

_FACT = "public.letsema_uuid7(), now(), public.letsema_node()"
_SAID = "%(day)s, %(reason)s, %(actor_id)s::uuid, %(actor_name)s"
_COLUMNS = "id, recorded_at, node, {key}, branch_id, officer_id, value_date, reason, actor_id, actor_name"
_CHANGES = "(branch_id, officer_id) IS DISTINCT FROM (old_branch_id, old_officer_id)"

_HAND_OVER = f"""
    WITH {_CHOSEN}, told AS (
        INSERT INTO users_borrowerassignment ({_COLUMNS.format(key="borrower_id")})
        SELECT {_FACT}, account_id, branch_id, officer_id, {_SAID} FROM people WHERE {_CHANGES}
        RETURNING borrower_id, branch_id, officer_id
    ), profiles AS (
        UPDATE users_borrowerprofile p SET branch_id = t.branch_id, officer_id = t.officer_id
          FROM told t WHERE p.account_id = t.borrower_id
    ), told_loans AS (
        INSERT INTO loans_loanassignment ({_COLUMNS.format(key="loan_id")})
        SELECT {_FACT}, loan_id, branch_id, officer_id, {_SAID} FROM running WHERE {_CHANGES}
        RETURNING loan_id
    )
    SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM told_loans)
"""  # noqa: S608 - constants


class Meant(NamedTuple):
    """How many are meant, and the last day of an earlier hand-over of any of them that lies after the wanted one."""

    borrowers: int
    loans: int
    handed_since: date | None


def count_meant(values: Mapping[str, Any]) -> Meant:
    """Who is meant by what is asked for."""
    found = fetch_one(_LATER, {**values, "ended": [str(status) for status in ENDED]})
    return Meant(*(found or (0, 0, None)))


def write_hand_over(values: Mapping[str, Any]) -> tuple[int, int]:
    """Gives borrowers and loans into other hands. Returns how many of each changed."""
    found = fetch_one(_HAND_OVER, {**values, "ended": [str(status) for status in ENDED]})
    borrowers, loans = found or (0, 0)
    return int(borrowers), int(loans)
