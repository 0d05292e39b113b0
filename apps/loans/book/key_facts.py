"""The Key Facts Statement: what a loan costs, said in one way for every product before anything is signed."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from typing import Any

from apps.loans.domain.calculator import state_json
from apps.loans.domain.cost import cost_json, cost_of_credit
from apps.loans.domain.fold import quote
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.domain.terms import Terms
from apps.loans.domain.terms_parser import parse_terms
from apps.loans.products.models import Product
from apps.mfis.core.database import connection
from apps.mfis.tenancy.models import MFI

VERSION = "2"  # of the statement's words and figures; one that was agreed to keeps its own

Facts = dict[str, Any]


def key_facts(
    *, lender: str, product: str, terms_agreed: dict[str, Any], terms: Terms, state: LoanSnapshot, on: date
) -> Facts:
    """The figures of a loan paid out `on`: the engine's own, as they would be booked. Money is text, rates percent.

    `terms_agreed` is the loan case form that `terms` was read from.
    """
    schedule = state_json(state, terms.currency)["installments"]
    return {
        "version": VERSION,
        "lender": lender,
        "product": product,
        "as_of": on.isoformat(),
        "currency": terms.currency.code,
        **cost_json(cost_of_credit(terms, state), terms.currency),
        "rate": terms_agreed["rate"],
        "rate_per": terms_agreed["rate_per"],
        "first_due": schedule[0]["due_date"],
        "last_due": schedule[-1]["due_date"],
        "penalty": terms_agreed.get("overdue_penalty"),
        "schedule": [{name: row[name] for name in ("n", "due_date", "total_due", "balance")} for row in schedule],
    }


def facts_hash(facts: Facts) -> str:
    """What both sides can prove later: SHA-256 of the statement in one canonical form."""
    return sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def facts_of(product: Product, terms: dict[str, Any], on: date) -> Facts:
    """The key facts of a loan of `product` with these terms, paid out `on`."""
    parsed = parse_terms(terms)
    return key_facts(
        lender=MFI.objects.get(schema_name=connection.schema_name).name,
        product=product.name,
        terms_agreed=terms,
        terms=parsed,
        state=quote(parsed, on),
        on=on,
    )
