"""An MFI that is closed down does what it says: no new business while it closes, and nothing at all after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.servicing.services.pay_out import disburse
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import WrongState
from apps.mfis.tenancy.models import MFI
from apps.mfis.tenancy.services.provisioning import set_status
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import PASSWORD, TODAY, Branch

Maker = Callable[..., Loan]

pytestmark = pytest.mark.django_db


def become(alpha: Branch, *statuses: str) -> None:
    for status in statuses:
        set_status(mfi=alpha.mfi, status=status, reason="Licence given back", actor=SYSTEM)


def test_a_closing_mfi_takes_repayments_but_no_new_business(alpha: Branch, apply: Maker, approved: Maker) -> None:
    loan = approved()
    become(alpha, "closing")
    cashier, officer = alpha.staff["cashier"].actor, alpha.staff["officer"].actor
    with tenant_context(alpha.mfi):
        with pytest.raises(WrongState, match="closing down"):
            disburse(loan_id=loan.pk, actor=cashier, channel="cash")
        with pytest.raises(WrongState, match="closing down"):
            apply()
        person = Person("Thabo Molefe", phone="58120777", date_of_birth=date(1990, 1, 1))
        with pytest.raises(WrongState, match="closing down"):
            register_borrower(person=person, actor=officer, today=TODAY)
    page = alpha.client("cashier").get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert "do/disburse/" not in page
    assert "is closing down" in page
    assert "loan/add/" not in alpha.client("officer").get("/admin/loans/loan/").content.decode()
    sent = {"full_name": "Thabo Molefe", "phone": "58120777", "password": PASSWORD, "date_of_birth": "1990-01-01"}
    refused = Client(HTTP_HOST=alpha.host).post("/api/v1/register", sent, content_type="application/json")
    assert refused.status_code in (409, 422)


def test_repayments_go_on_while_an_mfi_closes_and_end_when_it_is_closed(alpha: Branch, active: Maker) -> None:
    loan, cashier = active(), alpha.staff["cashier"].actor
    become(alpha, "closing")
    with tenant_context(alpha.mfi):
        record_repayment(loan_id=loan.pk, actor=cashier, amount=Decimal(10), channel="cash")
    become(alpha, "closed")
    with tenant_context(alpha.mfi), pytest.raises(WrongState, match="is closed"):
        record_repayment(loan_id=loan.pk, actor=cashier, amount=Decimal(10), channel="cash")
    client = alpha.client("manager")
    page = client.get(f"/admin/loans/loan/{loan.pk}/change/")
    assert page.status_code == 200
    assert "/do/" not in page.content.decode()
    assert client.get("/admin/loans/loan/export/").status_code == 200
    borrower = alpha.client(alpha.borrower)
    assert borrower.get(f"/api/v1/loans/{loan.pk}").status_code == 200
    asked = borrower.post(
        "/api/v1/complaints", {"about": "service", "text": "Please answer"}, content_type="application/json"
    )
    assert asked.status_code == 409
    assert "is closed" in asked.json()["detail"]


def test_people_still_sign_in_at_a_closed_mfi(alpha: Branch) -> None:
    become(alpha, "closing", "closed")
    client = Client(HTTP_HOST=alpha.host)
    sent = {"username": alpha.staff["manager"].email, "password": PASSWORD}
    assert client.post("/admin/login/", sent).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_letsema_closes_an_mfi_step_by_step(alpha: Branch, public_client: Client) -> None:
    at = f"/admin/mfis/mfi/{alpha.mfi.pk}/"
    shown = public_client.get(f"{at}change/").content.decode()
    assert "status/closing/" in shown
    assert "status/closed/" not in shown
    assert public_client.post(f"{at}status/closed/", {"reason": "At once"}).status_code == 422
    assert public_client.post(f"{at}status/closing/", {"reason": " "}).status_code == 422
    assert public_client.post(f"{at}status/closing/", {"reason": "Licence given back"}).status_code == 302
    assert public_client.post(f"{at}status/closed/", {"reason": "All repaid"}).status_code == 302
    assert MFI.objects.get(pk=alpha.mfi.pk).status == "closed"
    assert public_client.post(f"{at}status/closing/", {"reason": "A receipt was left"}).status_code == 302
