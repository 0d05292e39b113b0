"""A page that is not there, or not theirs, leads people back to where they work."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from apps.loans.book.models import Loan
from tests.factories import Branch

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_there_leads_staff_back_to_list_and_dashboard(alpha: Branch) -> None:
    page = alpha.client("officer").get(f"/admin/loans/loan/{uuid4()}/change/")
    text = page.content.decode()
    assert page.status_code == 404
    assert 'href="/admin/loans/loan/"' in text
    assert 'href="/admin/"' in text


def test_a_page_that_is_not_allowed_leads_staff_back(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    page = alpha.client("auditor").get(f"/admin/loans/loan/{loan.pk}/do/start_review/")
    assert page.status_code == 403
    assert 'href="/admin/loans/loan/"' in page.content.decode()
    closed_list = alpha.client("cashier").get("/admin/users/account/")
    assert closed_list.status_code == 403
    assert 'href="/admin/users/account/"' not in closed_list.content.decode()
    assert 'href="/admin/"' in closed_list.content.decode()


def test_a_borrower_is_led_back_to_the_portal(alpha: Branch) -> None:
    page = alpha.client(alpha.borrower).get("/nothing-here/")
    assert page.status_code == 404
    assert 'href="/"' in page.content.decode()
    assert "/admin/" not in page.content.decode()


def test_letsemas_own_people_are_led_back(public_client: Client) -> None:
    page = public_client.get(f"/admin/mfis/mfi/{uuid4()}/status/closing/")
    assert page.status_code == 404
    assert 'href="/admin/mfis/mfi/"' in page.content.decode()
