"""A loan's cost in words: the same lines on the paper, in the back-office, and wherever else people read it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from apps.loans.domain.money import format_money

Figures = dict[str, Any]
Facts = list[tuple[str, str]]

RUNS_TOLD = 3  # runs of equal installments that a sentence names one by one


def borrowers_facts(figures: Figures, currency: str, rate: str = "") -> Facts:
    """The figures of `domain.cost.cost_json` as their borrower reads them, in the active language.

    `rate` is the nominal rate in words, told beside the interest. What is zero and need not be known is left out.
    """
    told = dict(_amounts(figures, currency))
    return [
        (_("You borrow"), told["principal"]),
        (_("Fee kept back"), told["fee"]),
        *_where(told, ("savings", _("Savings kept back, given back at the end"))),
        *_where(told, ("down_payment", _("Down payment, kept back at once"))),
        (_("You receive"), told["net"]),
        (_("Interest"), f"{told['interest']} ({rate})" if rate else told["interest"]),
        (_("Other fees"), told["other_fees"]),
        (_("You pay back in all"), told["total"]),
        (_("The loan costs you"), told["cost"]),
        (_("APR, the yearly cost as a rate"), percent(figures["apr"])),
        (_("Effective rate"), percent(figures["eir"])),
        (_("Installments"), payments_told(figures, currency)),
    ]


def staff_facts(figures: Figures, currency: str) -> Facts:
    """The same for the back-office, which speaks English."""
    told = dict(_amounts(figures, currency))
    return [
        ("Handed over", told["net"]),
        ("Fee kept back", told["fee"]),
        *_where(told, ("savings", "Savings kept back")),
        *_where(told, ("down_payment", "Down payment kept back")),
        ("Interest", told["interest"]),
        ("Other fees", told["other_fees"]),
        ("Paid back in all", told["total"]),
        ("Costs in all", told["cost"]),
        ("APR", percent(figures["apr"])),
        ("EIR", percent(figures["eir"])),
        ("Installments", payments_told(figures, currency)),
    ]


def percent(rate: str | None) -> str:
    """33.96 %; a dash where there is no rate."""
    return "—" if rate is None else f"{rate} %"


def payments_told(figures: Figures, currency: str) -> str:
    """Every installment truthfully: "9 × M 104.81, 1 × M 104.75"; of many that differ the first, last and highest."""
    runs = [(run["count"], Decimal(run["amount"])) for run in figures.get("payments") or _runs(figures)]
    if len(runs) <= RUNS_TOLD:
        return ", ".join(f"{count} × {format_money(amount, currency)}" for count, amount in runs) or "—"
    amounts = [amount for _count, amount in runs]
    return _("%(count)s: the first %(first)s, the last %(last)s, the highest %(highest)s") % {
        "count": sum(count for count, _amount in runs),
        "first": format_money(amounts[0], currency),
        "last": format_money(amounts[-1], currency),
        "highest": format_money(max(amounts), currency),
    }


def _runs(figures: Figures) -> list[dict[str, Any]]:
    """Of key facts that were agreed to before they told the installments themselves: by their schedule."""
    by_amount = groupby(figures["schedule"], key=lambda row: row["total_due"])
    return [{"count": len(list(rows)), "amount": amount} for amount, rows in by_amount]


def _amounts(figures: Figures, currency: str) -> Iterator[tuple[str, str]]:
    for name in ("principal", "net", "fee", "savings", "down_payment", "interest", "other_fees", "total", "cost"):
        amount = Decimal(figures.get(name, "0"))
        yield name, format_money(amount, currency)


def _where(told: dict[str, str], *lines: tuple[str, str]) -> Facts:
    """The lines whose amount is not nothing."""
    return [(label, told[name]) for name, label in lines if any(digit in told[name] for digit in "123456789")]
