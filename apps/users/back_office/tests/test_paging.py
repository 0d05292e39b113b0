"""Lists that are too long to be counted: turned over by keys, each row once, in whatever order."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

import config.urls_tenant  # noqa: F401 - registers the pages
from apps.loans.book.models import Loan
from apps.mfis.core.clock import business_date
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.back_office import paging
from apps.users.back_office.sites import tenant_site
from tests.factories import Branch

pytestmark = pytest.mark.django_db

LIST = "/admin/loans/loan/"


@pytest.fixture
def loans(
    alpha: Branch, active: Callable[..., Loan], apply: Callable[..., Loan], monkeypatch: pytest.MonkeyPatch
) -> list[Loan]:
    """Nine loans of nine people, of which some owe alike and some nothing; lists count to four and show two."""
    made = []
    for n in range(9):
        person = Person(f"{'AABBC'[n % 5]} Mohapi", phone=f"5899200{n}", national_id=f"77000000{n}")
        borrower = register_borrower(person=person, actor=alpha.staff["officer"].actor, today=business_date())
        values = {"borrower": borrower, "actor": alpha.staff["officer"].actor, "principal": Decimal(1000 + n % 3 * 100)}
        day = business_date() - timedelta(days=40 * (n % 3) + 1)
        made.append((apply if n % 4 == 3 else active)(value_date=day, **values))
    monkeypatch.setattr(paging, "MOST_COUNTED", 4)
    monkeypatch.setattr(tenant_site._registry[Loan], "list_per_page", 2)
    return made


def shown(client: Client, query: str) -> Any:
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200, query
    return answer.context["cl"]


def link(page: Any, label: str) -> str | None:
    return next((one.query for one in page.page_links if label in one.label), None)


def walked(client: Client, query: str, label: str) -> list[Any]:
    """The keys of each page, going by the links of that label."""
    pages, at = [], query
    while at is not None:
        assert len(pages) < 9, "the links lead round in a circle"
        page = shown(client, at)
        pages.append([loan.pk for loan in page.result_list])
        at = link(page, label)
    return pages


ORDERS = ["", *(f"&o={sign}{n}" for n in range(8) for sign in ("", "-")), "&o=3.-1", "&status=active", "&q=mohapi"]


@pytest.mark.parametrize("order", ORDERS)
def test_every_row_comes_once_from_either_end(alpha: Branch, loans: list[Loan], order: str) -> None:
    client = alpha.client("officer")
    forward = [key for page in walked(client, f"?p=1{order}", "Next") for key in page]
    counted = [key for n in range(1, 6) for key in keys_counted_to(client, n, order)]
    assert forward == counted
    assert len(set(forward)) == len(forward) >= 6
    backward = [key for page in reversed(walked(client, f"?p=-1{order}", "Previous")) for key in page]
    assert backward == forward


def keys_counted_to(client: Client, page: int, order: str) -> list[Any]:
    """A page that is asked for by its number alone; none where there is no such page."""
    answer = client.get(f"{LIST}?p={page}{order}")
    return [loan.pk for loan in answer.context["cl"].result_list] if answer.status_code == 200 else []


def test_the_page_says_what_it_did_not_count(alpha: Branch, loans: list[Loan]) -> None:
    client = alpha.client("officer")
    first = client.get(LIST).content.decode()
    assert re.search(r"More than 4\s+loans", first)
    assert "Page 1" in first
    last = shown(client, "?p=-1")
    assert [one.label for one in last.page_links] == ["« First", "‹ Previous", "Last page"]
    assert re.search(r"[0-4]\s+loans", client.get(f"{LIST}?status=submitted").content.decode())


def test_a_row_that_left_the_list_leads_to_its_page_all_the_same(alpha: Branch, loans: list[Loan]) -> None:
    client = alpha.client("officer")
    gone = "0190a1b2-0000-7000-8000-00000000dead"
    wanted = [loan.pk for loan in shown(client, "?p=2").result_list]
    assert [loan.pk for loan in shown(client, f"?p=2&at=1&after={gone}").result_list] == wanted
    assert [loan.pk for loan in shown(client, "?p=2&at=1&after=nothing").result_list] == wanted
    assert client.get(f"{LIST}?p=900").status_code == 302


def test_another_filter_begins_at_the_first_page(alpha: Branch, loans: list[Loan]) -> None:
    second = shown(alpha.client("officer"), link(shown(alpha.client("officer"), "?p=1"), "Next") or "")
    for spec in second.filter_specs:
        assert not any("after=" in choice["query_string"] for choice in spec.choices(second))
