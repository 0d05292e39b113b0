"""Guarantors and collateral: who may enter them, what the law forbids, and that nothing disappears."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.applications.services.review import reject, withdraw, withdraw_for_borrower
from apps.loans.book.models import Loan
from apps.loans.security.models import Collateral, Guarantor
from apps.loans.security.services import add_collateral, add_guarantor, release
from apps.mfis.core.errors import InvalidInput, NotAllowed
from tests.factories import Branch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("description", "allowed"),
    [
        ("Toyota Hilux, white, 2014", True),
        ("Six cows, ear mark L4", True),
        ("Solid oak table and identical chairs", True),
        ("Fridge, bought on credit, paid by bank transfer", True),
        ("Lesotho passport", False),
        ("ID card of the borrower", False),
        ("Her ATM card and pin", False),
        ("bank cards", False),
    ],
)
def test_identity_papers_and_bank_cards_are_refused(
    alpha: Branch, apply: Callable[..., Loan], description: str, allowed: bool
) -> None:
    loan = apply()
    with tenant_context(alpha.mfi):
        values = {"loan_id": loan.pk, "actor": alpha.staff["officer"].actor, "what": "other", "value": Decimal(500)}
        if allowed:
            security = add_collateral(**values, description=description)
            assert Collateral.objects.get(pk=security.id).is_active
        else:
            with pytest.raises(InvalidInput, match="2023 Disclosure Regulations"):
                add_collateral(**values, description=description)
            assert not Collateral.objects.exists()


def test_security_is_entered_and_released_on_its_pages(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    officer = alpha.client("officer")
    page = f"/admin/loans/loan/{loan.pk}/do/add_guarantor/"
    guarantor_form = {"full_name": "Neo Letuka", "amount": "800", "idempotency_key": "g-1"}
    assert officer.post(page, {**guarantor_form, "amount": "2000"}).status_code == 422  # more than the loan
    assert officer.post(page, guarantor_form).status_code == 302
    assert officer.post(page, guarantor_form).status_code == 302  # sent twice, it counts once
    thing = {"what": "livestock", "description": "Two cows", "value": "6000", "idempotency_key": "c-1"}
    assert officer.post(f"/admin/loans/loan/{loan.pk}/do/add_collateral/", thing).status_code == 302
    shown = officer.get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert "Neo Letuka" in shown
    assert "Two cows" in shown
    with tenant_context(alpha.mfi):
        guarantor, cows = Guarantor.objects.get(), Collateral.objects.get()
        with pytest.raises(NotAllowed):
            release(security=Collateral, record_id=cows.pk, actor=alpha.staff["cashier"].actor, reason="No")
    assert officer.post(f"/admin/loans/guarantor/{guarantor.pk}/release/", {"reason": "Moved"}).status_code == 302
    with tenant_context(alpha.mfi):
        assert not Guarantor.objects.get().is_active
    for path in ("guarantor", "collateral"):
        assert officer.get(f"/admin/loans/{path}/").status_code == 200
    assert alpha.client("cashier").post(page, {"full_name": "X", "amount": "1"}).status_code == 403


@pytest.mark.parametrize("how", ["rejected", "withdrawn", "withdrawn at the branch"])
def test_what_was_pledged_for_an_application_that_ended_is_released(
    alpha: Branch, apply: Callable[..., Loan], how: str
) -> None:
    loan, officer = apply(), alpha.staff["officer"].actor
    add_collateral(loan_id=loan.pk, actor=officer, what="livestock", description="A cow", value=Decimal(900))
    add_guarantor(loan_id=loan.pk, actor=officer, full_name="Neo Letuka", phone="58123456", amount=Decimal(100))
    if how == "rejected":
        reject(loan_id=loan.pk, actor=alpha.staff["approver"].actor, reason="Too much")
    elif how == "withdrawn":
        withdraw(loan_id=loan.pk, actor=alpha.borrower.actor)
    else:
        withdraw_for_borrower(loan_id=loan.pk, actor=officer, reason="By phone")
    assert not loan.collaterals.filter(is_active=True).exists()
    assert not loan.guarantors.filter(is_active=True).exists()
    assert "A cow" in loan.events.latest_first().first().reason
