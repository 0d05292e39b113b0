"""`manage.py check` names a list that a big MFI could not open."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.core.checks import Tags, run_checks
from django.core.paginator import Paginator

from apps.loans.book.models import Loan, LoanEvent
from apps.loans.collections.models import Promise
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.sites import tenant_site
from apps.users.messaging.models import Message
from config.checks import faults_of


def codes(model: Any, base: type[ModelAdmin[Any]] = LetsemaAdmin, **declared: Any) -> list[str | None]:
    admin = type("OfThisTest", (base,), {"ordering": ("pk",), **declared})
    return [fault.id for fault in faults_of(admin(model, tenant_site))]


def test_every_list_passes() -> None:
    assert run_checks(tags=[Tags.admin]) == []


@pytest.mark.parametrize(
    "declared",
    [
        {"search_fields": ("number", "borrower__full_name", "borrower__profile__national_id")},
        {"search_fields": ("product__name",)},  # no big table
        {"list_filter": (("borrower__is_active", object), "product"), "ordering": ("-submitted_on",)},
        {"date_hierarchy": "submitted_on", "ordering": ("outstanding",)},  # a figure that the query adds
    ],
)
def test_what_has_an_index_is_no_fault(declared: dict[str, Any]) -> None:
    assert codes(Loan, **declared) == []


def test_a_list_that_counts_its_table_is_named() -> None:
    assert codes(Loan, ModelAdmin) == ["letsema.E010"]
    assert codes(Loan, paginator=Paginator) == ["letsema.E010"]
    assert codes(Loan, show_full_result_count=True) == ["letsema.E010"]


def test_a_search_without_its_index_is_named() -> None:
    assert codes(Loan, search_fields=("number", "asked_purpose", "borrower__profile__employer")) == ["letsema.E011"] * 2
    assert codes(LoanEvent, search_fields=("reason",)) == ["letsema.E011"]
    assert codes(Promise, search_fields=("reason",), lists_few=True) == []


def test_a_filter_or_order_without_an_index_is_named() -> None:
    assert codes(Loan, list_filter=("asked_principal",)) == ["letsema.E012"]
    assert codes(BorrowerProfile, ordering=("-employer",)) == ["letsema.E012"]
    assert codes(Account, date_hierarchy="created_at") == ["letsema.E012"]
    assert codes(Message, list_filter=("status",)) == []  # those that were not sent have one
