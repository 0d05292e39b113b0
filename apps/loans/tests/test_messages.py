"""What borrowers are told: once, after the commit, in their language, by a real server that fails at first."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from apps.loans.models import Loan
from apps.loans.services import money
from apps.loans.services.tellings import NEWS_DAYS, remind
from apps.mfis.acting import SYSTEM, acting
from apps.mfis.clock import business_date
from apps.users.messaging.queue import WAITS, awake, queue_message, send_due
from apps.users.messaging.texts import TEXTS
from apps.users.models import Account, Message
from apps.users.services.accounts import change_settings
from conftest import TODAY, Branch


class Gateway(HTTPServer):
    """An SMS gateway over HTTP; answers what it is told to, in turn, and then 202."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.answers: list[int] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append(body | {"auth": self.headers["Authorization"]})
        self.send_response(self.server.answers.pop(0) if self.server.answers else 202)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    found = Gateway()
    threading.Thread(target=found.serve_forever, daemon=True).start()
    settings.SMS_URL, settings.SMS_TOKEN = f"http://127.0.0.1:{found.server_port}/send", "secret"
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture
def told(alpha: Branch) -> None:
    Message.objects.all().delete()


def receipt(alpha: Branch, loan: Loan, on: date | None = None) -> dict[str, Any]:
    return dict(
        money.record_repayment(loan_id=loan.pk, by=alpha.staff["cashier"], amount=Decimal(50), channel="cash", on=on)
    )


def test_a_receipt_is_told_once_and_in_the_persons_language(
    alpha: Branch, active: Callable[..., Loan], gateway: Gateway
) -> None:
    loan = active()
    Message.objects.all().delete()
    change_settings(account=alpha.borrower, language="st")
    made = receipt(alpha, loan)
    assert gateway.got == []  # nothing leaves before the worker's turn
    assert send_due() == (1, 0)
    assert send_due() == (0, 0)
    (sent,) = gateway.got
    assert sent["to"] == alpha.borrower.phone
    assert sent["auth"] == "Bearer secret"
    assert "re amohetse M 50.00" in sent["text"]
    assert made["number"] in sent["text"]
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


def test_a_gateway_that_fails_is_tried_again_later_with_the_same_id(
    alpha: Branch, told: None, gateway: Gateway
) -> None:
    values = {"loan": "L", "amount": "M 1.00", "number": "R", "left": "M 2.00", "due": "", "due_amount": ""}
    assert queue_message(account=alpha.borrower, about="repayment", key="a", values=values)
    assert not queue_message(account=alpha.borrower, about="repayment", key="a", values=values)
    gateway.answers = [503]
    assert send_due() == (0, 1)
    message = Message.objects.get()
    assert (message.status, message.error) == ("waiting", "gateway: 503")
    assert message.send_after > timezone.now() + timedelta(seconds=WAITS[0] * 60 - 5)
    assert send_due() == (0, 0)
    Message.objects.update(send_after=timezone.now())
    assert send_due() == (1, 0)
    assert gateway.got[0]["id"] == gateway.got[1]["id"]
    queue_message(account=alpha.borrower, about="repayment", key="b", values=values)
    gateway.answers = [422]
    assert send_due() == (0, 1)
    assert Message.objects.get(key="b").status == "failed"  # no number it can reach


def test_what_may_have_left_when_the_worker_was_killed_is_not_sent_again(
    alpha: Branch, told: None, gateway: Gateway
) -> None:
    queue_message(account=alpha.borrower, about="due_today", key="a", values={"loan": "L", "amount": "M 1", "due": ""})
    Message.objects.update(status="sending", send_after=timezone.now())
    assert send_due() == (0, 0)
    assert gateway.got == []


def test_without_a_gateway_messages_are_files_and_without_a_telephone_mails(
    alpha: Branch, told: None, settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    values = {"loan": "L9", "amount": "M 1.00", "due": "1 Jan 2027"}
    queue_message(account=alpha.borrower, about="rejected", key="a", values=values)
    assert send_due() == (1, 0)
    (file,) = (tmp_path / "sms").iterdir()
    assert "L9 was not approved" in file.read_text()
    with acting(SYSTEM):
        Account.objects.filter(pk=alpha.borrower.pk).update(phone=None, email="mamello@a.example")
    queue_message(account=Account.objects.get(pk=alpha.borrower.pk), about="rejected", key="b", values=values)
    assert send_due() == (1, 0)
    assert mail.outbox[-1].to == ["mamello@a.example"]
    assert "L9 was not approved" in str(mail.outbox[-1].body)


def test_reminders_are_queued_once_and_only_for_those_who_want_them(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    Message.objects.all().delete()
    due = loan.installments.order_by("due_date").first().due_date
    for on, about in ((due - timedelta(days=3), "due_soon"), (due, "due_today"), (due + timedelta(days=1), "overdue")):
        assert remind(on) == 1
        assert remind(on) == 0
        assert Message.objects.filter(about=about).count() == 1
    assert remind(due - timedelta(days=2)) == 0
    Message.objects.all().delete()
    change_settings(account=alpha.borrower, wants_reminders=False)
    assert remind(due) == 0


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-11-23T12:00+02:00", "2026-11-23T12:00+02:00"),
        ("2026-11-23T20:00+02:00", "2026-11-24T07:00+02:00"),
        ("2026-11-23T03:00+02:00", "2026-11-23T07:00+02:00"),
        ("2026-11-23T23:30+00:00", "2026-11-24T07:00+02:00"),
    ],
)
def test_reminders_wait_for_the_morning(at: str, then: str) -> None:
    assert awake(datetime.fromisoformat(at)) == datetime.fromisoformat(then)


def test_old_news_is_not_told(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    Message.objects.all().delete()
    receipt(alpha, loan, on=TODAY)
    assert (business_date() - TODAY).days > NEWS_DAYS
    assert not Message.objects.exists()
    receipt(alpha, loan)
    assert Message.objects.get().about == "repayment"


def test_every_message_has_the_same_places_in_both_languages() -> None:
    for about, said in TEXTS.items():
        places = {lang: sorted(n for _, n, _, _ in Formatter().parse(text) if n) for lang, text in said.items()}
        assert places["en"] == places["st"], about
        assert set(said) == {"en", "st"}
