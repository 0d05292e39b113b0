"""The reports over books and portfolio: what each shows, and its rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import tablib
from django.http import HttpResponse

from apps.loans.ledger import reports
from apps.loans.ledger.provision import provisions_of
from apps.loans.selectors.as_of import LoanThen, loans_on
from apps.loans.selectors.indicators import gather, indicators

ZERO = Decimal(0)
EXPORTS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_SHOWN = 500  # loans on a page; the export has them all
Found = dict[str, Any]
Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """`build` takes the first and last day and the form's values; `table` gives what it built as rows with a head."""

    label: str
    build: Callable[[date, date, Found], Found]
    table: Callable[[Found], Rows]


def export(name: str, rows: Rows, wanted: str) -> HttpResponse:
    """The rows as a file of one of `EXPORTS`; the first row is the head."""
    data = tablib.Dataset(*rows[1:], headers=rows[0])
    response = HttpResponse(data.export(wanted), content_type=EXPORTS[wanted])
    response["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    return response


def _trial_balance(since: date, on: date, asked: Found) -> Found:
    rows = reports.balances(on, known_on=asked.get("known_on"))
    return {
        "balances": rows,
        "debit": sum((r.debit or ZERO for r in rows), ZERO),
        "credit": sum((r.credit or ZERO for r in rows), ZERO),
    }


def _trial_balance_table(found: Found) -> Rows:
    return [
        ["Account", "Name", "Debit", "Credit"],
        *([r.account.code, r.account.name, r.debit, r.credit] for r in found["balances"]),
    ]


def _general_ledger(since: date, on: date, asked: Found) -> Found:
    account = asked.get("account")
    if account is None:
        return {}
    opening, lines = reports.general_ledger(account, since, on, asked.get("known_on"))
    return {"account": account, "opening": opening, "lines": lines}


def _general_ledger_table(found: Found) -> Rows:
    head = ["Date", "Narrative", "Loan", "Amount", "Balance"]
    return [
        head,
        *(
            [
                x.line.posted_on,
                x.line.entry.narrative,
                getattr(x.line.entry.loan, "number", ""),
                x.line.amount,
                x.balance,
            ]
            for x in found.get("lines", [])
        ),
    ]


def _balance_sheet(since: date, on: date, asked: Found) -> Found:
    assets, liabilities, equity = reports.balance_sheet(on, asked.get("known_on"))
    total = liabilities.total + equity.total
    return {"sections": [assets, liabilities, equity], "totals": [("Liabilities and equity", total)]}


def _income_statement(since: date, on: date, asked: Found) -> Found:
    income, expense, result = reports.income_statement(since, on, asked.get("known_on"))
    return {"sections": [income, expense], "totals": [("Result", result)]}


def _statement_table(found: Found) -> Rows:
    rows: Rows = [["Section", "Account", "Name", "Amount"]]
    for section in found["sections"]:
        rows += [[section.label, r.account.code, r.account.name, r.natural] for r in section.rows]
        rows += [[section.label, "", label, amount] for label, amount in section.extra]
        rows.append([section.label, "", "In all", section.total])
    return rows + [["", "", label, amount] for label, amount in found["totals"]]


def _provision(since: date, on: date, asked: Found) -> Found:
    active = (then for then in loans_on(on, asked.get("known_on")) if then.is_active)
    buckets = provisions_of(on, ((then.days_late, then.principal) for then in active))
    return {
        "buckets": buckets,
        "glp": sum((b.principal for b in buckets), ZERO),
        "allowance": sum((b.provision for b in buckets), ZERO),
    }


def _provision_table(found: Found) -> Rows:
    head = ["Days late", "Loans", "Principal", "Rate", "Provision"]
    return [head, *([b.label, b.loans, b.principal, b.rate, b.provision] for b in found["buckets"])]


def _indicators(since: date, on: date, asked: Found) -> Found:
    figures = gather(since, on, asked.get("known_on"))
    return {"figures": figures, "indicators": indicators(figures, restructured_at_risk=bool(asked.get("restructured")))}


def _indicators_table(found: Found) -> Rows:
    head = ["Indicator", "Value", "Figure", "Amount", "Over", "Amount"]
    return [head, *([i.name, i.value, *i.part, *i.whole] for i in found["indicators"])]


def _loans(since: date, on: date, asked: Found) -> Found:
    found = [then for then in loans_on(on, asked.get("known_on")) if then.is_active]
    found.sort(key=lambda then: (-then.days_late, then.loan.number))
    return {
        "loans": found,
        "shown": found[:MOST_SHOWN],
        "glp": sum((then.principal for then in found), ZERO),
        "overdue": sum((then.folded.arrears.total for then in found), ZERO),
    }


def _loans_table(found: Found) -> Rows:
    head = [
        "Loan",
        "Borrower",
        "Product",
        "Paid out",
        "Principal",
        "Interest",
        "Fees and penalties",
        "Overdue",
        "Days late",
        "Restructured",
    ]
    return [head, *(_loan_row(then) for then in found["loans"])]


def _loan_row(then: LoanThen) -> list[Any]:
    state = then.folded
    return [
        then.loan.number,
        then.loan.borrower.full_name,
        then.loan.product.name,
        state.disbursed_on,
        then.principal,
        state.outstanding("interest"),
        state.outstanding("fees") + state.outstanding("penalties"),
        state.arrears.total,
        then.days_late,
        "yes" if then.restructured else "",
    ]


REPORTS = {
    "trial-balance": Report("Trial balance", _trial_balance, _trial_balance_table),
    "general-ledger": Report("General ledger", _general_ledger, _general_ledger_table),
    "balance-sheet": Report("Balance sheet", _balance_sheet, _statement_table),
    "income-statement": Report("Income statement", _income_statement, _statement_table),
    "provision": Report("Ageing and provision", _provision, _provision_table),
    "indicators": Report("Indicators", _indicators, _indicators_table),
    "loans": Report("Loans on a day", _loans, _loans_table),
}
