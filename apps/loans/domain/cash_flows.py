"""The rate of any cash flow: US Regulation Z, Appendix J; EU Directive 2008/48/EC, Annex I; and XIRR.

A flow may have no rate, or several. Both are said; a root is never picked in silence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any

METHODS = ("us_appendix_j", "eu_annual", "xirr")
PLACES = Decimal("0.000001")
# Searched for roots: a rate a period between -99.99 % and about 800,000 %, evenly in ln(1 + rate).
LOWEST, HIGHEST, STEPS = math.log(0.0001), 9.0, 1600


class NoRate(ValueError):
    """The flow has no single rate; the message says why."""


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount (what the borrower receives is negative) after `t` whole periods and the fraction `f` of one."""

    amount: Decimal
    t: Fraction
    f: Fraction = Fraction(0)


def rate_per_period(flows: Sequence[Flow], *, not_below_zero: bool = False) -> Decimal:
    """The single rate i at which Σ amount / ((1 + f·i)(1 + i)^t) is 0, to some 20 digits.

    `not_below_zero` leaves out rates below zero, where it is known that the flow costs something: a loan whose savings
    come back at its end changes sign twice, and has a root near -100 % that is the rate of nothing.

    Raises:
        NoRate: all amounts have one sign, no rate makes the sum zero, or more than one does.
    """
    moving = [flow for flow in flows if flow.amount]
    if not any(f.amount < 0 for f in moving) or not any(f.amount > 0 for f in moving):
        raise NoRate("money must go both ways: some amounts negative (received), some positive (paid)")
    roots = [r for r in _brackets(moving) if not not_below_zero or r[1] > 0]
    if not roots:
        raise NoRate("no rate makes what is received equal to what is paid")
    if len(roots) > 1:
        near = ", ".join(f"{math.expm1((low + high) / 2) * 100:.2f} %" for low, high in roots)
        raise NoRate(f"several rates a period satisfy it (near {near}); none is the rate of this flow")
    return _refine(moving, *roots[0])


def _brackets(flows: Sequence[Flow]) -> list[tuple[float, float]]:
    """Where the sum changes sign, in u = ln(1 + rate). Floats only find the place; Decimal gives the rate."""
    plain = [(float(f.amount), float(f.t), float(f.f)) for f in flows]
    first, last = min(t for _, t, _ in plain), max(t for _, t, _ in plain)

    def value(u: float) -> float:
        # Measured from the end that weighs most, so that long flows do not overflow; the sign is the same.
        rate, origin = math.expm1(u), first if u >= 0 else last
        return sum(a * math.exp((origin - t) * u) / (1 + f * rate) for a, t, f in plain)

    signs = [a > 0 for a, _, _ in sorted(plain, key=lambda row: row[1])]
    once = sum(a != b for a, b in pairwise(signs)) == 1
    if once and (value(LOWEST) < 0) != (value(HIGHEST) < 0):
        return [(LOWEST, HIGHEST)]  # an ordinary loan: received, then paid; there is one root and no need to search
    brackets, step = [], (HIGHEST - LOWEST) / STEPS
    at, before = LOWEST, value(LOWEST)
    for n in range(1, STEPS + 1):
        u = LOWEST + n * step
        now = value(u)
        if before == 0 or (before < 0) != (now < 0):
            brackets.append((at, u))
        at, before = u, now
    return brackets


def _refine(flows: Sequence[Flow], low: float, high: float) -> Decimal:
    with localcontext() as context:
        context.prec = 34
        exact = [(f.amount, _decimal(f.t), _decimal(f.f)) for f in flows]

        def value(rate: Decimal) -> Decimal:
            return sum((a / ((1 + f * rate) * (1 + rate) ** t) for a, t, f in exact), Decimal(0))

        below, above = Decimal(math.expm1(low)), Decimal(math.expm1(high))
        sign = value(below) > 0
        for _ in range(90):
            middle = (below + above) / 2
            if (value(middle) > 0) == sign:
                below = middle
            else:
                above = middle
            if above - below < Decimal("1e-16"):
                break
        return (below + above) / 2


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def answer(asked: Any) -> dict[str, Any]:
    """The answer to one question of docs/loan-engine.md: the rate in percent a year, or the reason for none."""
    if not isinstance(asked, Mapping):
        return {"id": None, "error": "a question is an object"}
    try:
        rate = _annual(asked)
    except NoRate as reason:
        return {"id": asked.get("id"), "error": str(reason)}
    except (ValueError, TypeError, InvalidOperation, ZeroDivisionError, KeyError, AttributeError) as error:
        return {"id": asked.get("id"), "error": f"the question cannot be read: {error}"}
    return {"id": asked.get("id"), "percent_per_year": f"{(rate * 100).quantize(PLACES):f}"}


def _annual(asked: Mapping[str, Any]) -> Decimal:
    method, rows = asked.get("method"), asked.get("flows") or []
    if method not in METHODS:
        raise NoRate(f"method {method!r} is not one of {', '.join(METHODS)}")
    if not rows:
        raise NoRate("there are no flows")
    if method == "us_appendix_j":
        flows = [Flow(_amount(r), Fraction(str(r["t"])), Fraction(str(r.get("f", "0")))) for r in rows]
        return rate_per_period(flows) * _decimal(Fraction(str(asked["unit_periods_per_year"])))
    if method == "eu_annual":
        return rate_per_period([Flow(_amount(r), Fraction(str(r["years"]))) for r in rows])
    days = [date.fromisoformat(str(r["date"])) for r in rows]
    return rate_per_period(
        [Flow(_amount(r), Fraction((d - min(days)).days, 365)) for r, d in zip(rows, days, strict=True)]
    )


def _amount(row: Mapping[str, Any]) -> Decimal:
    amount = Decimal(str(row["amount"]))
    if not amount.is_finite():
        raise ValueError(f"amount {row['amount']!r} is not a number")
    return amount
