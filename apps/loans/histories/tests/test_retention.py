"""How long the credit histories keep what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from apps.credit.documents import EVERY, CreditAccount, CreditInquiry, CreditPerson, midnight
from apps.credit.models import RetentionPeriod, RetentionRun
from apps.credit.profile import months_before
from apps.credit.relay import relay_outbox
from apps.credit.retention import apply_retention, cutoffs
from apps.credit.snapshots import ended_months
from apps.credit.tests import kept
from apps.loans.book.models import Loan
from apps.loans.histories.services.months import take_months
from apps.loans.histories.services.reconciliation import compare_histories, rebuild_histories
from apps.loans.products.settings import save_setting
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.errors import InvalidInput, NotAllowed
from apps.users.consents.services import give_consent
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]

pytestmark = pytest.mark.usefixtures("own_histories")

# Paid out on 2 March 2026, twelve installments of 94.56 from 2 April; "now" is in August of that year.
AUGUST = date(2026, 8, 10)

MARCH, APRIL, MAY, JUNE, JULY = (date(2026, m, d) for m, d in ((3, 31), (4, 30), (5, 31), (6, 30), (7, 31)))


def pay(branch: Branch, loan: Loan, amount: str, on: date) -> Any:
    return record_repayment(
        loan_id=loan.pk,
        actor=branch.staff["cashier"].actor,
        amount=Decimal(amount),
        channel="cash",
        value_date=on,
        accept_overpayment=True,
    )


def settle(branch: Branch, what: str, months: int, since: date = TODAY, actor: str = "manager") -> None:
    period = RetentionPeriod(what=what, months=months, valid_from=since)
    save_setting(setting=period, actor=branch.staff[actor].actor)


def test_what_is_past_its_time_goes_and_is_counted(alpha: Branch, active: Maker) -> None:
    ended, runs = active(), active()
    pay(alpha, ended, "1200.00", date(2026, 5, 4))
    give_consent(actor=alpha.borrower.actor, purpose="sharing", version=1, language="en", value_date=TODAY)
    relay_outbox()
    take_months(today=AUGUST)
    asked = {
        "person": "a" * 64,
        "mfi": "alpha",
        "account": uuid4(),
        "loan": uuid4(),
        "asked_by": uuid4(),
        "purpose": "application",
        "consent": uuid4(),
        "consent_version": 1,
        "sources": [],
        "version": 3,
    }
    for day in (date(2026, 3, 5), date(2026, 8, 1)):
        kept.insert(CreditInquiry, {"_id": uuid4(), "asked_at": midnight(day), "accounts": [], **asked})
    assert apply_retention(AUGUST) == {}, "nothing is past the usual periods"

    settle(alpha, "accounts", 3)
    settle(alpha, "inquiries", 4)
    settle(alpha, "scores", 2)
    settle(alpha, "inquiries", 1, since=AUGUST + timedelta(days=1))  # not yet
    # Cut-offs: 10 May, 10 April, 10 June. The loan ended on 4 May: its pay-out, receipt and closing, and three months.
    removed = apply_retention(AUGUST)
    assert removed == {"accounts": 1, "events": 3, "inquiries": 1, "scores": 3, "snapshots": 3}
    assert RetentionRun.objects.get().removed == removed
    assert [d["_id"] for d in kept.documents(CreditAccount)] == [runs.pk]
    assert apply_retention(AUGUST) == {}
    assert kept.count(CreditPerson) == 1, "a loan of theirs still runs"
    page = alpha.client("manager").get("/admin/credit/retentionrun/").content.decode()
    assert "3 of events" in page


def test_a_person_of_whom_nothing_is_kept_is_forgotten(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "1200.00", date(2026, 5, 4))
    relay_outbox()
    settle(alpha, "accounts", 1)
    assert apply_retention(AUGUST)["people"] == 1
    assert kept.count(CreditPerson) == 0


def test_neither_verifying_nor_rebuilding_brings_back_what_is_past(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "1200.00", date(2026, 5, 4))
    relay_outbox()
    settle(alpha, "accounts", 1)
    apply_retention(AUGUST)
    assert compare_histories() == []
    rebuild_histories()
    for kind in EVERY:
        assert kept.count(kind, {"account": loan.pk}) == 0


def test_only_a_manager_sets_a_period(alpha: Branch) -> None:
    with pytest.raises(NotAllowed):
        settle(alpha, "accounts", 3, actor="accountant")
    with pytest.raises(InvalidInput):
        settle(alpha, "accounts", 0)
    client = alpha.client("manager")
    sent = {"what": "inquiries", "months": "12", "valid_from": "2026-03-02"}
    assert client.post("/admin/credit/retentionperiod/add/", sent).status_code == 302
    assert cutoffs(AUGUST).inquiries == date(2025, 8, 10)
    assert "Where nothing is set here" in client.get("/admin/credit/retentionperiod/").content.decode()
    assert alpha.client("officer").get("/admin/credit/retentionperiod/add/").status_code == 403


def test_months_before_keep_the_day_where_there_is_one() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 25) == date(2023, 12, 15)
    assert ended_months(date(2025, 12, 31), date(2026, 2, 1)) == [date(2025, 12, 31), date(2026, 1, 31)]
