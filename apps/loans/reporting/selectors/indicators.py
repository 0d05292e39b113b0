"""The indicators of an MFI over a period, as a table: what each is called, says, and is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from apps.loans.domain import indicators as formula
from apps.loans.reporting.selectors.figures import PAR_DAYS, ZERO, Figures


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line: its name, what it says, its value as a ratio or an amount, and the two figures behind it."""

    name: str
    says: str
    value: Decimal | None
    part: tuple[str, Decimal]
    whole: tuple[str, Decimal]
    is_amount: bool = False

    @property
    def percent(self) -> Decimal | None:
        return None if self.value is None else self.value * 100


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the period that is shown beside an indicator."""

    label: str
    amount: Callable[[Figures], Decimal]

    def of(self, figures: Figures) -> tuple[str, Decimal]:
        return self.label, self.amount(figures)


@dataclass(frozen=True, slots=True)
class Definition:
    """An indicator by its two figures; `rule` makes its value of all figures of the period."""

    name: str
    says: str
    rule: Callable[[Figures], formula.Ratio]
    part: Figure
    whole: Figure
    is_amount: bool = False

    def of(self, figures: Figures) -> Indicator:
        part, whole = self.part.of(figures), self.whole.of(figures)
        return Indicator(self.name, self.says, self.rule(figures), part, whole, self.is_amount)


GLP = Figure("Outstanding principal", lambda f: f.glp)
AVERAGE_GLP = Figure("Average outstanding principal", lambda f: f.average_glp)


def _repayment_rate(figures: Figures) -> formula.Ratio:
    return formula.current_repayment_rate(figures.received, figures.prepaid, figures.fallen_due)


DEFINITIONS = (
    Definition(
        "Restructured",
        "Principal of loans with changed terms",
        lambda f: formula.portfolio_at_risk(f.restructured, f.glp),
        Figure("Restructured", lambda f: f.restructured),
        GLP,
    ),
    Definition(
        "Arrears rate",
        "Overdue principal",
        lambda f: formula.arrears_rate(f.overdue, f.glp),
        Figure("Overdue", lambda f: f.overdue),
        GLP,
    ),
    Definition(
        "Write-off ratio",
        "Principal given up in the period",
        lambda f: formula.write_off_ratio(f.written_off, f.average_glp),
        Figure("Written off", lambda f: f.written_off),
        AVERAGE_GLP,
    ),
    Definition(
        "Risk coverage",
        "What is set aside for loans more than 30 days late",
        lambda f: formula.risk_coverage(f.allowance, f.past_due[30]),
        Figure("Loss allowance", lambda f: f.allowance),
        Figure("PAR30", lambda f: f.past_due[30]),
    ),
    Definition(
        "Portfolio yield",
        "Interest and fees received, a year",
        lambda f: formula.portfolio_yield(f.income_received, f.average_glp, f.days),
        Figure("Received", lambda f: f.income_received),
        AVERAGE_GLP,
    ),
    Definition(
        "Operational self-sufficiency",
        "Income over all expense",
        lambda f: formula.operational_self_sufficiency(f.income, f.operating, f.financing, f.provision),
        Figure("Income", lambda f: f.income),
        Figure("Operating, financing and provision expense", lambda f: f.expense),
    ),
    Definition(
        "Current repayment rate",
        "Received for what fell due in the period",
        _repayment_rate,
        Figure("Received without prepayments", lambda f: f.received - f.prepaid),
        Figure("Fallen due", lambda f: f.fallen_due),
    ),
    Definition(
        "On-time rate",
        "Paid by its due date",
        lambda f: formula.on_time_rate(f.on_time, f.due_in_all),
        Figure("Paid in time", lambda f: f.on_time),
        Figure("Fallen due, fees included", lambda f: f.due_in_all),
    ),
    Definition(
        "Average balance",
        "For each person who owes",
        lambda f: formula.average_balance(f.glp, len(f.borrowers)),
        GLP,
        Figure("Active borrowers", lambda f: Decimal(len(f.borrowers))),
        is_amount=True,
    ),
    Definition(
        "Annual loss rate",
        "What the repayment rate means over a year",
        lambda f: formula.annual_loss_rate(_repayment_rate(f), f.term_years),
        Figure("Average term in years", lambda f: f.term_years or ZERO),
        Figure("Current repayment rate", lambda f: _repayment_rate(f) or ZERO),
    ),
)


def _portfolio_at_risk(days: int, *, with_restructured: bool) -> Definition:
    """PAR: the principal of loans more than `days` days past due, and that of restructured ones where asked for."""

    def at_risk(figures: Figures) -> Decimal:
        restructured = figures.restructured_not_past_due[days] if with_restructured else ZERO
        return figures.past_due[days] + restructured

    return Definition(
        f"PAR{days or 1}",
        f"Principal of loans {f'more than {days} days late' if days else 'late'}",
        lambda f: formula.portfolio_at_risk(at_risk(f), f.glp),
        Figure("At risk", at_risk),
        GLP,
    )


def indicators(figures: Figures, *, restructured_at_risk: bool = False) -> list[Indicator]:
    """The indicators of a period; restructured loans count as at risk where that is asked for."""
    at_risk = (_portfolio_at_risk(days, with_restructured=restructured_at_risk) for days in PAR_DAYS)
    return [definition.of(figures) for definition in (*at_risk, *DEFINITIONS)]
