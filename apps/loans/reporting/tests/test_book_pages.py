"""The pages of the books: who sees them, what they do, and that they stay cheap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import GLAccount, JournalEntry, ManualJournal, PeriodClosing
from apps.loans.servicing.services import repayment
from apps.mfis.core.clock import business_date
from tests.factories import TODAY, Branch, queries

pytestmark = pytest.mark.django_db

BOOKS = "/admin/loans/glaccount/books/"


@pytest.mark.parametrize("name", ["trial-balance", "general-ledger", "balance-sheet", "income-statement", "provision"])
def test_every_report_opens_to_its_entries(alpha: Branch, active: Callable[..., Loan], name: str) -> None:
    active()
    with tenant_context(alpha.mfi):
        account = accounts_by_role()["loans"]
    client = alpha.client("accountant")
    page = client.get(f"{BOOKS}{name}/", {"account": str(account), "since": "2026-01-01", "on": "2026-12-31"})
    assert page.status_code == 200
    if name in ("trial-balance", "balance-sheet"):
        assert f"general-ledger/?account={account}" in page.content.decode()
    if name == "general-ledger":
        assert "Disbursed LA" in page.content.decode()
    export = client.get(f"{BOOKS}{name}/", {"account": str(account), "on": "2026-12-31", "format": "csv"})
    assert export["Content-Type"].startswith("text/csv")
    assert len(export.content.decode().splitlines()) > 1 or name == "income-statement"


def test_a_wrong_date_is_told_and_an_unknown_report_is_not_found(alpha: Branch) -> None:
    client = alpha.client("accountant")
    assert client.get(f"{BOOKS}trial-balance/", {"on": "yesterday"}).status_code == 422
    assert client.get(f"{BOOKS}profit/").status_code == 404


def test_the_accountant_closes_and_the_cashier_does_not(alpha: Branch) -> None:
    through = business_date() - timedelta(days=3)
    assert alpha.client("cashier").post(f"{BOOKS}close/", {"through": through}).status_code == 403
    assert alpha.client("accountant").post(f"{BOOKS}close/", {"through": business_date()}).status_code == 422
    assert alpha.client("accountant").post(f"{BOOKS}close/", {"through": through}).status_code == 302
    with tenant_context(alpha.mfi):
        assert PeriodClosing.objects.get().through == through


def test_days_are_ended_and_books_verified_from_the_page(alpha: Branch, active: Callable[..., Loan]) -> None:
    active(value_date=business_date() - timedelta(days=4))
    client = alpha.client("accountant")
    assert client.post(f"{BOOKS}day-end/").status_code == 302
    assert client.post(f"{BOOKS}verify/").status_code == 302
    page = client.get(BOOKS).content.decode()
    assert "All holds" in page
    assert "Nothing is behind" in page


def test_a_journal_is_proposed_and_posted_on_its_pages(alpha: Branch) -> None:
    client = alpha.client("accountant")
    client.get(BOOKS)
    with tenant_context(alpha.mfi):
        rent, bank = GLAccount.objects.get(code="5110"), GLAccount.objects.get(code="1020")
    form = {"idempotency_key": "k", "posted_on": TODAY, "narrative": "Rent"}
    form |= {"account_1": rent.pk, "debit_1": "500", "account_2": bank.pk}
    wrong = client.post("/admin/loans/manualjournal/add/", {**form, "credit_2": "400"})
    assert (wrong.status_code, "differ by 100.00" in wrong.content.decode()) == (422, True)
    assert client.post("/admin/loans/manualjournal/add/", {**form, "credit_2": "500"}).status_code == 302
    with tenant_context(alpha.mfi):
        journal = ManualJournal.objects.get()
    decide = f"/admin/loans/manualjournal/{journal.pk}/decide/post/"
    assert "decide/post" not in client.get(f"/admin/loans/manualjournal/{journal.pk}/change/").content.decode()
    assert client.post(decide).status_code == 422  # one's own
    assert alpha.client("manager").post(decide).status_code == 302
    with tenant_context(alpha.mfi):
        entry = JournalEntry.objects.get(source="manual")
    assert client.get(f"/admin/loans/journalentry/{entry.pk}/change/").status_code == 200


@pytest.mark.parametrize("path", ["journalentry", "glaccount", "manualjournal"])
def test_lists_cost_the_same_however_long(alpha: Branch, active: Callable[..., Loan], path: str) -> None:
    loan = active()
    client = alpha.client("accountant")
    client.get(f"/admin/loans/{path}/")  # what a process learns once
    before = queries(client, f"/admin/loans/{path}/")
    with tenant_context(alpha.mfi):
        for n in range(6):
            repayment.record_repayment(
                loan_id=loan.pk,
                actor=alpha.staff["cashier"].actor,
                amount=Decimal(10 + n),
                channel="cash",
                value_date=TODAY,
            )
    assert queries(client, f"/admin/loans/{path}/") == before
