"""Where a second person is needed, a step waits; whoever had a hand in it neither takes it alone nor agrees to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState
from apps.loans.book.selectors.proposals import proposal_label, waiting_proposal, waiting_proposals
from apps.loans.ledger.floor import BelowZero
from apps.loans.ledger.models import GLAccount
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.booking import ChangedMeanwhile
from apps.loans.servicing.services.charges import add_charge, waive
from apps.loans.servicing.services.correction import correct_repayment, reverse_repayment
from apps.loans.servicing.services.credits import credit_goodwill, refund
from apps.loans.servicing.services.pay_out import disburse, undo_disbursement
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import pay_off, record_repayment
from apps.mfis.core.actor import SYSTEM, Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from tests.factories import Branch, settle_alone

D = Decimal
Maker = Callable[..., Loan]
WHY = "So it is."

pytestmark = pytest.mark.django_db


def this_month() -> date:
    """A day of the month that runs."""
    return business_date().replace(day=1)


def actor(branch: Branch, duty: str) -> Actor:
    return branch.staff[duty].actor


def pay(branch: Branch, loan: Loan, amount: str, by: str = "cashier", **more: Any) -> Any:
    values: dict[str, Any] = {"channel": "cash", "accept_overpayment": True, "value_date": business_date(), **more}
    return record_repayment(loan_id=loan.pk, actor=actor(branch, by), amount=D(amount), **values)


def agree(branch: Branch, loan: Loan, by: str = "approver") -> Any:
    return decide_proposal(loan_id=loan.pk, actor=actor(branch, by), agree=True)


def types(loan: Loan) -> list[str]:
    return list(LoanEvent.objects.filter(loan=loan).in_booking_order().values_list("type", flat=True))


@pytest.fixture
def running(active: Maker) -> Loan:
    """A loan paid out on the first of the month that runs."""
    settle_alone()
    return active(value_date=this_month())


STEPS: dict[str, tuple[str, Callable[[Branch, Loan], Any], EventType]] = {
    "waiver_alone": (
        "manager",
        lambda b, loan: waive(
            loan_id=loan.pk, actor=actor(b, "manager"), component="interest", amount=D("5.00"), reason=WHY
        ),
        EventType.WAIVE_INTEREST,
    ),
    "goodwill_alone": (
        "manager",
        lambda b, loan: credit_goodwill(loan_id=loan.pk, actor=actor(b, "manager"), amount=D("5.00"), reason=WHY),
        EventType.GOODWILL,
    ),
}


@pytest.mark.parametrize("column", STEPS)
def test_above_the_limit_it_waits_and_up_to_it_one_person_suffices(alpha: Branch, running: Loan, column: str) -> None:
    by, take, event = STEPS[column]
    settle_alone(**{column: D("5.00")})
    assert take(alpha, running).waits == ""
    settle_alone(**{column: D("4.99")})
    waiting = take(alpha, running)
    assert "a second person agrees" in waiting.waits
    state = LoanState.objects.get(pk=running.pk)
    assert (state.proposal, types(running).count(event)) == ("step_proposed", 1)
    with pytest.raises(WrongState, match="still waits"):
        take(alpha, running)
    with pytest.raises(NotAllowed):
        agree(alpha, running, by)
    agree(alpha, running)
    booked = LoanEvent.objects.filter(loan=running, type=event).latest_first()[0]
    assert (booked.amount, booked.payload["asked_by"]) == (D("5.00"), str(alpha.staff[by].pk))
    assert booked.reason == WHY
    assert LoanState.objects.get(pk=running.pk).proposal == ""
    assert check_books(actor=SYSTEM).breaks == []


def test_whoever_received_the_money_does_not_refund_it_alone(alpha: Branch, running: Loan) -> None:
    settle_alone(duties_apart=True)
    pay(alpha, running, "1500.00")
    over = LoanState.objects.get(pk=running.pk).overpaid
    asked: dict[str, Any] = {"loan_id": running.pk, "amount": over, "channel": "cash"}
    waiting = refund(**asked, actor=actor(alpha, "cashier"))
    assert "You received" in waiting.waits
    assert LoanState.objects.get(pk=running.pk).overpaid == over
    agree(alpha, running, "manager")
    assert LoanState.objects.get(pk=running.pk).status == "closed"


def test_whoever_received_the_money_does_not_agree_to_its_refund(alpha: Branch, running: Loan) -> None:
    settle_alone(duties_apart=True, refund_alone=D(0))
    pay(alpha, running, "1500.00", by="manager")
    refund(loan_id=running.pk, amount=D(10), channel="cash", actor=actor(alpha, "cashier"))
    with pytest.raises(NotAllowed, match="somebody else"):
        agree(alpha, running, "manager")
    agree(alpha, running)
    assert types(running)[-2:] == ["step_agreed", "refund"]


def test_a_refund_that_waited_is_checked_again(alpha: Branch, running: Loan) -> None:
    settle_alone(refund_alone=D(0))
    receipt = pay(alpha, running, "1500.00")
    refund(loan_id=running.pk, amount=D(100), channel="cash", actor=actor(alpha, "cashier"))
    reverse_repayment(event_id=receipt.id, actor=actor(alpha, "accountant"), reason=WHY)
    with pytest.raises((InvalidInput, WrongState)):
        agree(alpha, running)
    decide_proposal(loan_id=running.pk, actor=actor(alpha, "approver"), agree=False, reason="Nothing is over by now")
    assert LoanState.objects.get(pk=running.pk).proposal == ""


def test_whoever_booked_a_receipt_does_not_reverse_or_correct_it_alone(alpha: Branch, running: Loan) -> None:
    settle_alone(duties_apart=True)
    receipt = pay(alpha, running, "50.00", by="manager")
    assert reverse_repayment(event_id=receipt.id, actor=actor(alpha, "manager"), reason=WHY).waits
    with pytest.raises(NotAllowed):
        agree(alpha, running, "manager")
    decide_proposal(loan_id=running.pk, actor=actor(alpha, "approver"), agree=False, reason="No")
    assert correct_repayment(event_id=receipt.id, actor=actor(alpha, "manager"), reason=WHY, amount=D(60)).waits
    agree(alpha, running)
    assert LoanState.objects.get(pk=running.pk).total_paid == 60
    assert check_books(actor=SYSTEM).breaks == []


def test_the_reversal_of_a_refund_always_has_two(alpha: Branch, running: Loan) -> None:
    settle_alone(refund_reversal_alone=D(0))
    pay(alpha, running, "1500.00")
    paid_back = refund(loan_id=running.pk, amount=D(10), channel="cash", actor=actor(alpha, "cashier"))
    assert reverse_repayment(event_id=paid_back.id, actor=actor(alpha, "accountant"), reason=WHY).waits
    agree(alpha, running)
    assert types(running)[-1] == "undo"


def test_whoever_approved_does_not_pay_out_alone(alpha: Branch, approved: Maker) -> None:
    settle_alone(duties_apart=True)
    loan = approved(value_date=this_month())
    LoanEvent.objects.filter(loan=loan, type="approved")
    manager_approved = alpha.staff["approver"]
    manager_approved.duties = ["approver", "cashier"]
    waiting = disburse(loan_id=loan.pk, actor=manager_approved.actor, channel="cash")
    assert waiting.waits
    assert LoanState.objects.get(pk=loan.pk).status == "approved"
    agree(alpha, loan, "manager")
    assert LoanState.objects.get(pk=loan.pk).status == "active"
    assert undo_disbursement(loan_id=loan.pk, actor=actor(alpha, "manager"), reason=WHY).waits


def test_whoever_answered_for_the_borrower_does_not_approve() -> None:
    from apps.loans.book.workflow import TRANSITIONS

    assert EventType.INFO_GIVEN in TRANSITIONS["approve"].makers


BACK_DATED: dict[str, Callable[[Branch, Loan, date], Any]] = {
    "record_repayment": lambda b, loan, day: pay(b, loan, "20.00", value_date=day),
    "pay_off": lambda b, loan, day: pay_off(loan_id=loan.pk, actor=actor(b, "cashier"), channel="cash", value_date=day),
    "add_charge": lambda b, loan, day: add_charge(
        loan_id=loan.pk, actor=actor(b, "cashier"), name="Letter", kind="fee", amount=D(5), value_date=day
    ),
}


@pytest.mark.parametrize("name", BACK_DATED)
def test_what_is_dated_into_a_month_that_is_over_waits(alpha: Branch, active: Maker, name: str) -> None:
    settle_alone()
    last_month = this_month() - timedelta(days=5)
    loan = active(value_date=last_month)
    settle_alone(past_month_alone=D(0))
    waiting = BACK_DATED[name](alpha, loan, last_month + timedelta(days=1))
    assert "month that is over" in waiting.waits
    found = waiting_proposal(Loan.objects.select_related("state").get(pk=loan.pk))
    assert found
    assert proposal_label(found).endswith("proposed")
    assert list(waiting_proposals()) == [found]
    agree(alpha, loan)
    assert not waiting_proposals().exists()
    assert LoanEvent.objects.filter(loan=loan, value_date=last_month + timedelta(days=1)).count() == 1


def test_the_system_itself_needs_no_second_person(alpha: Branch, active: Maker) -> None:
    settle_alone()
    loan = active(value_date=this_month() - timedelta(days=5))
    settle_alone(past_month_alone=D(0), duties_apart=True)
    booked = record_repayment(
        loan_id=loan.pk, actor=SYSTEM, amount=D(5), channel="cash", value_date=this_month() - timedelta(days=1)
    )
    assert booked.number


def hold(*codes: str) -> None:
    GLAccount.objects.filter(code__in=codes).update(may_go_below_zero=False)


def test_more_cash_than_there_is_is_not_handed_over(alpha: Branch, approved: Maker, active: Maker) -> None:
    loan = approved(value_date=this_month())
    hold("1010")
    with pytest.raises(BelowZero, match="Cash on hand holds"):
        disburse(loan_id=loan.pk, actor=actor(alpha, "cashier"), channel="cash")
    assert LoanState.objects.get(pk=loan.pk).status == "approved"
    assert disburse(loan_id=loan.pk, actor=actor(alpha, "cashier"), channel="mpesa", reference="P1").number


def test_a_refund_takes_no_more_than_the_till_holds(alpha: Branch, running: Loan) -> None:
    pay(alpha, running, "1500.00", channel="mpesa", reference="IN1")
    hold("1010")
    with pytest.raises(BelowZero):
        refund(loan_id=running.pk, amount=D(10), channel="cash", actor=actor(alpha, "cashier"))


def test_the_same_repayment_from_two_tabs_says_what_was_booked_meanwhile(alpha: Branch, running: Loan) -> None:
    seen = LoanState.objects.get(pk=running.pk).events_folded
    first = pay(alpha, running, "94.56", events_seen=seen)
    with pytest.raises(ChangedMeanwhile) as refused:
        pay(alpha, running, "94.56", events_seen=seen)
    assert first.number in refused.value.message
    assert "94.56" in refused.value.message
    assert pay(alpha, running, "94.56", events_seen=refused.value.carry["events_seen"]).number


def test_the_page_asks_again_and_then_takes_it(alpha: Branch, running: Loan) -> None:
    client, path = alpha.client("cashier"), f"/admin/loans/loan/{running.pk}/do/record_repayment/"
    tabs = [client.get(path).context["form"] for _ in range(2)]
    sent = [
        {
            "amount": "50",
            "channel": "cash",
            "value_date": business_date(),
            **{f.name: f.value() or "" for f in tab.hidden_fields()},
        }
        for tab in tabs
    ]
    assert client.post(path, sent[0]).status_code == 302
    again = client.post(path, sent[1])
    assert again.status_code == 422
    assert "Meanwhile was booked: Repayment" in again.content.decode()
    shown = again.context["form"]
    assert client.post(path, sent[1] | {"events_seen": shown["events_seen"].value()}).status_code == 302
