"""Letsema's own layout, LTS01: fixed width, one record a line, as docs/credit.md describes it field by field.

It follows the data that bureaux of the region ask of credit providers each month; a bureau that wants another order or
other codes gets an adapter of its own (adapter.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from apps.loans.bureau.adapter import BureauAnswer, Header
from apps.loans.bureau.records import Record, totals
from apps.mfis.core.texts import visible

END = "\r\n"


def _text(value: str, width: int) -> str:
    plain = unicodedata.normalize("NFKD", visible(value).upper()).encode("ascii", "ignore").decode()
    return " ".join(plain.split())[:width].ljust(width)


def _day(value: date | None, width: int) -> str:
    return f"{value:%Y%m%d}" if value else " " * width


def _cents(value: Decimal, width: int) -> str:
    return f"{int(value * 100):0{width}d}"


def _count(value: int, width: int) -> str:
    return f"{min(value, 10**width - 1):0{width}d}"


# Name, width, how it is written: of a record, in this order, after the letter D.
FIELDS: tuple[tuple[str, int, Callable[[Any, int], str]], ...] = (
    ("loan_number", 16, _text),
    ("national_id", 20, _text),
    ("date_of_birth", 8, _day),
    ("name", 60, _text),
    ("phone", 16, _text),
    ("currency", 3, _text),
    ("opened_on", 8, _day),
    ("principal", 12, _cents),
    ("installment", 12, _cents),
    ("installments", 3, _count),
    ("status", 1, _text),
    ("balance", 12, _cents),
    ("overdue", 12, _cents),
    ("months_in_arrears", 2, _count),
    ("last_paid_on", 8, _day),
    ("closed_on", 8, _day),
)
WIDTH = 1 + sum(width for _, width, _ in FIELDS)


class FixedWidth:
    """Writes LTS01, and reads an answer: a line `A|reference|records accepted`, then `R|loan number|reason` for each
    that was refused."""

    layout = "LTS01"

    def write(self, header: Header, records: list[Record]) -> bytes:
        """The file: H, a D for each record, T with their number and sums. Every line is equally long."""
        h, t = header, totals(records)
        lines = [f"H{self.layout}{_text(h.supplier, 40)}{h.month_end:%Y%m%d}{h.made_on:%Y%m%d}{_count(h.sequence, 2)}"]
        lines += ["D" + "".join(write(getattr(r, name), width) for name, width, write in FIELDS) for r in records]
        lines.append(f"T{_count(t.records, 9)}{_cents(t.balance, 15)}{_cents(t.overdue, 15)}")
        return "".join(line.ljust(WIDTH) + END for line in lines).encode("ascii")

    def read_answer(self, content: bytes) -> BureauAnswer:
        """What the bureau says of a file.

        Raises:
            ValueError: the line that is not as it should be.
        """
        try:
            lines = [line.strip() for line in content.decode("utf-8-sig").splitlines() if line.strip()]
        except UnicodeDecodeError:
            raise ValueError("The answer is not text.") from None
        parts = [line.split("|", 2) for line in lines]
        for n, part in enumerate(parts, start=1):
            if len(part) != 3 or part[0] != ("A" if n == 1 else "R"):
                raise ValueError(f"Line {n} is neither A|reference|accepted nor R|loan number|reason.")
        if not parts or not parts[0][1] or not parts[0][2].isdigit():
            raise ValueError("Line 1 must be A|reference|records accepted.")
        return BureauAnswer(parts[0][1][:60], int(parts[0][2]), {p[1]: p[2][:200] for p in parts[1:]})
