"""What one proposes and another decides: new terms, write-off, charge-off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan, Status
from apps.loans.ledger import accrual
from apps.loans.ledger.tests.books import held
from apps.loans.ledger.verification import check_books
from apps.loans.reporting.selectors import portfolio
from apps.loans.servicing.services.change_of_terms import propose_restructuring
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import pay_off, record_repayment
from apps.loans.servicing.services.write_off import propose_charge_off, propose_write_off, record_recovery
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import NotAllowed, WrongState
from tests.factories import TODAY, Branch, settle_alone

D = Decimal


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("through_write_off", [True, False])
def test_proposals_need_a_second_person(alpha: Branch, active: Callable[..., Loan], through_write_off: bool) -> None:
    loan = active(value_date=TODAY - timedelta(days=70))
    with tenant_context(alpha.mfi):
        maker, checker = alpha.staff["officer"], alpha.staff["manager"]
        if through_write_off:
            propose_write_off(loan_id=loan.pk, actor=maker.actor, reason="Moved away")
        else:
            start = loan.installments.filter(due_date__gt=TODAY).order_by("n")[0].due_date
            propose_restructuring(
                loan_id=loan.pk,
                actor=maker.actor,
                reason="Drought",
                terms={"from": start.isoformat(), "extra_terms": 3},
            )
        with pytest.raises(WrongState, match="still waits"):
            propose_write_off(loan_id=loan.pk, actor=maker.actor, reason="Again")
        with pytest.raises(NotAllowed):
            decide_proposal(loan_id=loan.pk, actor=maker.actor, agree=True)
        before = loan.installments.count()
        decide_proposal(loan_id=loan.pk, actor=checker.actor, agree=True)
        state = loan.state
        state.refresh_from_db()
        if through_write_off:
            assert (state.status, state.total_outstanding, held("loans")) == ("written_off", 0, 0)
            record_recovery(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=D(50), channel="cash")
            assert held("recoveries") == -50
        else:
            assert state.restructured
            assert loan.installments.count() == before + 3
        assert check_books(actor=SYSTEM).breaks == []


@pytest.fixture
def charged_off(alpha: Branch, active: Callable[..., Loan]) -> Loan:
    loan = active(value_date=TODAY - timedelta(days=100))
    with tenant_context(alpha.mfi):
        record_repayment(
            loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=D("150.00"), channel="cash", value_date=TODAY
        )
        propose_charge_off(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="No answer", value_date=TODAY)
        with pytest.raises(NotAllowed):
            decide_proposal(loan_id=loan.pk, actor=alpha.staff["officer"].actor, agree=True, value_date=TODAY)
        decide_proposal(loan_id=loan.pk, actor=alpha.staff["approver"].actor, agree=True, value_date=TODAY)
        return Loan.objects.select_related("state").get(pk=loan.pk)


@pytest.mark.parametrize("recognition", ["accrual", "cash"])
def test_a_loan_charged_off_leaves_the_books_and_is_still_owed(
    alpha: Branch, recognition: str, request: pytest.FixtureRequest
) -> None:
    with tenant_context(alpha.mfi):
        settle_alone(recognition=recognition)
    loan: Loan = request.getfixturevalue("charged_off")
    with tenant_context(alpha.mfi):
        owed = loan.state.principal_outstanding
        assert loan.state.status == Status.CHARGED_OFF
        assert portfolio.portfolio(TODAY).glp == 0
        assert (held("loans"), held("allowance"), held("recoveries")) == (0, owed, 0)
        accrual.post_accruals(TODAY)
        assert held("interest_receivable") == 0  # what was not paid is not income any more
        assert check_books(actor=SYSTEM).breaks == []
        record_repayment(
            loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=D("200.00"), channel="cash", value_date=TODAY
        )
        loan.state.refresh_from_db()
        recovered = owed - loan.state.principal_outstanding
        assert recovered > 0
        assert (held("loans"), held("allowance"), held("recoveries")) == (0, owed, -recovered)
        accrual.post_accruals(TODAY)
        assert held("interest_receivable") == 0
        assert check_books(actor=SYSTEM).breaks == []
        receipt = pay_off(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)
        assert receipt.amount
        loan.state.refresh_from_db()
        assert loan.state.status == Status.CLOSED
        assert held("recoveries") == -owed
        assert check_books(actor=SYSTEM).breaks == []


def test_a_receipt_before_the_charge_off_makes_it_less(alpha: Branch, charged_off: Loan) -> None:
    with tenant_context(alpha.mfi):
        before = held("allowance")
        early = TODAY - timedelta(days=30)
        record_repayment(
            loan_id=charged_off.pk,
            actor=alpha.staff["cashier"].actor,
            amount=D("80.00"),
            channel="cash",
            value_date=early,
        )
        charged_off.state.refresh_from_db()
        assert held("allowance") == charged_off.state.principal_outstanding < before
        assert held("recoveries") == 0
        assert check_books(actor=SYSTEM).breaks == []


def test_a_charge_off_is_reversed_or_followed_by_a_write_off(alpha: Branch, charged_off: Loan) -> None:
    with tenant_context(alpha.mfi):
        owed = charged_off.state.principal_outstanding
        event = charged_off.events.get(type="charge_off")
        reverse_repayment(event_id=event.pk, actor=alpha.staff["manager"].actor, reason="They called")
        charged_off.state.refresh_from_db()
        assert charged_off.state.status == Status.ACTIVE
        assert (held("loans"), held("allowance")) == (owed, 0)
        with pytest.raises(WrongState):
            record_recovery(
                loan_id=charged_off.pk,
                actor=alpha.staff["cashier"].actor,
                amount=D("5.00"),
                channel="cash",
                value_date=TODAY,
            )
        propose_charge_off(loan_id=charged_off.pk, actor=alpha.staff["officer"].actor, reason="Again")
        decide_proposal(loan_id=charged_off.pk, actor=alpha.staff["approver"].actor, agree=True)
        propose_write_off(loan_id=charged_off.pk, actor=alpha.staff["officer"].actor, reason="Moved away")
        decide_proposal(loan_id=charged_off.pk, actor=alpha.staff["approver"].actor, agree=True)
        assert (held("loans"), held("allowance")) == (0, owed)
        assert check_books(actor=SYSTEM).breaks == []
