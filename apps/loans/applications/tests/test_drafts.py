"""Drafts: they grow, belong to their borrower, and are handed in once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.applications.models import ApplicationDraft
from apps.loans.applications.services import drafts
from apps.loans.book.models import Loan, Status
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound
from tests.factories import Branch

D = Decimal

pytestmark = pytest.mark.django_db


def test_a_draft_grows_and_is_handed_in_once(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        me = {"borrower": alpha.borrower, "actor": alpha.borrower.actor}
        draft = drafts.save_draft(**me, purpose="Stock")
        with pytest.raises(InvalidInput, match="product is not filled in"):
            drafts.submit_draft(**me, draft_id=draft.id, currency="LSL")
        drafts.save_draft(
            **me, draft_id=draft.id, product_id=alpha.product.pk, principal=D("1e6"), installments=12
        )  # limits are checked when it is handed in
        with pytest.raises(InvalidInput, match="is lent from"):
            drafts.submit_draft(**me, draft_id=draft.id, currency="LSL")
        assert ApplicationDraft.objects.get().is_active
        drafts.save_draft(**me, draft_id=draft.id, principal=D("1500.00"))
        answer = drafts.submit_draft(**me, draft_id=draft.id, currency="LSL")
        assert drafts.submit_draft(**me, draft_id=draft.id, currency="LSL") == answer
        loan = Loan.objects.get()
        assert (loan.principal, loan.purpose, loan.state.status) == (D("1500.00"), "Stock", Status.SUBMITTED)
        with pytest.raises(NotFound):
            drafts.save_draft(**me, draft_id=draft.id, purpose="Too late")


def test_a_draft_is_its_borrower_s(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        draft = drafts.save_draft(borrower=alpha.borrower, actor=alpha.staff["officer"].actor, purpose="Seed")
        with pytest.raises(NotAllowed):
            drafts.save_draft(
                borrower=alpha.borrower, actor=alpha.staff["cashier"].actor, draft_id=draft.id, purpose="Mine"
            )
        for _ in range(drafts.MAXIMUM_OPEN - 1):
            drafts.save_draft(borrower=alpha.borrower, actor=alpha.borrower.actor)
        with pytest.raises(InvalidInput, match="drafts already"):
            drafts.save_draft(borrower=alpha.borrower, actor=alpha.borrower.actor)
        drafts.discard_draft(borrower=alpha.borrower, actor=alpha.borrower.actor, draft_id=draft.id)
        with pytest.raises(NotFound):
            drafts.submit_draft(borrower=alpha.borrower, actor=alpha.borrower.actor, draft_id=draft.id, currency="LSL")


def test_a_draft_through_the_pages(alpha: Branch) -> None:
    officer = alpha.client("officer")
    form = {"borrower": alpha.borrower.pk, "purpose": "Seed", "then": "draft", "idempotency_key": "k1"}
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
