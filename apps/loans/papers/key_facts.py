"""The Key Facts Statement: what a loan costs, said in one way for every product before anything is signed."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from apps.loans.domain.calculator import state_json
from apps.loans.domain.rates import apr, eir
from apps.loans.domain.state import LoanState
from apps.loans.domain.terms import Terms

VERSION = "1"  # of the statement's words and figures; one that was agreed to keeps its own
Facts = dict[str, Any]


def key_facts(
    *, lender: str, product: str, terms_agreed: dict[str, Any], terms: Terms, state: LoanState, on: date
) -> Facts:
    """The figures of a loan paid out `on`: the engine's own, as they would be booked. Money is text, rates percent.

    `terms_agreed` is the loan case form that `terms` was read from.
    """
    rate, effective = apr(terms, state), eir(terms, state)
    rows = state_json(state, terms.currency)["installments"]
    fees = state.fees_at_disbursement
    return {
        "version": VERSION,
        "lender": lender,
        "product": product,
        "as_of": on.isoformat(),
        "currency": terms.currency.code,
        "principal": _text(terms.principal),
        "net": _text(terms.principal - fees - state.savings),
        "fee": _text(fees),
        "savings": _text(state.savings),
        "interest": _text(state.due("interest")),
        "other_fees": _text(state.due("fees")),
        "total": _text(state.total_due + fees),
        "cost": _text(state.total_due + fees - terms.principal),
        "rate": terms_agreed["rate"],
        "rate_per": terms_agreed["rate_per"],
        "apr": None if rate is None else str(rate),
        "eir": None if effective is None else str(effective),
        "installments": len(rows),
        "installment": rows[0]["total_due"],
        "first_due": rows[0]["due_date"],
        "last_due": rows[-1]["due_date"],
        "penalty": terms_agreed.get("overdue_penalty"),
        "schedule": [{name: row[name] for name in ("n", "due_date", "total_due", "balance")} for row in rows],
    }


def facts_hash(facts: Facts) -> str:
    """What both sides can prove later: SHA-256 of the statement in one canonical form."""
    return sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
