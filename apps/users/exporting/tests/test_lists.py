"""Every list leaves as XLSX, CSV and PDF: what the page shows, with figures and days as such, and its filters named."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from apps.loans.book.models import Loan
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.sites import public_site, tenant_site
from tests.factories import Branch

FORMATS = {"xlsx": "0", "csv": "1", "pdf": "2"}


def exported(client: Any, name: str, kind: str, query: str = "") -> bytes:
    url = reverse(f"admin:{name}_export", urlconf="config.urls_tenant")
    answer = client.post(f"{url}?{query}", {"format": FORMATS[kind]})
    assert answer.status_code == 200, answer.content[:500]
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_every_list_has_an_export() -> None:
    pages = [page for site in (tenant_site, public_site) for page in site._registry.values()]
    assert pages
    assert all(isinstance(page, LetsemaAdmin) for page in pages)
    assert all(len(page.get_export_formats()) == 3 for page in pages)


@pytest.mark.parametrize("kind", FORMATS)
def test_each_kind_of_file_of_each_list(alpha: Branch, active: Callable[..., Loan], kind: str) -> None:
    """No list has a column that cannot leave."""
    active()
    manager = alpha.client("manager")
    for page in tenant_site._registry.values():
        opts = page.model._meta
        assert exported(manager, f"{opts.app_label}_{opts.model_name}", kind)


def test_what_the_page_shows_leaves_with_figures_and_days(alpha: Branch, active: Callable[..., Loan]) -> None:
    active()
    content = exported(alpha.client("accountant"), "loans_journalentry", "xlsx")
    head, first, *_ = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    row = dict(zip(head, first, strict=True))
    assert isinstance(row["Posted on"], datetime)
    assert isinstance(row["Amount"], int | float)
    assert "<" not in str(row["Source"])


def test_the_filters_that_are_on_are_named(alpha: Branch) -> None:
    content = exported(alpha.client("manager"), "users_borrowerprofile", "xlsx", "district=leribe&q=khoabane")
    about = dict(load_workbook(io.BytesIO(content))["About"].iter_rows(values_only=True))
    assert about["Of"] == alpha.mfi.name
    assert about["District"] == "Leribe"
    assert about["Search"] == "khoabane"


def test_an_export_is_what_the_filters_show(alpha: Branch) -> None:
    client = alpha.client("manager")
    everybody = exported(client, "users_borrowerprofile", "csv")
    nobody = exported(client, "users_borrowerprofile", "csv", "district=quthing")
    assert alpha.borrower.full_name in everybody.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(nobody.decode("utf-8-sig"))))) == 1


def test_whoever_may_not_see_a_list_may_not_export_it(alpha: Branch) -> None:
    url = reverse("admin:users_duplicatepair_export", urlconf="config.urls_tenant")
    assert alpha.client("auditor").post(url, {"format": "0"}).status_code == 403
