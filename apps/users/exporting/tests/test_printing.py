"""A table on paper: every figure whole, every page with its head, and pages only as many as it takes."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from datetime import date
from decimal import Decimal

from apps.users.exporting.table import Percent, Table
from apps.users.exporting.writing import write


def texts(content: bytes) -> list[list[str]]:
    """The words that each page draws, in their order."""
    pages = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        drawn = zlib.decompress(a85decode(b"<~" + stream.strip(), adobe=True))
        words = re.findall(rb"\((.*?)(?<!\\)\) Tj", drawn)
        pages.append([re.sub(rb"\\([0-7]{3}|[()\\])", _unescaped, word).decode("cp1252") for word in words])
    return pages


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)]) if found[1].isdigit() else found[1]


def test_figures_days_and_percentages_as_people_read_them() -> None:
    row = [Decimal("1234567.50"), date(2026, 3, 2), Percent("0.125"), True, None, "Tšepo (Ha Abia)"]
    (page,) = texts(write(Table(["a"] * 6, [row], [["Total", Decimal("9.00")]]), "pdf"))
    assert {"1,234,567.50", "2 Mar 2026", "12.50 %", "Yes", "Tšepo (Ha Abia)", "Total", "9.00"} <= set(page)


def test_title_and_filters_on_the_first_page_and_the_head_on_each() -> None:
    rows = [[f"LA{n:06d}", Decimal(n)] for n in range(150)]
    table = Table(["Loan", "Owed"], rows, title="Loans", about=[("District", "Leribe")])
    pages = texts(write(table, "pdf"))
    assert len(pages) == 4
    assert "District: Leribe" in pages[0]
    assert "District: Leribe" not in pages[1]
    assert all("Owed" in page for page in pages)
    assert sum(word.startswith("LA0") for page in pages for word in page) == 150
    assert [page[-1] for page in pages] == ["1", "2", "3", "4"]


def test_long_texts_give_way_and_figures_never_do() -> None:
    table = Table([f"Column {n}" for n in range(14)], [["x" * 300] * 12 + [Decimal("98765432.10"), "y" * 90]])
    (page,) = texts(write(table, "pdf"))
    assert "98,765,432.10" in page
    assert all(len(word) < 300 for word in page)
    assert any(word.endswith("…") for word in page)
