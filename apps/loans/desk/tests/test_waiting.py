"""What was proposed waits where people see it; what was typed is kept."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.loans.applications.services.review import withdraw
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.write_off import propose_undoing_write_off, propose_write_off, record_recovery
from apps.mfis.core.errors import NotAllowed, WrongState
from tests.factories import TODAY, Branch

D = Decimal
Maker = Callable[..., Loan]

pytestmark = pytest.mark.django_db


def page(alpha: Branch, who: str, address: str) -> str:
    return " ".join(alpha.client(who).get(address).content.decode().split())


def test_a_proposal_waits_on_the_loan_in_a_list_and_on_the_dashboard(alpha: Branch, active: Maker) -> None:
    loan = active()
    propose_write_off(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Moved away")
    own = reverse("admin:loans_loan_change", args=[loan.pk])
    assert "<strong>Write-off proposed</strong>" in page(alpha, "auditor", own)
    assert "Moved away" in page(alpha, "auditor", "/admin/proposals/")
    assert "Moved away" in page(alpha, "approver", "/admin/")
    assert "Moved away" not in page(alpha, "officer", "/admin/"), "whoever proposed it does not decide"
    assert "Decide on it" in page(alpha, "approver", own)
    assert "Decide on it" not in page(alpha, "officer", own)


def test_a_write_off_is_undone_by_two_people(alpha: Branch, active: Maker) -> None:
    loan = active(value_date=TODAY)
    staff = {name: account.actor for name, account in alpha.staff.items()}
    propose_write_off(loan_id=loan.pk, actor=staff["officer"], reason="Moved away")
    decide_proposal(loan_id=loan.pk, actor=staff["approver"], agree=True)
    record_recovery(loan_id=loan.pk, actor=staff["cashier"], amount=D(50), channel="cash")
    with pytest.raises(WrongState, match="Reverse what was recovered"):
        propose_undoing_write_off(loan_id=loan.pk, actor=staff["officer"], reason="Came back")
    recovery = LoanEvent.objects.get(type=EventType.RECOVERY)
    client = alpha.client("accountant")
    at = reverse("admin:loans_loan_reverse", args=[loan.pk, recovery.pk])
    assert at in page(alpha, "accountant", reverse("admin:loans_loan_change", args=[loan.pk]))
    key = client.get(at).context["form"]["idempotency_key"].value()
    assert client.post(at, {"reason": "Another's", "idempotency_key": key}).status_code == 302
    propose_undoing_write_off(loan_id=loan.pk, actor=staff["manager"], reason="Came back")
    with pytest.raises(NotAllowed):
        decide_proposal(loan_id=loan.pk, actor=staff["manager"], agree=True)
    decide_proposal(loan_id=loan.pk, actor=staff["approver"], agree=True)
    loan.state.refresh_from_db()
    assert (loan.state.status, loan.state.proposal, loan.state.principal_outstanding) == ("active", "", D(1000))


def test_only_recoveries_are_reversed_once_a_loan_is_written_off(alpha: Branch, active: Maker) -> None:
    loan = active(value_date=TODAY)
    staff = {name: account.actor for name, account in alpha.staff.items()}
    paid = LoanEvent.objects.filter(loan=loan, type=EventType.REPAYMENT)
    from apps.loans.servicing.services.repayment import record_repayment

    record_repayment(loan_id=loan.pk, actor=staff["cashier"], amount=D(50), channel="cash")
    propose_write_off(loan_id=loan.pk, actor=staff["officer"], reason="Moved away")
    decide_proposal(loan_id=loan.pk, actor=staff["approver"], agree=True)
    with pytest.raises(WrongState):
        reverse_repayment(event_id=paid.get().pk, actor=staff["accountant"], reason="Wrong")
    at = reverse("admin:loans_loan_reverse", args=[loan.pk, paid.get().pk])
    assert at not in page(alpha, "accountant", reverse("admin:loans_loan_change", args=[loan.pk]))


def test_a_note_at_the_start_of_a_review_is_kept(alpha: Branch, apply: Maker) -> None:
    loan = apply()
    at = reverse("admin:loans_loan_do", args=[loan.pk, "start_review"])
    assert alpha.client("officer").post(at, {"reason": "Known from the market"}).status_code == 302
    assert LoanEvent.objects.get(type=EventType.REVIEW_STARTED).reason == "Known from the market"


def test_what_was_typed_stays_where_it_is_too_late(alpha: Branch, apply: Maker) -> None:
    loan = apply()
    at = reverse("admin:loans_loan_do", args=[loan.pk, "request_info"])
    client = alpha.client("officer")
    assert client.get(at).status_code == 200
    withdraw(loan_id=loan.pk, actor=alpha.borrower.actor)
    answer = client.post(at, {"reason": "Bring two payslips"})
    assert answer.status_code == 422
    assert "Bring two payslips" in answer.content.decode()
