"""Journals by hand: proposed by one, posted by another."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.ledger import reports
from apps.loans.ledger.chart import account_id, accounts_by_role, ensure_chart
from apps.loans.ledger.manual import decide_journal, propose_journal, withdraw_journal
from apps.loans.ledger.models import GLAccount, JournalEntry, ManualJournal
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from tests.factories import TODAY, Branch

D = Decimal


pytestmark = pytest.mark.django_db


def test_a_journal_by_hand_needs_two(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        accounts_by_role()
        rent, bank = GLAccount.objects.get(code="5110").pk, GLAccount.objects.get(code="1020").pk
        maker, checker = alpha.staff["accountant"], alpha.staff["manager"]
        propose = {"actor": maker.actor, "posted_on": TODAY, "narrative": "Rent of March"}
        with pytest.raises(InvalidInput, match="differ by 1"):
            propose_journal(**propose, lines=[(rent, D(500)), (bank, D(-499))])
        with pytest.raises(InvalidInput, match="kept by the loans"):
            propose_journal(**propose, lines=[(accounts_by_role()["loans"], D(5)), (bank, D(-5))])
        journal = propose_journal(**propose, lines=[(rent, D(500)), (bank, D(-500))])
        with pytest.raises(NotAllowed):
            decide_journal(journal_id=journal.id, actor=maker.actor, post=True)
        with pytest.raises(NotAllowed):
            decide_journal(journal_id=journal.id, actor=alpha.staff["cashier"].actor, post=True)
        assert JournalEntry.objects.count() == 0
        decide_journal(journal_id=journal.id, actor=checker.actor, post=True)
        with pytest.raises(WrongState):
            decide_journal(journal_id=journal.id, actor=checker.actor, post=True)
        opening, lines = reports.general_ledger(GLAccount.objects.get(code="5110"), TODAY, TODAY)
        assert (opening, [row.balance for row in lines]) == (D(0), [D(500)])


def test_a_journal_is_declined_with_a_reason_by_somebody_else(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        rent, bank = account_id("5110"), account_id("1020")
        ensure_chart()
        maker, checker = alpha.staff["accountant"].actor, alpha.staff["manager"].actor
        lines = [(rent, D(500)), (bank, D(-500))]
        propose = {"actor": maker, "posted_on": TODAY, "narrative": "Rent of March", "lines": lines}
        journal = propose_journal(**propose, idempotency_key="k")
        assert propose_journal(**propose, idempotency_key="k") == journal  # the form was sent twice
        with pytest.raises(NotAllowed, match="second person"):
            decide_journal(journal_id=journal.id, actor=maker, post=False, reason="Mine")
        with pytest.raises(InvalidInput, match="reason"):
            decide_journal(journal_id=journal.id, actor=checker, post=False, reason=" ")
        decided = decide_journal(journal_id=journal.id, actor=checker, post=False, reason="Paid in February")
        assert (decided.status, decided.decided_reason) == ("declined", "Paid in February")
        assert ManualJournal.objects.count() == 1
        assert not JournalEntry.objects.exists()


def test_a_journal_that_still_waits_is_taken_back_by_whoever_may_propose(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        ensure_chart()
        maker = alpha.staff["accountant"].actor
        lines = [(account_id("5110"), D(500)), (account_id("1020"), D(-500))]
        journal = propose_journal(actor=maker, posted_on=TODAY, narrative="Rent of March", lines=lines)
        with pytest.raises(NotAllowed):
            withdraw_journal(journal_id=journal.id, actor=alpha.staff["cashier"].actor, reason="Twice")
        shown = alpha.client("accountant").get(f"/admin/loans/manualjournal/{journal.id}/change/").content.decode()
        assert "Withdraw" in shown
        assert "Decline" not in shown
        page = f"/admin/loans/manualjournal/{journal.id}/decide/withdraw/"
        assert alpha.client("cashier").get(page).status_code == 403
        assert alpha.client("accountant").post(page, {"reason": ""}).status_code == 422
        assert alpha.client("accountant").post(page, {"reason": "Twice"}).status_code == 302
    with tenant_context(alpha.mfi):
        withdrawn = ManualJournal.objects.get(pk=journal.id)
        assert (withdrawn.status, withdrawn.decided_reason) == ("declined", "Twice")
        with pytest.raises(WrongState):
            decide_journal(journal_id=journal.id, actor=alpha.staff["manager"].actor, post=True)
