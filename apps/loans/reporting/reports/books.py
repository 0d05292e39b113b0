"""Reports over the books: trial balance, general ledger, balance sheet, income statement."""

from __future__ import annotations

from datetime import date

from apps.loans.ledger import reports
from apps.loans.reporting.reports.report import ZERO, Context, Report
from apps.users.exporting.writing import Row, Table


def _trial_balance(since: date, day: date, asked: Context) -> Context:
    rows = reports.balances(day, known_on=asked.get("known_on"))
    return {
        "balances": rows,
        "debit": sum((row.debit or ZERO for row in rows), ZERO),
        "credit": sum((row.credit or ZERO for row in rows), ZERO),
    }


def _trial_balance_table(built: Context) -> Table:
    rows = ([row.account.code, row.account.name, row.debit, row.credit] for row in built["balances"])
    return Table(["Account", "Name", "Debit", "Credit"], rows, [["In all", "", built["debit"], built["credit"]]])


def _general_ledger(since: date, day: date, asked: Context) -> Context:
    account = asked.get("account")
    if account is None:
        return {}
    opening, lines = reports.general_ledger(account, since, day, asked.get("known_on"))
    return {"account": account, "since": since, "opening": opening, "lines": lines}


def _general_ledger_table(built: Context) -> Table:
    rows: list[Row] = [_ledger_row(line) for line in built.get("lines", [])]
    if "opening" in built:
        rows.insert(0, [built["since"], "Balance before", "", None, None, built["opening"]])
    return Table(["Date", "Narrative", "Loan", "Debit", "Credit", "Balance"], rows)


def _ledger_row(row: reports.LedgerLine) -> Row:
    entry = row.line.entry
    loan_number = entry.loan.number if entry.loan else ""
    return [row.line.posted_on, entry.narrative, loan_number, row.line.debit, row.line.credit, row.balance]


def _balance_sheet(since: date, day: date, asked: Context) -> Context:
    assets, liabilities, equity = reports.balance_sheet(day, asked.get("known_on"))
    total = liabilities.total + equity.total
    return {"sections": [assets, liabilities, equity], "totals": [("Liabilities and equity", total)]}


def _income_statement(since: date, day: date, asked: Context) -> Context:
    income, expense, result = reports.income_statement(since, day, asked.get("known_on"))
    return {"sections": [income, expense], "totals": [("Result", result)]}


def _statement_table(built: Context) -> Table:
    rows: list[Row] = []
    for section in built["sections"]:
        rows += [[section.label, row.account.code, row.account.name, row.natural] for row in section.rows]
        rows += [[section.label, "", label, amount] for label, amount in section.extra]
        rows.append([section.label, "", "In all", section.total])
    totals = [["", "", label, amount] for label, amount in built["totals"]]
    return Table(["Section", "Account", "Name", "Amount"], rows, totals)


BOOKS = {
    "trial-balance": Report("Trial balance", _trial_balance, _trial_balance_table),
    "general-ledger": Report("General ledger", _general_ledger, _general_ledger_table),
    "balance-sheet": Report("Balance sheet", _balance_sheet, _statement_table),
    "income-statement": Report("Income statement", _income_statement, _statement_table),
}
