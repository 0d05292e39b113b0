"""What borrowers are told: once, after the commit, in their language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.loans.book.models import Loan
from apps.loans.recording.notifications import NEWS_DAYS, queue_reminders
from apps.loans.servicing.services import repayment
from apps.mfis.core.clock import business_date
from apps.users.accounts.services.borrowers import change_settings
from apps.users.messaging.models import Message
from apps.users.messaging.services import send_due
from apps.users.messaging.tests.gateway import Gateway, serving
from tests.factories import TODAY, Branch


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with serving(settings) as server:
        yield server


@pytest.fixture
def told(alpha: Branch) -> None:
    Message.objects.all().delete()


def receipt(alpha: Branch, loan: Loan, on: date | None = None) -> repayment.Receipt:
    return repayment.record_repayment(
        loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(50), channel="cash", value_date=on
    )


def test_a_receipt_is_told_once_and_in_the_persons_language(
    alpha: Branch, active: Callable[..., Loan], gateway: Gateway
) -> None:
    loan = active()
    Message.objects.all().delete()
    change_settings(actor=alpha.borrower.actor, language="st")
    made = receipt(alpha, loan)
    assert gateway.got == []  # nothing leaves before the worker's turn
    assert send_due() == (1, 0)
    assert send_due() == (0, 0)
    (sent,) = gateway.got
    assert sent["to"] == alpha.borrower.phone
    assert sent["auth"] == "Bearer secret"
    assert "re amohetse M 50.00" in sent["text"]
    assert made.number in sent["text"]
    assert alpha.mfi.name in sent["text"]
    kept = Message.objects.get()
    assert kept.status == "sent"
    assert sent["text"] not in json.dumps(kept.values)
    said = alpha.client(alpha.borrower).get("/api/v1/messages").json()
    assert [m["text"] for m in said] == [sent["text"]]


def test_what_was_undone_with_its_transaction_is_not_told(
    alpha: Branch, active: Callable[..., Loan], told: None
) -> None:
    loan = active()
    Message.objects.all().delete()
    with transaction.atomic():
        receipt(alpha, loan)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_reminders_are_queued_once_and_only_for_those_who_want_them(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    Message.objects.all().delete()
    due = loan.installments.order_by("due_date").first().due_date
    for on, about in ((due - timedelta(days=3), "due_soon"), (due, "due_today"), (due + timedelta(days=1), "overdue")):
        assert queue_reminders(on) == 1
        assert queue_reminders(on) == 0
        assert Message.objects.filter(about=about).count() == 1
    assert queue_reminders(due - timedelta(days=2)) == 0
    Message.objects.all().delete()
    change_settings(actor=alpha.borrower.actor, wants_reminders=False)
    assert queue_reminders(due) == 0


def test_old_news_is_not_told(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    Message.objects.all().delete()
    receipt(alpha, loan, on=TODAY)
    assert (business_date() - TODAY).days > NEWS_DAYS
    assert not Message.objects.exists()
    receipt(alpha, loan)
    assert Message.objects.get().about == "repayment"
