"""Reports over the portfolio of any day: ageing and provision, indicators, the loans themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.loans.book.queries.days import LoanRow
from apps.loans.book.selectors.positions import ages_on, running_loans_on
from apps.loans.ledger.provision import provisions_of
from apps.loans.reporting.reports.report import ZERO, Context, Report
from apps.loans.reporting.selectors.figures import gather
from apps.loans.reporting.selectors.indicators import Indicator, indicators
from apps.users.exporting.writing import Percent, Row, Table

MOST_SHOWN = 500  # loans on a page; the export has them all


def _provision(since: date, day: date, asked: Context) -> Context:
    told = ages_on(day, asked.get("known_on"))
    buckets = provisions_of(day, told.rows)
    return {
        "folded": told.folded,
        "buckets": buckets,
        "glp": sum((bucket.principal for bucket in buckets), ZERO),
        "allowance": sum((bucket.provision for bucket in buckets), ZERO),
    }


def _provision_table(built: Context) -> Table:
    rows = ([b.label, b.loans, b.principal, Percent(b.rate), b.provision] for b in built["buckets"])
    totals = [["In all", None, built["glp"], None, built["allowance"]]]
    return Table(["Days late", "Loans", "Principal", "Rate", "Provision"], rows, totals)


def _indicators(since: date, day: date, asked: Context) -> Context:
    figures = gather(since, day, asked.get("known_on"))
    lines = indicators(figures, restructured_at_risk=bool(asked.get("restructured")))
    return {"figures": figures, "indicators": lines, "folded": figures.folded}


INDICATOR_COLUMNS = ("Indicator", "Value", "Figure", "Amount", "Over", "Amount")


def _indicators_table(built: Context) -> Table:
    rows = ([line.name, _indicator_value(line), *line.part, *line.whole] for line in built["indicators"])
    return Table(INDICATOR_COLUMNS, rows)


def _indicator_value(line: Indicator) -> Decimal | None:
    return line.value if line.value is None or line.is_amount else Percent(line.value)


def frozen_indicator_row(line: Context) -> Row:
    """An indicator as a closing keeps it, its figures as texts."""
    part, whole = ((name, Decimal(amount)) for name, amount in (line["part"], line["whole"]))
    value = None if line["value"] is None else Decimal(line["value"])
    kept = Indicator(line["name"], "", value, part, whole, is_amount=bool(line.get("is_amount")))
    return [kept.name, _indicator_value(kept), *part, *whole]


def _loans(since: date, day: date, asked: Context) -> Context:
    of_day = day, asked.get("known_on")
    loans = running_loans_on(*of_day, most=MOST_SHOWN)
    return {"loans": loans, "folded": loans.folded, "of_day": of_day}


LOAN_COLUMNS = (
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
)


def _loans_table(built: Context) -> Table:
    if "of_day" not in built:
        return Table(LOAN_COLUMNS, [])
    loans = running_loans_on(*built["of_day"])
    totals = [f"{loans.count} in all", "", "", None, loans.principal, None, None, loans.overdue]
    return Table(LOAN_COLUMNS, (_loan_row(loan) for loan in loans.rows), [totals])


def _loan_row(loan: LoanRow) -> Row:
    return [
        loan.number,
        loan.borrower,
        loan.product,
        loan.disbursed_on,
        loan.principal,
        loan.interest,
        loan.charges,
        loan.overdue,
        loan.days_past_due,
        "yes" if loan.restructured else "",
    ]


PORTFOLIO = {
    "provision": Report("Ageing and provision", _provision, _provision_table),
    "indicators": Report("Indicators", _indicators, _indicators_table),
    "loans": Report("Loans on a day", _loans, _loans_table),
}
