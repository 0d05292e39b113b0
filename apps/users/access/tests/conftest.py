"""A borrower with a phone and a mailbox, and what arrives there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from apps.users.messaging.services import send_due
from tests.factories import PASSWORD, Branch


@pytest.fixture
def lerato(alpha: Branch) -> Account:
    person = Person("Lerato Matete", phone="6812 3456", email="lerato@example.org")
    return register_borrower(person=person, password=PASSWORD, actor=SYSTEM, today=business_date())


@pytest.fixture
def last_code(settings: Any, tmp_path: Path, mailoutbox: list[EmailMessage]) -> Callable[[], str]:
    """Sends what waits, and gives the digits of the last message."""
    settings.VAR = tmp_path

    def last() -> str:
        before = len(mailoutbox)
        send_due()
        if len(mailoutbox) > before:
            text = str(mailoutbox[-1].body)
        else:
            text = max((tmp_path / "sms").glob("*.txt")).read_text().partition("\n\n")[2]
        digits = re.search(r"\b(\d{6})\b", text)
        assert digits
        return digits.group(1)

    return last
