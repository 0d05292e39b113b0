"""Every export goes by the one writer: named by whoever, it is read by a spreadsheet as it was meant."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django_tenants.utils import tenant_context
from openpyxl import load_workbook

from apps.loans.book.models import Loan
from apps.loans.security.services import add_collateral, add_guarantor
from apps.users.accounts.models import Account
from tests.factories import Branch
from tests.imports import sources

Maker = Callable[..., Loan]
LIVE = '=HYPERLINK("http://x.example","Š")'


def sheet(content: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows())


@pytest.fixture
def named(alpha: Branch, active: Maker) -> Loan:
    loan = active()
    with tenant_context(alpha.mfi):
        Account.objects.filter(pk=alpha.borrower.pk).update(full_name=LIVE)
        actor = alpha.staff["officer"].actor
        add_guarantor(
            loan_id=loan.pk,
            actor=actor,
            full_name=f"{LIVE} too",
            phone="58120009",
            relation="@x",
            amount=Decimal(500),
            confirmed=True,
        )
        add_collateral(
            loan_id=loan.pk,
            actor=actor,
            what="vehicle",
            description=LIVE,
            serial="-2+3",
            value=Decimal(900),
            confirmed=True,
        )
    return loan


@pytest.mark.parametrize("page", ["loan", "guarantor", "collateral"])
def test_a_list_holds_no_formula_and_keeps_its_types(alpha: Branch, named: Loan, page: str) -> None:
    client = alpha.client("auditor")
    answer = client.post(f"/admin/loans/{page}/export/", {"format": "0", "resource": "0"})
    head, row = sheet(answer.content)
    values = {name.value: cell for name, cell in zip(head, row, strict=True)}
    assert (values["Borrower"].value, values["Borrower"].data_type, values["Borrower"].quotePrefix) == (LIVE, "s", True)
    assert values["Loan"].value == named.number
    assert not [cell for cell in row if cell.data_type == "f"]
    amounts = {"loan": "Principal", "guarantor": "Answers for", "collateral": "Worth"}
    amount = values[amounts[page]]
    assert (amount.data_type, amount.number_format) == ("n", "#,##0.00")
    if page == "loan":
        assert isinstance(values["Applied on"].value, datetime)
        assert values["Phone"].data_type == "s"
    text = client.post(f"/admin/loans/{page}/export/", {"format": "1", "resource": "0"}).content
    assert text.startswith("\ufeff".encode())
    first = next(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert first["Borrower"] == f"'{LIVE}"


@pytest.mark.parametrize("report", ["loans", "provision", "trial-balance", "balance-sheet"])
def test_a_report_carries_the_totals_of_its_page(alpha: Branch, named: Loan, report: str) -> None:
    client = alpha.client("auditor")
    asked = {"since": "2026-01-01", "on": "2026-12-31"}
    page = client.get(f"/admin/loans/glaccount/books/{report}/", asked).content.decode()
    rows = sheet(client.get(f"/admin/loans/glaccount/books/{report}/", {**asked, "format": "xlsx"}).content)
    last = [cell.value for cell in rows[-1] if isinstance(cell.value, int | float)]
    shown = page.rpartition("<tfoot>")[2]
    assert last
    assert all(f"{amount:,.2f}" in shown for amount in last)


def test_nothing_else_writes_a_spreadsheet() -> None:
    writing = re.compile(r"csv\.(Dict)?[wW]riter|tablib|\bWorkbook\(|text/csv|spreadsheetml|modelresource_factory")
    one = "apps/users/exporting"
    allowed = {f"{one}/writing.py", f"{one}/sheet.py", "config/described/openapi.py"}
    allowed.add("apps/users/spreadsheets/patterns.py")  # empty templates, which hold nobody's words but our own
    found = {str(path.relative_to(Path.cwd())) for path in sources() if writing.search(path.read_text())}
    assert found <= allowed
