"""What a node's process does by the thousand, for catching up and for benchmarks."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM, actor_context
from apps.mfis.core.database import execute
from apps.mfis.core.roles import Role
from apps.users.accounts.models import Account

Answer = dict[str, Any]

NOTES = """
    INSERT INTO loans_loanevent (id, node, loan_id, type, value_date, channel, reference, reason, actor_name,
                                 idempotency_key, number, payload)
    SELECT public.letsema_uuid7(), public.letsema_node(), (%s::uuid[])[1 + g %% %s], 'note', current_date, '', '',
           'n' || g, 'Load', '', '', '{}' FROM generate_series(%s, %s) g
"""

COMMANDS = """
    INSERT INTO users_command (id, node, name, body_hash, answer)
    SELECT public.letsema_uuid7(), public.letsema_node(), 'load', 'n' || g, '{}' FROM generate_series(1, %s) g
"""

PIECE = 2_000


def repay_for(loans: list[str], seconds: float) -> Answer:
    """Receipts one after the other over these loans: how many in the time."""
    began, count, cashier = time.monotonic(), 0, Account.objects.get(email__startswith="cashier@")
    while time.monotonic() - began < seconds:
        loan = UUID(loans[count % len(loans)])
        record_repayment(loan_id=loan, actor=cashier.actor, amount=Decimal("0.10"), channel="cash")
        count += 1
    return {"count": count, "seconds": time.monotonic() - began}


def many_events(loans: list[str], count: int) -> Answer:
    """Facts by the thousand over these loans, for catching up: notes, appended by the database itself.

    In pieces: within one transaction the head of the chain leaves a dead version behind for each link, and the next
    link looks through all of them.
    """
    for first in range(1, count + 1, PIECE):
        execute(NOTES, [loans, len(loans), first, min(count, first + PIECE - 1)])
    return {}


def large_transaction(count: int) -> Answer:
    """So many facts in one transaction: commands, as though each had been sent and answered."""
    execute(COMMANDS, [count])
    return {}


def many_people(count: int) -> Answer:
    """Revisions by the thousand, in one transaction."""
    with actor_context(SYSTEM):
        Account.objects.bulk_create(
            Account(role=Role.BORROWER, full_name=f"Person {n}", phone=f"+26657{n:06d}") for n in range(count)
        )
    return {}
