"""Drafts, the review's checklist and officer, documents, and charge-off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django_tenants.utils import tenant_context

from apps.loans.ledger import accrual
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.models import ApplicationDraft, Document, JournalLine, Loan, Product
from apps.loans.models.policy import Policy
from apps.loans.models.projection import Status
from apps.loans.selectors import portfolio
from apps.loans.services import documents, drafts, money, origination, servicing
from apps.loans.services.books import check_books
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from conftest import TODAY, Branch

from .product_form import PRODUCT_FORM

D = Decimal
pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a payslip"


def held(role: str) -> Decimal:
    account = accounts_by_role()[role]
    return JournalLine.objects.filter(account_id=account).aggregate(t=Sum("amount"))["t"] or D(0)


# Drafts


def test_a_draft_grows_and_is_handed_in_once(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        me = {"borrower": alpha.borrower, "by": alpha.borrower}
        draft = drafts.save_draft(**me, purpose="Stock")
        with pytest.raises(InvalidInput, match="product is not filled in"):
            drafts.submit_draft(**me, draft_id=draft.pk, currency="LSL")
        drafts.save_draft(
            **me, draft_id=draft.pk, product_id=alpha.product.pk, principal=D("1e6"), installments=12
        )  # limits are checked when it is handed in
        with pytest.raises(InvalidInput, match="is lent from"):
            drafts.submit_draft(**me, draft_id=draft.pk, currency="LSL")
        assert ApplicationDraft.objects.get().is_active
        drafts.save_draft(**me, draft_id=draft.pk, principal=D("1500.00"))
        answer = drafts.submit_draft(**me, draft_id=draft.pk, currency="LSL")
        assert drafts.submit_draft(**me, draft_id=draft.pk, currency="LSL") == answer
        loan = Loan.objects.get()
        assert (loan.principal, loan.purpose, loan.state.status) == (D("1500.00"), "Stock", Status.SUBMITTED)
        with pytest.raises(NotFound):
            drafts.save_draft(**me, draft_id=draft.pk, purpose="Too late")


def test_a_draft_is_its_borrower_s(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        draft = drafts.save_draft(borrower=alpha.borrower, by=alpha.staff["officer"], purpose="Seed")
        with pytest.raises(NotAllowed):
            drafts.save_draft(borrower=alpha.borrower, by=alpha.staff["cashier"], draft_id=draft.pk, purpose="Mine")
        for _ in range(drafts.MOST_OPEN - 1):
            drafts.save_draft(borrower=alpha.borrower, by=alpha.borrower)
        with pytest.raises(InvalidInput, match="drafts already"):
            drafts.save_draft(borrower=alpha.borrower, by=alpha.borrower)
        drafts.discard_draft(borrower=alpha.borrower, by=alpha.borrower, draft_id=draft.pk)
        with pytest.raises(NotFound):
            drafts.submit_draft(borrower=alpha.borrower, by=alpha.borrower, draft_id=draft.pk, currency="LSL")


def test_a_draft_through_the_pages(alpha: Branch) -> None:
    officer = alpha.client("officer")
    form = {"borrower": alpha.borrower.pk, "purpose": "Seed", "then": "draft", "key": "k1"}
    assert officer.post("/admin/loans/loan/add/", form).status_code == 302
    with tenant_context(alpha.mfi):
        draft = ApplicationDraft.objects.get()
    assert "Seed" in officer.get(f"/admin/loans/applicationdraft/{draft.pk}/change/").content.decode()
    assert "Mamello" in officer.get("/admin/loans/applicationdraft/").content.decode()
    assert alpha.client("cashier").get("/admin/loans/applicationdraft/").status_code == 403
    go_on = f"/admin/loans/loan/add/?draft={draft.pk}"
    assert "Seed" in officer.get(go_on).content.decode()
    form |= {"product_id": alpha.product.pk, "principal": "900", "installments": 6, "then": "submit"}
    assert officer.post(go_on, form).status_code == 302
    with tenant_context(alpha.mfi):
        assert Loan.objects.get().principal == 900
    assert officer.get(go_on).status_code == 404


# Review


def test_a_review_goes_through_the_checklist(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    with tenant_context(alpha.mfi):
        Policy(review_checklist=["Identity seen", "Employer called"]).save()
        officer = alpha.staff["officer"]
        origination.start_review(loan_id=loan.pk, by=officer, on=TODAY)
        with pytest.raises(InvalidInput, match="Not checked yet: Employer called"):
            origination.recommend(loan_id=loan.pk, by=officer, reason="Fine", checked=["Identity seen"], on=TODAY)
    client = alpha.client("officer")
    page = f"/admin/loans/loan/{loan.pk}/do/recommend/"
    assert client.post(page, {"reason": "Fine", "checked": ["Identity seen"]}).status_code == 422
    assert client.post(page, {"reason": "Fine", "checked": ["Identity seen", "Employer called"]}).status_code == 302
    assert "Employer called" in client.get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    with tenant_context(alpha.mfi):
        assert loan.events.get(type="reviewed").payload == {"checked": ["Identity seen", "Employer called"]}


def test_a_manager_assigns_the_officer(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    with tenant_context(alpha.mfi):
        officer, manager = alpha.staff["officer"], alpha.staff["manager"]
        with pytest.raises(NotAllowed):
            origination.assign(loan_id=loan.pk, by=officer, officer_id=officer.pk)
        with pytest.raises(NotFound):
            origination.assign(loan_id=loan.pk, by=manager, officer_id=alpha.staff["cashier"].pk)
        origination.assign(loan_id=loan.pk, by=manager, officer_id=officer.pk)
        loan.state.refresh_from_db()
        assert loan.state.reviewer_id == officer.pk
    assert loan.number in alpha.client("officer").get("/admin/loans/loan/?mine=1").content.decode()
    assert loan.number not in alpha.client("manager").get("/admin/loans/loan/?mine=1").content.decode()


# Documents


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"MZ\x90 a program", "neither a PDF"), (b"%PDF-" + b"x" * documents.MOST_BYTES, "at most 5 MB")],
)
def test_what_is_no_paper_is_refused(alpha: Branch, apply: Callable[..., Loan], content: bytes, says: str) -> None:
    loan = apply()
    with tenant_context(alpha.mfi), pytest.raises(InvalidInput, match=says):
        documents.add_document(
            loan_id=loan.pk, by=alpha.staff["officer"], what="payslip", file_name="p.pdf", content=content
        )


def test_a_document_is_kept_read_and_set_aside(alpha: Branch, beta: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    client = alpha.client("officer")
    file = SimpleUploadedFile("C:\\papers\\<b>slip.pdf", PDF, content_type="text/html")
    page = f"/admin/loans/loan/{loan.pk}/do/add_document/"
    assert client.post(page, {"what": "payslip", "file": file}).status_code == 302
    with tenant_context(alpha.mfi):
        document = Document.objects.get()
        assert document.content_type == "application/pdf"  # by its bytes, not by what the browser said
        again = documents.add_document(
            loan_id=loan.pk, by=alpha.staff["officer"], what="payslip", file_name="x.pdf", content=PDF
        )
        assert again.pk == document.pk
    url = f"/admin/loans/loan/{loan.pk}/document/{document.pk}/"
    answer = client.get(url)
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert beta.client("manager").get(url).status_code == 404
    assert alpha.client().get(url).status_code == 302
    assert client.post(f"{url}aside/", {"reason": "Another's"}).status_code == 302
    assert client.get(url).status_code == 404


# Charge-off


@pytest.fixture
def charged_off(alpha: Branch, active: Callable[..., Loan]) -> Loan:
    loan = active(on=TODAY - timedelta(days=100))
    with tenant_context(alpha.mfi):
        money.record_repayment(loan_id=loan.pk, by=alpha.staff["cashier"], amount=D("150.00"), channel="cash", on=TODAY)
        servicing.propose_charge_off(loan_id=loan.pk, by=alpha.staff["officer"], reason="No answer", on=TODAY)
        with pytest.raises(NotAllowed):
            servicing.decide_proposal(loan_id=loan.pk, by=alpha.staff["officer"], agree=True, on=TODAY)
        servicing.decide_proposal(loan_id=loan.pk, by=alpha.staff["approver"], agree=True, on=TODAY)
        return Loan.objects.select_related("state").get(pk=loan.pk)


@pytest.mark.parametrize("recognition", ["accrual", "cash"])
def test_a_loan_charged_off_leaves_the_books_and_is_still_owed(
    alpha: Branch, recognition: str, request: pytest.FixtureRequest
) -> None:
    with tenant_context(alpha.mfi):
        Policy(recognition=recognition).save()
    loan: Loan = request.getfixturevalue("charged_off")
    with tenant_context(alpha.mfi):
        owed = loan.state.principal_outstanding
        assert loan.state.status == Status.CHARGED_OFF
        assert portfolio.portfolio(TODAY).glp == 0
        assert (held("loans"), held("allowance"), held("recoveries")) == (0, owed, 0)
        accrual.post_accruals(TODAY)
        assert held("interest_receivable") == 0  # what was not paid is not income any more
        assert check_books().breaks == []
        money.record_repayment(loan_id=loan.pk, by=alpha.staff["cashier"], amount=D("200.00"), channel="cash", on=TODAY)
        loan.state.refresh_from_db()
        recovered = owed - loan.state.principal_outstanding
        assert recovered > 0
        assert (held("loans"), held("allowance"), held("recoveries")) == (0, owed, -recovered)
        accrual.post_accruals(TODAY)
        assert held("interest_receivable") == 0
        assert check_books().breaks == []
        answer = servicing.pay_off(loan_id=loan.pk, by=alpha.staff["cashier"], channel="cash", on=TODAY)
        assert D(str(answer["amount"])) > 0
        loan.state.refresh_from_db()
        assert loan.state.status == Status.CLOSED
        assert held("recoveries") == -owed
        assert check_books().breaks == []


def test_a_receipt_before_the_charge_off_makes_it_less(alpha: Branch, charged_off: Loan) -> None:
    with tenant_context(alpha.mfi):
        before = held("allowance")
        early = TODAY - timedelta(days=30)
        money.record_repayment(
            loan_id=charged_off.pk, by=alpha.staff["cashier"], amount=D("80.00"), channel="cash", on=early
        )
        charged_off.state.refresh_from_db()
        assert held("allowance") == charged_off.state.principal_outstanding < before
        assert held("recoveries") == 0
        assert check_books().breaks == []


def test_a_charge_off_is_reversed_or_followed_by_a_write_off(alpha: Branch, charged_off: Loan) -> None:
    with tenant_context(alpha.mfi):
        owed = charged_off.state.principal_outstanding
        event = charged_off.events.get(type="charge_off")
        money.reverse_repayment(event_id=event.pk, by=alpha.staff["manager"], reason="They called")
        charged_off.state.refresh_from_db()
        assert charged_off.state.status == Status.ACTIVE
        assert (held("loans"), held("allowance")) == (owed, 0)
        with pytest.raises(WrongState):
            servicing.record_recovery(
                loan_id=charged_off.pk, by=alpha.staff["cashier"], amount=D("5.00"), channel="cash", on=TODAY
            )
        servicing.propose_charge_off(loan_id=charged_off.pk, by=alpha.staff["officer"], reason="Again")
        servicing.decide_proposal(loan_id=charged_off.pk, by=alpha.staff["approver"], agree=True)
        servicing.propose_write_off(loan_id=charged_off.pk, by=alpha.staff["officer"], reason="Moved away")
        servicing.decide_proposal(loan_id=charged_off.pk, by=alpha.staff["approver"], agree=True)
        assert (held("loans"), held("allowance")) == (0, owed)
        assert check_books().breaks == []


# Products


def product_form(**values: Any) -> dict[str, Any]:
    return {**PRODUCT_FORM, "name": "Own order", **values}


def test_an_own_order_of_receipts_is_filled_in_and_used(alpha: Branch, apply: Callable[..., Loan]) -> None:
    order = [
        f"{due}:{c}" for due in ("past_due", "due", "in_advance") for c in ("principal", "interest", "penalty", "fee")
    ]
    client = alpha.client("manager")
    own = {
        "allocation": "advanced",
        "allocation_order": "\n".join(order),
        "allocation_processing": "horizontal",
        "allocation_future": "last",
        "schedule_type": "progressive",
        "interest_method": "declining_balance",
    }
    wrong = client.post("/admin/loans/product/add/", product_form(**{**own, "allocation_order": "past_due:everything"}))
    assert wrong.status_code == 200
    assert "past_due:penalty" in wrong.content.decode()
    assert client.post("/admin/loans/product/add/", product_form(**own)).status_code == 302
    with tenant_context(alpha.mfi):
        product = Product.objects.get(name="Own order")
        assert product.allocation_rules["rules"]["default"] == {"order": order, "future": "last"}
    page = client.get(f"/admin/loans/product/{product.pk}/change/").content.decode()
    assert "past_due:principal\npast_due:interest" in page
    loan = apply(product_id=product.pk)
    with tenant_context(alpha.mfi):
        assert loan.terms_agreed["allocation"]["processing"] == "horizontal"


def test_charges_are_filled_in_as_rows(alpha: Branch) -> None:
    client = alpha.client("manager")
    row = {
        "charges-0-name": "Insurance",
        "charges-0-kind": "fee",
        "charges-0-timing": "each_installment",
        "charges-0-calculation": "percent",
        "charges-0-amount": "1",
        "charges-0-of": "principal",
    }
    assert client.post("/admin/loans/product/add/", product_form(**{**row, "charges-0-amount": ""})).status_code == 200
    assert client.post("/admin/loans/product/add/", product_form(**row)).status_code == 302
    with tenant_context(alpha.mfi):
        charge = {
            "name": "Insurance",
            "kind": "fee",
            "timing": "each_installment",
            "calculation": "percent",
            "amount": "1",
            "of": "principal",
        }
        product = Product.objects.get(name="Own order")
        assert product.charges == [charge]
    assert 'value="Insurance"' in client.get(f"/admin/loans/product/{product.pk}/change/").content.decode()
