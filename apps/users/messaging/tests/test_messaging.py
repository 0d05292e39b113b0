"""Messages: queued once, sent by a real server that fails at first, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from apps.mfis.core.actor import SYSTEM, actor_context
from apps.mfis.work import health
from apps.mfis.work.models import WorkNote
from apps.users.accounts.models import Account
from apps.users.messaging.models import Message
from apps.users.messaging.services import WAITS, awake, queue_message, send_due
from apps.users.messaging.tests.gateway import Gateway, serving
from apps.users.messaging.texts import TEXTS
from apps.users.messaging.transports import send_sms_to_folder
from tests.factories import Branch


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with serving(settings) as server:
        yield server


@pytest.fixture
def told(alpha: Branch) -> None:
    Message.objects.all().delete()


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


def test_a_gateway_that_is_away_is_asked_once_a_round_and_it_is_known(
    alpha: Branch, told: None, gateway: Gateway
) -> None:
    for n in range(3):
        queue_message(
            account=alpha.borrower, about="due_today", key=f"{n}", values={"loan": "L", "amount": "M", "due": ""}
        )
    Message.objects.update(send_after=timezone.now())
    gateway.answers = [503]
    assert send_due() == (0, 1)
    assert health.is_away("sms")
    assert send_due(without=["sms"]) == (0, 0)
    assert send_due() == (2, 0)
    assert not health.is_away("sms")
    note = WorkNote.objects.filter(schema_name="alpha", due_at__gt=timezone.now()).get()
    assert note.due_at == Message.objects.get(status="waiting").send_after


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
    with actor_context(SYSTEM):
        Account.objects.filter(pk=alpha.borrower.pk).update(phone=None, email="mamello@a.example")
    queue_message(account=Account.objects.get(pk=alpha.borrower.pk), about="rejected", key="b", values=values)
    assert send_due() == (1, 0)
    assert mail.outbox[-1].to == ["mamello@a.example"]
    assert "L9 was not approved" in str(mail.outbox[-1].body)


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


def test_every_message_has_the_same_places_in_both_languages() -> None:
    for about, words in TEXTS.items():
        english, sesotho = (
            sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in (words.english, words.sesotho)
        )
        assert english == sesotho, about


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_gateway_is_not_followed_with_the_token(
    alpha: Branch, told: None, gateway: Gateway, status: int
) -> None:
    values = {"loan": "L", "amount": "M 1.00", "due": "", "due_amount": ""}
    queue_message(account=alpha.borrower, about="disbursement", key="a", values=values)
    gateway.answers = [status]
    assert send_due() == (0, 1)
    assert [sorted(got) for got in gateway.got] == [["auth", "from", "id", "text", "to"]]
    assert Message.objects.get().error == f"gateway: {status}"


def test_mails_and_texts_kept_as_files_are_ours_alone(alpha: Branch, settings: Any, tmp_path: Path) -> None:
    settings.VAR, settings.EMAIL_FILE_PATH = tmp_path, str(tmp_path / "mail")
    (tmp_path / "mail").mkdir(mode=0o755)
    old = tmp_path / "mail" / "old.log"
    old.write_text("a link")
    old.chmod(0o644)
    backend = "apps.users.messaging.private_files.PrivateFilesBackend"
    mail.get_connection(backend).send_messages([EmailMessage("s", "b", None, ["a@b.example"])])
    send_sms_to_folder("+26658120001", "Alpha", "x", "1")
    for folder in ("mail", "sms"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700
        files = list((tmp_path / folder).iterdir())
        assert files
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
