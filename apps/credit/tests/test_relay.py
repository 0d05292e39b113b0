"""From the outbox to MongoDB, over the wire: each event once, in order, whatever is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.credit import relay, repository
from apps.credit.history import credit_history
from apps.credit.models import OutboxEntry
from apps.credit.outbox import person_key
from apps.credit.relay import relay_outbox, write_entries
from apps.credit.repository import connection
from apps.credit.tests import kept
from apps.loans.book.models import Loan
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.repayment import Receipt, record_repayment
from apps.mfis.work import health
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.usefixtures("own_histories")
Maker = Callable[..., Loan]


def pay(alpha: Branch, loan: Loan, amount: int) -> Receipt:
    return record_repayment(
        loan_id=loan.pk,
        actor=alpha.staff["cashier"].actor,
        amount=Decimal(amount),
        channel="cash",
        value_date=TODAY + timedelta(days=9),
        accept_overpayment=True,
    )


def history(alpha: Branch, loan: Loan) -> Any:
    return credit_history(loan_ids=[loan.pk])


def test_what_happened_arrives_in_order(alpha: Branch, active: Maker) -> None:
    loan = active()
    event = pay(alpha, loan, 100)
    reverse_repayment(event_id=event.id, actor=alpha.staff["accountant"].actor, reason="Wrong loan")
    pay(alpha, loan, 2000)
    assert relay_outbox(batch=2).count == 5
    found = history(alpha, loan)
    assert (found.available, found.waiting) == (True, 0)
    assert [e.kind for e in found.accounts[0].events] == ["disbursement", "repayment", "undo", "repayment", "closed"]
    assert found.accounts[0].status == "overpaid"
    assert relay_outbox().count == 0


def test_relaying_twice_changes_nothing(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, 100)
    entries = list(OutboxEntry.objects.order_by("id"))
    relay_outbox()
    before = history(alpha, loan).accounts
    write_entries(entries)
    write_entries(entries[:1])  # an old one again must not put the account back
    assert history(alpha, loan).accounts == before


def test_lending_goes_on_while_mongodb_is_away(alpha: Branch, active: Maker, settings: Any) -> None:
    right, settings.MONGODB_URL = settings.MONGODB_URL, "mongodb://127.0.0.1:1/letsema"
    settings.MONGODB_TIMEOUT_MS = 200
    loan = active()
    outcome = relay_outbox()
    assert (outcome.count, outcome.error) == (0, "MongoDB does not answer")
    assert OutboxEntry.objects.order_by("id").first().attempts == 1  # type: ignore[union-attr]
    found = history(alpha, loan)
    assert (found.available, found.waiting) == (False, 1)
    page = alpha.client("cashier").get(f"/admin/users/borrowerprofile/{alpha.borrower.pk}/change/").content.decode()
    assert "out of reach" in page
    assert "Lending goes on" in alpha.client("cashier").get("/admin/").content.decode()
    settings.MONGODB_URL = right
    assert relay_outbox().count == 1
    assert not history(alpha, loan).available, "nobody asks again before the worker has seen it"
    assert health.seen_well("mongodb")
    assert history(alpha, loan).available


def test_no_number_or_name_is_in_the_documents(alpha: Branch, active: Maker) -> None:
    loan = active()
    relay_outbox()
    text = kept.everything()
    assert text
    for secret in ("100000000001", alpha.borrower.full_name, str(alpha.borrower.phone), str(alpha.borrower.pk)):
        assert secret not in text
    assert person_key("100000000001", otherwise=alpha.borrower.pk) in text
    assert loan.number in text


def test_one_mfi_does_not_read_anothers(alpha: Branch, beta: Branch, active: Maker) -> None:
    """The same national ID at both, the loan's very id, and no consent: nothing, not even that there is something."""
    from django_tenants.utils import tenant_context

    loan = active()
    relay_outbox()
    assert len(history(alpha, loan).accounts) == 1
    with tenant_context(beta.mfi):
        found = credit_history(loan_ids=[loan.pk])
    assert found.accounts == []


def test_a_majority_that_is_late_sets_nothing_aside(active: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bulk write whose documents all went in, and whose replicas did not say so in time: it is tried again."""

    def late(*_: Any) -> None:
        raise connection.BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64}]})

    active()
    monkeypatch.setattr(repository.accounts, "insert_new", late)
    for _ in range(relay.MAXIMUM_ATTEMPTS + 1):
        assert relay_outbox().away
    assert not OutboxEntry.objects.dead_letters().exists()
    monkeypatch.undo()
    assert relay_outbox().count == 1
