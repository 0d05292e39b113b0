"""Every list of both back-offices: a column sorts by what it shows, and each page's title says which page it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.test import Client
from django.urls import reverse

import config.urls_public
import config.urls_tenant  # noqa: F401 - registers all pages
from apps.loans.book.models import Loan
from apps.loans.reporting.reports import REPORTS
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.clock import business_date
from apps.users.back_office.sites import public_site, tenant_site
from tests.factories import Branch

pytestmark = pytest.mark.django_db

# Columns that show no figure of the record, and why nobody sorts by them.
UNSORTED = {
    ("PolicyAdmin", "__str__"): "one record, whose list is its page",
    ("NodeAdmin", "__str__"): "a few nodes, by their letter",
    ("ProductAdmin", "apr"): "reckoned from the schedule of the usual loan",
    (
        "EntryAdmin",
        "amount",
    ): "added up from the lines of the entries that are shown; the journal is sorted by its days",
    ("BureauFileAdmin", "answered"): "says what several answers say",
}


def columns() -> Iterator[tuple[AdminSite, ModelAdmin[Any], str]]:
    for site in (tenant_site, public_site):
        for admin in site._registry.values():
            yield from ((site, admin, str(name)) for name in admin.list_display)


def is_field(admin: ModelAdmin[Any], name: str) -> bool:
    try:
        admin.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def order_of(admin: ModelAdmin[Any], name: str) -> Any:
    return getattr(getattr(admin, name, None) or getattr(admin.model, name, None), "admin_order_field", None)


def test_every_column_of_every_list_can_be_sorted_by() -> None:
    unsorted = {
        (type(admin).__name__, name)
        for _, admin, name in columns()
        if not is_field(admin, name) and not order_of(admin, name)
    }
    assert unsorted == set(UNSORTED)


def lists(site: AdminSite) -> dict[str, ModelAdmin[Any]]:
    urls = {f"admin:{a.opts.app_label}_{a.opts.model_name}_changelist": a for a in site._registry.values()}
    urlconf = "config.urls_public" if site is public_site else "config.urls_tenant"
    return {reverse(name, urlconf=urlconf): admin for name, admin in urls.items()}


def sorts(client: Client, site: AdminSite) -> list[str]:
    """The lists and columns by which sorting, either way, gives no page."""
    faults = []
    for url, admin in lists(site).items():
        for n, column in enumerate(admin.list_display):
            for sign in ("", "-"):
                answer = client.get(url, {"o": f"{sign}{n}"})
                faults += [] if answer.status_code in (200, 302) else [f"{url} {column}"]
    return faults


def test_each_list_of_an_mfi_is_sorted_by_each_column(alpha: Branch, active: Callable[..., Loan]) -> None:
    active()
    assert sorts(alpha.client("manager"), tenant_site) == []


def test_each_list_of_letsema_is_sorted_by_each_column(public_client: Client) -> None:
    assert sorts(public_client, public_site) == []


def test_loans_are_sorted_by_the_days_and_the_sums_they_show(
    alpha: Branch, active: Callable[..., Loan], apply: Callable[..., Loan]
) -> None:
    today = business_date()
    late = active(value_date=today - timedelta(days=100))
    later = active(value_date=today - timedelta(days=50), principal=Decimal("2000"))
    fresh = active(value_date=today, principal=Decimal("500"))
    record_repayment(
        loan_id=fresh.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(9), channel="cash", value_date=today
    )
    client = alpha.client("officer")

    def order(column: str) -> list[Any]:
        n = [*tenant_site._registry[Loan].list_display].index(column)
        return [loan.pk for loan in client.get("/admin/loans/loan/", {"o": f"-{n}"}).context["cl"].result_list]

    assert order("late") == [late.pk, later.pk, fresh.pk]
    assert order("outstanding") == [later.pk, late.pk, fresh.pk]
    assert order("formatted_principal") == [later.pk, late.pk, fresh.pk]


def title_of(client: Client, url: str) -> str:
    answer = client.get(url, follow=True)
    if answer.status_code != 200:
        return f"{url}: {answer.status_code}"
    text = answer.content.decode()
    return text[text.index("<title>") + 7 : text.index("</title>")].strip()


def pages(site: AdminSite) -> list[str]:
    adding = [f"{url}add/" for url, admin in lists(site).items() if getattr(admin, "add_action", None)]
    return ["/admin/", *lists(site), *adding, "/admin/password_change/"]


def test_each_pages_title_is_its_own(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    own = [f"/admin/loans/loan/{loan.pk}/change/", f"/admin/loans/loan/{loan.pk}/statement/"]
    own += [
        f"/admin/loans/loan/{loan.pk}/do/record_repayment/",
        f"/admin/users/borrowerprofile/{loan.borrower_id}/change/",
    ]
    books = ["/admin/loans/glaccount/books/", *(f"/admin/loans/glaccount/books/{name}/" for name in REPORTS)]
    urls = [*pages(tenant_site), *own, *books, "/admin/proposals/", "/admin/search/"]
    told = {url: title_of(alpha.client("manager"), url) for url in urls}
    check_titles(told)


def test_each_title_of_letsemas_pages_is_its_own(public_client: Client) -> None:
    check_titles({url: title_of(public_client, url) for url in pages(public_site)})


def check_titles(told: dict[str, str]) -> None:
    assert [url for url, title in told.items() if "Select " in title or title.startswith("·") or ": 4" in title] == []
    by_title: dict[str, list[str]] = {}
    for url, title in told.items():
        by_title.setdefault(title, []).append(url)
    assert {title: urls for title, urls in by_title.items() if len(urls) > 1} == {}
