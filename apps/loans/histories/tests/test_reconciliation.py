"""The histories equal the facts: compared, written anew, and what cannot be written set aside with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_tenants.utils import tenant_context

from apps.credit.documents import CreditAccount, CreditEventDocument
from apps.credit.history import credit_history
from apps.credit.models import OutboxEntry
from apps.credit.relay import MAXIMUM_ATTEMPTS, relay_outbox
from apps.credit.tests import kept
from apps.loans.book.models import Loan
from apps.loans.histories.services.reconciliation import compare_histories, rebuild_histories
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.credits import credit_goodwill
from apps.loans.servicing.services.repayment import record_repayment
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.usefixtures("own_histories")

Maker = Callable[..., Loan]


@pytest.fixture
def lived(alpha: Branch, active: Maker) -> list[Loan]:
    """Two loans: one with a receipt, a reversal, a charge and a goodwill credit that closes it; one just paid out."""
    first, second = active(), active()
    cashier, accountant, manager = (alpha.staff[d] for d in ("cashier", "accountant", "manager"))
    on = TODAY + timedelta(days=9)
    wrong = record_repayment(loan_id=first.pk, actor=cashier.actor, amount=Decimal(100), channel="cash", value_date=on)
    reverse_repayment(event_id=wrong.id, actor=accountant.actor, reason="Wrong loan")
    record_repayment(loan_id=first.pk, actor=cashier.actor, amount=Decimal(900), channel="cash", value_date=on)
    first.refresh_from_db()
    credit_goodwill(loan_id=first.pk, actor=manager.actor, amount=first.state.total_outstanding, reason="Flooded shop")
    return [first, second]


def everything() -> tuple[dict[Any, Any], dict[Any, Any]]:
    """All documents but for the time of their arrival and their place in the queue."""
    accounts = {d["_id"]: {**d, "last_event": None} for d in kept.documents(CreditAccount)}
    events = {d["_id"]: {**d, "arrived_at": None, "place": None} for d in kept.documents(CreditEventDocument)}
    return accounts, events


def test_what_was_relayed_is_what_the_facts_say(lived: list[Loan]) -> None:
    relay_outbox()
    assert compare_histories() == []
    relayed = everything()
    assert rebuild_histories() == 2
    again = everything()
    for kind, found in zip(relayed, again, strict=True):  # written anew from the facts: the same to the last field
        for key, document in kind.items():
            assert found[key] == document
        assert found.keys() == kind.keys()
    assert compare_histories() == []


def test_what_was_lost_changed_or_added_is_named_and_mended(lived: list[Loan]) -> None:
    relay_outbox()
    first, second = lived
    kept.remove(CreditEventDocument, {"account": first.pk, "kind": "closed"})
    kept.change(CreditAccount, {"_id": first.pk}, {"status": "active"})
    kept.remove(CreditAccount, {"_id": second.pk})
    found = compare_histories()
    assert sorted(found) == sorted(
        [
            f"{first.number}: 1 event(s) are missing",
            f"{first.number}: status is active, not closed",
            f"{second.number}: the account is missing",
        ]
    )
    said = StringIO()
    with pytest.raises(CommandError, match="3 difference"):
        call_command("credit_verify", "--tenant", "alpha", stdout=said)
    assert f"alpha {second.number}: the account is missing" in said.getvalue()
    call_command("credit_rebuild", "--tenant", "alpha", stdout=said)
    call_command("credit_verify", stdout=said)
    assert "alpha: 2 loans written anew" in said.getvalue()


def test_an_entry_that_cannot_be_written_is_set_aside_and_holds_nobody_up(alpha: Branch, lived: list[Loan]) -> None:
    first = lived[0]
    poison = OutboxEntry.objects.filter(account=first.pk).order_by("id").first()
    assert poison
    poison.payload["outstanding"] = "a lot"
    poison.save()
    assert relay_outbox().count == 1  # the other loan's; this one waits in its order
    for _ in range(MAXIMUM_ATTEMPTS - 2):
        relay_outbox()
    assert credit_history(loan_ids=[first.pk]).accounts == []
    relay_outbox()
    poison.refresh_from_db()
    assert poison.dead_letter
    assert "did not take it" in poison.last_error
    outcome = relay_outbox()
    assert (outcome.away, outcome.error) == (False, "1 event(s) are set aside")
    assert compare_histories() == [f"{first.number}: 1 event(s) are missing"]
    assert "could not be written" in alpha.client("manager").get("/admin/").content.decode()
    rebuild_histories()
    assert compare_histories() == []
    assert not OutboxEntry.objects.filter(relayed_at=None).exists()


def test_what_is_on_its_way_is_no_difference(lived: list[Loan]) -> None:
    assert compare_histories() == []


def test_without_mongodb_the_commands_say_so(alpha: Branch, lived: list[Loan], settings: Any) -> None:
    right, settings.MONGODB_URL = settings.MONGODB_URL, "mongodb://127.0.0.1:1/letsema"
    settings.MONGODB_TIMEOUT_MS = 200
    for command in ("credit_verify", "credit_rebuild"):
        with pytest.raises(CommandError, match="MongoDB does not answer"):
            call_command(command, stdout=StringIO())
    with tenant_context(alpha.mfi):
        assert OutboxEntry.objects.filter(relayed_at=None).exists()
    settings.MONGODB_URL = right
