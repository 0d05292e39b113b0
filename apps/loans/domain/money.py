"""Rounding of money, in one place. Amounts are Decimal in major units (maloti), never float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Literal

from .case_fields import CaseObject, Text, Whole, between

ZERO = Decimal(0)

Rounding = Literal["HALF_EVEN", "HALF_UP", "HALF_DOWN", "UP", "DOWN"]
ROUNDING: dict[Rounding, str] = {
    "HALF_EVEN": ROUND_HALF_EVEN,
    "HALF_UP": ROUND_HALF_UP,
    "HALF_DOWN": ROUND_HALF_DOWN,
    "UP": ROUND_UP,
    "DOWN": ROUND_DOWN,
}


@lru_cache(maxsize=16)
def quantum(decimals: int) -> Decimal:
    """The smallest amount of a currency: 0.01 for two decimals."""
    return Decimal(1).scaleb(-decimals)


@dataclass(frozen=True)
class Currency(CaseObject):
    """A currency's code, its minor digits, and the multiple that every amount is a whole number of (0: none)."""

    code: Text = "LSL"
    decimals: Annotated[Whole, between(0, 4)] = 2
    multiple: Annotated[Whole, between(0, 100_000)] = 0

    @cached_property
    def _quantum(self) -> Decimal:
        return quantum(self.decimals)

    def round(self, amount: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
        """`amount` to the currency's minor digits, or to its multiple where it has one above 1."""
        if self.multiple > 1:
            amount = to_multiple(amount, Decimal(self.multiple), rounding)
        return amount.quantize(self._quantum, rounding)

    def text(self, amount: Decimal) -> str:
        """`amount` as a plain decimal string with all minor digits: "5000.00"; never "-0.00"."""
        return f"{amount.quantize(quantum(self.decimals)) + 0:f}"


def to_multiple(amount: Decimal, multiple: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """`amount` to the nearest whole number of `multiple`."""
    return (amount / multiple).quantize(Decimal(1), rounding) * multiple


def format_money(amount: Decimal, code: str = "LSL") -> str:
    """An amount as people in Lesotho write it: "M 1,250.00"; other currencies by their code."""
    sign = "−" if amount < 0 else ""
    symbol = "M" if code == "LSL" else code
    return f"{sign}{symbol} {abs(amount):,.2f}"
