"""The pages of the books, and what a product's form promises: who sees them, what they do, and that they stay cheap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from apps.loans.ledger.chart import accounts_by_role
from apps.loans.models import (
    AccountMapping,
    GLAccount,
    JournalEntry,
    Loan,
    ManualJournal,
    PeriodClosing,
    Policy,
    Product,
)
from apps.loans.services import money, origination
from apps.loans.services.books import check_books
from apps.loans.services.settings import save_setting
from apps.loans.tests.product_form import PRODUCT_FORM
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed
from conftest import TODAY, Branch, queries

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
    active(on=business_date() - timedelta(days=4))
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
    form = {"on": TODAY, "narrative": "Rent", "account_1": rent.pk, "debit_1": "500", "account_2": bank.pk}
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
            money.record_repayment(
                loan_id=loan.pk, by=alpha.staff["cashier"], amount=Decimal(10 + n), channel="cash", on=TODAY
            )
    assert queries(client, f"/admin/loans/{path}/") == before


def test_the_policy_has_one_page(alpha: Branch) -> None:
    client = alpha.client("manager")
    page = client.get("/admin/loans/policy/", follow=True)
    assert page.status_code == 200
    values = {
        "recognition": "cash",
        "approver_limit": "500",
        "write_off_after_days": 180,
        "fiscal_year_starts": 4,
        "group_arrears_days": 30,
        "review_checklist": "Identity seen\r\n\r\nEmployer called",
    }
    assert client.post(page.redirect_chain[-1][0], values).status_code == 302
    with tenant_context(alpha.mfi):
        policy = Policy.objects.get()
        assert policy.approver_limit == 500
        assert policy.review_checklist == ["Identity seen", "Employer called"]
    assert alpha.client("cashier").get("/admin/loans/policy/add/").status_code == 403


def test_an_approver_decides_up_to_the_limit(alpha: Branch, apply: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        Policy(approver_limit=Decimal(999)).save()
        loan = apply()
        origination.start_review(loan_id=loan.pk, by=alpha.staff["officer"], on=TODAY)
        origination.recommend(loan_id=loan.pk, by=alpha.staff["officer"], reason="Seen", on=TODAY)
        with pytest.raises(NotAllowed, match="needs a manager"):
            origination.approve(loan_id=loan.pk, by=alpha.staff["approver"], on=TODAY)
        origination.approve(loan_id=loan.pk, by=alpha.staff["manager"], on=TODAY)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"cycle_min": 1}, "have repaid 1 loan"),
        ({"exposure_max": Decimal(900)}, "up to 900.00 is possible"),
        ({"affordability_percent": Decimal(30)}, "net monthly income is needed"),
    ],
)
def test_a_product_is_not_for_everybody(
    alpha: Branch, apply: Callable[..., Loan], setting: dict[str, object], said: str
) -> None:
    with tenant_context(alpha.mfi):
        Product.objects.filter(pk=alpha.product.pk).update(**setting)
        with pytest.raises(InvalidInput, match=said):
            apply()


def test_a_product_quotes_itself_before_it_is_saved(alpha: Branch) -> None:
    client = alpha.client("manager")
    form = {**PRODUCT_FORM, "name": "Draft"}
    page = client.post("/admin/loans/product/quote/", form).content.decode()
    assert "103.33" in page  # M1,000 over 12 months at 2 % a month flat
    assert "41.70 %" in page
    assert "50.67 %" in page
    refused = client.post("/admin/loans/product/quote/", {**form, "recalculate_interest": "on"}).content.decode()
    assert "flat interest is not recalculated" in refused
    assert alpha.client("cashier").post("/admin/loans/product/quote/", form).status_code == 403
    assert client.post("/admin/loans/product/add/", form).status_code == 302
    with tenant_context(alpha.mfi):
        assert Product.objects.filter(name="Draft").exists()


def test_a_product_with_its_own_account_is_verified_too(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        accounts_by_role()
        own = save_setting(GLAccount(code="1210", name="Business loans", type="asset"), by=alpha.staff["accountant"])
        mapping = AccountMapping(product=alpha.product, role="loans", account=own)
        save_setting(mapping, by=alpha.staff["accountant"])
        active()
        assert check_books().breaks == []
        with connection.cursor() as cursor:  # behind the guards, as somebody with the database's own rights might
            cursor.execute("UPDATE loans_loanstate SET principal_outstanding = principal_outstanding + 1")
        assert any("control account loans" in found for found in check_books().breaks)


def test_what_was_posted_by_is_not_changed_under_the_books(alpha: Branch, active: Callable[..., Loan]) -> None:
    active()
    with tenant_context(alpha.mfi):
        cash = accounts_by_role()["bank"]
        with pytest.raises(InvalidInput, match="how income counts stays"):
            save_setting(Policy(recognition="cash"), by=alpha.staff["manager"])
        mapping = AccountMapping(product=alpha.product, role="cash", account_id=cash)
        with pytest.raises(InvalidInput, match="posted already"):
            save_setting(mapping, by=alpha.staff["manager"])
