"""No page of a big MFI reads a table whole that grows with the business.

Every query of every list (its first page, its last, each filter, each search), of the dashboard, a loan's and a
borrower's page, the search at the top and every reading operation of the API is explained by PostgreSQL, which is told
that there are a hundred times as many rows as there are. A page that fails is named with the query and its plan.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

import config.urls_public
import config.urls_tenant  # noqa: F401 - registers all pages
from apps.loans.book.models import Loan
from apps.loans.desk.admin import quality
from apps.loans.reporting.selectors import overall
from apps.loans.reporting.services.snapshots import keep_figures
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.users.back_office import paging
from apps.users.back_office.sites import public_site, tenant_site
from bench.big_book import Size, multiply
from bench.lender import Lender
from bench.told_loans import tell_templates
from tests.api_recipes import RECIPES, World
from tests.factories import Branch
from tests.plans import listening, pages_of, pretend_big, read_whole
from tests.test_api_cases import path_of

pytestmark = pytest.mark.django_db

# Pages that may, and why.
ALLOWED: dict[tuple[str, str], str] = {}

LOANS = 2_000  # of which the planner is told that they are a hundred times as many


@pytest.fixture
def book(alpha: Branch) -> Loan:
    """A book of two thousand loans; the loan that is returned is an active one."""
    lender = Lender(alpha.mfi, alpha.staff["manager"], alpha.staff["approver"], alpha.product)
    tell_templates(lender)
    multiply(Size(LOANS, LOANS // 4), at_rest=False)
    return Loan.objects.filter(state__status="active").select_related("borrower").order_by("pk")[LOANS // 3]


@pytest.fixture
def big(book: Loan, monkeypatch: pytest.MonkeyPatch) -> Loan:
    """The same as the pages of a big book see it: counted by the worker, and longer than lists are counted."""
    monkeypatch.setattr(overall, "COUNTED_AT_ONCE", 100)
    monkeypatch.setattr(paging, "MOST_COUNTED", 100)
    monkeypatch.setattr(quality, "MOST_COUNTED", 100)
    for admin in tenant_site._registry.values():
        monkeypatch.setattr(admin, "list_per_page", 20)
    keep_figures(business_date())
    pretend_big(factor=100)
    return book


WORDS = {"a name": "tsepo mofolo", "a phone": "51000007", "a number": "LA00000077", "a reference": "QK0000077"}


def faults(client: Client, pages: dict[str, str], known: set[str]) -> list[str]:
    """Each page that reads a big table whole, with the query and its plan."""
    found = []
    for name, at in pages.items():
        if name.endswith("page 1,000"):
            continue  # asked for by its number alone, it is counted to; links lead to it by its neighbours
        with listening() as asked:
            answer = client.get(at, follow=True)
        if answer.status_code >= 500:
            found.append(f"{name}: {at} answers {answer.status_code}")
        whole = [one for one in read_whole(asked, known) if (name, one.table) not in ALLOWED]
        found += [f"{name}: {one}" for one in whole]
    return found


def pages_of_an_mfi(client: Client, loan: Loan) -> dict[str, str]:
    pages = dict(pages_of(client, tenant_site, "config.urls_tenant", WORDS))
    pages |= {f"search at the top: {kind}": f"/admin/search/?q={word}" for kind, word in WORDS.items()}
    return pages | {
        "dashboard": "/admin/",
        "proposals": "/admin/proposals/",
        "data quality": "/admin/data-quality/",
        "hand over": "/admin/hand-over/",
        "books": "/admin/loans/glaccount/books/",
        "a loan": f"/admin/loans/loan/{loan.pk}/change/",
        "a borrower": f"/admin/users/borrowerprofile/{loan.borrower_id}/change/",
    }


def test_no_page_reads_a_big_table_whole(
    alpha: Branch, big: Loan, public_client: Client, active: Callable[..., Loan], apply: Callable[..., Loan]
) -> None:
    """One test, as the book takes longer to fill than its pages to be asked for."""
    known: set[str] = set()
    connection.set_tenant(alpha.mfi)
    world = World(alpha, active, apply)
    api = {name: path_of(name, world) for name in RECIPES if name.startswith("GET ")}
    found = faults(alpha.client(alpha.borrower), api, known)
    client = alpha.client("manager")
    found += faults(client, pages_of_an_mfi(client, big), known)
    found += faults(public_client, dict(pages_of(public_client, public_site, "config.urls_public", WORDS)), known)
    assert not found, f"{len(found)} faults\n\n" + "\n\n".join(found)


def test_a_table_that_is_read_whole_is_found(alpha: Branch, active: Callable[..., Loan]) -> None:
    """Or the test above could not fail."""
    active()
    pretend_big(factor=100_000)
    loans = Loan.objects.all()

    def found(ask: Callable[[], object]) -> list[str]:
        with listening() as asked:
            ask()
        return [whole.table for whole in read_whole(asked)]

    assert found(lambda: list(loans.filter(asked_purpose="Nothing like it")[:50])) == ["loans_loan"]
    assert found(lambda: list(loans.order_by("asked_purpose")[:50])) == ["loans_loan"]
    assert found(loans.count) == ["loans_loan"]
    assert found(lambda: list(loans.order_by("-recorded_at", "-id")[:50])) == []
    assert found(lambda: list(loans.filter(pk=loans[0].pk))) == []
