"""What accounts of money hold, by its parts: looked up and locked for whoever takes money out, and compared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from uuid import UUID

from apps.mfis.core.database import execute, fetch_all
from apps.mfis.core.rows import as_array

# Of two entries that take something out of an account, the second looks once the first has ended: the look is a
# statement of its own, and so begins when the lock is had.
MONEY_HELD = """
    SELECT pg_advisory_xact_lock(hashtextextended(concat(current_schema(), '.account=', w.id), 0))
      FROM unnest(%s::uuid[]) AS w (id);
    SELECT w.id, coalesce(sum(h.amount), 0), count(h.id)
      FROM unnest(%s::uuid[]) AS w (id) LEFT JOIN loans_moneyheld h ON h.account_id = w.id GROUP BY w.id
"""

MANY_PARTS = 50  # of one account: from here on they are made one

ADD_UP = """
    WITH parts AS (DELETE FROM loans_moneyheld WHERE account_id = ANY (%s::uuid[]) RETURNING account_id, amount)
    INSERT INTO loans_moneyheld (account_id, amount) SELECT account_id, sum(amount) FROM parts GROUP BY account_id
"""


def lock_money_held(accounts: Sequence[UUID]) -> dict[UUID, Decimal]:
    """What each of these accounts of money holds; until the transaction ends nobody else takes anything out.

    They are locked in the order in which they are given.
    """
    if not accounts:
        return {}
    rows = fetch_all(MONEY_HELD, [as_array(accounts), as_array(accounts)])
    if scattered := [account for account, _, parts in rows if parts > MANY_PARTS]:
        execute(ADD_UP, [as_array(scattered)])
    return {account: held for account, held, _ in rows}


MONEY_MISCOUNTED = """
    SELECT a.id, coalesce(h.held, 0), coalesce(l.held, 0)
      FROM loans_glaccount a
      LEFT JOIN (SELECT account_id, sum(amount) AS held FROM loans_moneyheld GROUP BY 1) h ON h.account_id = a.id
      LEFT JOIN (SELECT account_id, sum(amount) AS held FROM loans_journalline GROUP BY 1) l ON l.account_id = a.id
     WHERE a.type = 'asset' AND a.role = ANY (%s) AND coalesce(h.held, 0) <> coalesce(l.held, 0)
"""


def money_miscounted(roles: Collection[str]) -> list[tuple[UUID, Decimal, Decimal]]:
    """Accounts of money whose parts are not what their lines come to: key, by the parts, by the lines."""
    return [(account, parts, lines) for account, parts, lines in fetch_all(MONEY_MISCOUNTED, [list(roles)])]
