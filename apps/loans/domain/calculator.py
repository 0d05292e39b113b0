"""The loan calculator: cases in, states out, as JSON or as a table. Reads files or standard input only."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from .fold import check_bookings, fold
from .money import Currency
from .rates import apr, eir
from .snapshot import COMPONENTS, Installment, LoanSnapshot, Transaction
from .terms_parser import parse_case
from .violations import InvalidTerms, Violation

USAGE = "usage: loan_calculator [--table] [FILE|-]"


def state_of(case: Any, path: str = "$") -> dict[str, Any]:
    """The state of one case, in the form of docs/loan-engine.md.

    Raises:
        InvalidTerms: naming every violation by its JSON path.
    """
    terms, events, as_of = parse_case(case, path)
    snapshot = fold(terms, events, as_of)
    check_bookings(terms, events)
    return {
        "id": case.get("id"),
        **state_json(snapshot, terms.currency),
        "apr": _percent(apr(terms, snapshot)),
        "eir": _percent(eir(terms, snapshot)),
    }


def state_json(snapshot: LoanSnapshot, currency: Currency) -> dict[str, Any]:
    """A state as JSON values: amounts as decimal strings, dates as ISO 8601."""
    text = currency.text
    arrears = snapshot.arrears
    return {
        "status": snapshot.status,
        "installments": [_installment(i, currency) for i in snapshot.installments],
        "transactions": [_transaction(t, currency) for t in snapshot.transactions],
        "totals": {
            **{c: text(snapshot.due(c)) for c in reversed(COMPONENTS)},
            "due": text(snapshot.total_due),
            "paid": text(snapshot.total_paid),
            "paid_in_advance": text(sum((i.paid_in_advance for i in snapshot.installments), Decimal(0))),
            "paid_late": text(sum((i.paid_late for i in snapshot.installments), Decimal(0))),
            "outstanding": text(snapshot.total_outstanding),
            "overpaid": text(snapshot.overpaid),
        },
        "arrears": {
            "days_past_due": arrears.days_past_due,
            **{c: text(arrears.amounts[c]) for c in reversed(COMPONENTS)},
            "total": text(arrears.total),
            "oldest_due_date": arrears.oldest_due_date.isoformat() if arrears.oldest_due_date else None,
        },
        "payoff": text(snapshot.payoff),
        **_brought_forward(snapshot, currency),
    }


def _brought_forward(snapshot: LoanSnapshot, currency: Currency) -> dict[str, Any]:
    """Of a loan that was taken on from another system: since when, what was repaid before, and what stood then."""
    if snapshot.taken_on is None:
        return {}
    opening = {c: currency.text(snapshot.brought.opening[c]) for c in reversed(COMPONENTS)}
    before = currency.text(snapshot.brought.repaid)
    return {"taken_on": {"date": snapshot.taken_on.isoformat(), "repaid_before": before, **opening}}


def _installment(row: Installment, currency: Currency) -> dict[str, Any]:
    text = currency.text
    return {
        "n": row.n,
        "due_date": row.due_date.isoformat(),
        "days": row.days,
        **{c: text(row.due[c]) for c in reversed(COMPONENTS)},
        "total_due": text(row.total_due),
        "balance": text(row.balance),
        "paid": text(row.total_paid),
        "paid_in_advance": text(row.paid_in_advance),
        "paid_late": text(row.paid_late),
        "outstanding": text(row.outstanding),
    }


def _transaction(row: Transaction, currency: Currency) -> dict[str, Any]:
    text = currency.text
    return {
        "seq": row.seq,
        "date": row.date.isoformat(),
        "type": row.type,
        "amount": text(row.amount),
        **{c: text(row.split[c]) for c in reversed(COMPONENTS)},
        "overpayment": text(row.overpayment),
        "balance": text(row.balance),
        "undone": row.undone,
    }


def _percent(rate: Decimal | None) -> str | None:
    return None if rate is None else f"{rate:f}"


def table(state: dict[str, Any]) -> str:
    """A state as a table for a person."""
    head = (
        "n",
        "due_date",
        "days",
        "principal",
        "interest",
        "fees",
        "penalties",
        "total_due",
        "paid",
        "outstanding",
        "balance",
    )
    rows = [head, *(tuple(str(i[key]) for key in head) for i in state["installments"])]
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    totals = ", ".join(f"{k} {v}" for k, v in state["totals"].items())
    return "\n".join(
        [f"{state['id']}: {state['status']}", *lines, totals, f"APR {state['apr']} %, EIR {state['eir']} %"]
    )


def main(arguments: Sequence[str]) -> int:
    """Runs the calculator; returns its exit code.

    0: every case computed. 2: a case is wrong: nothing on standard output, and each violation with its JSON path on
    standard error.
    """
    flags = [a for a in arguments if a.startswith("--")]
    files = [a for a in arguments if not a.startswith("--")]
    if set(flags) - {"--table"} or len(files) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        source = sys.stdin.read() if files in ([], ["-"]) else Path(files[0]).read_text(encoding="utf-8")
        asked = json.loads(source)
    except OSError as error:
        print(f"$: {files[0]} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"$: not JSON: {error}", file=sys.stderr)
        return 2
    return _answer(asked, as_table="--table" in flags)


def _answer(asked: Any, *, as_table: bool) -> int:
    cases = asked if isinstance(asked, list) else [asked]
    states: list[dict[str, Any]] = []
    wrong: list[Violation] = []
    for i, case in enumerate(cases):
        path = f"$[{i}]" if isinstance(asked, list) else "$"
        try:
            states.append(state_of(case, path))
        except InvalidTerms as error:
            wrong.extend(
                f if f.path.startswith("$") else Violation(f"{path}.{f.path}", f.problem) for f in error.violations
            )
    for violation in wrong:
        print(violation, file=sys.stderr)
    if wrong:
        return 2
    if as_table:
        print("\n\n".join(table(s) for s in states))
    else:
        json.dump(states if isinstance(asked, list) else states[0], sys.stdout, indent=1)
        print()
    return 0
