"""Every state of a loan has its word wherever states are told: histories, bureau, API, pages, exports, messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from apps.credit import repository
from apps.credit.documents import KINDS, STATUSES
from apps.credit.models import OutboxEntry
from apps.credit.relay import relay_outbox
from apps.loans.applications.services.review import undo_approval
from apps.loans.book.models import EventType, Loan, LoanState, Status
from apps.loans.book.tests.test_workflow import reach
from apps.loans.book.wording import MOVEMENTS, movement
from apps.loans.book.workflow import EVENTS, LOAN, steps
from apps.loans.bureau.services import rehearse
from apps.loans.desk.admin.dashboard import COLOURS
from apps.loans.desk.exports import LOAN_COLUMNS
from apps.loans.histories.services.reconciliation import events_told
from apps.loans.recording.credit_events import HISTORY_STATUSES
from apps.loans.servicing.services.correction import correct_repayment, reverse_repayment
from apps.loans.servicing.services.pay_out import undo_disbursement
from apps.loans.servicing.services.repayment import pay_off, record_repayment
from apps.loans.servicing.services.take_on import undo_take_on
from apps.loans.servicing.tests.taking_on import late, take
from apps.mfis.core.clock import business_date
from apps.users.messaging.models import Message
from apps.users.messaging.texts import TEXTS, text_of
from tests.factories import Branch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_histories")]

Maker = Callable[..., Loan]


@pytest.fixture
def standing(alpha: Branch, apply: Maker) -> Callable[[Status], Loan]:
    def run(status: Status) -> Loan:
        loan = apply(value_date=business_date() - timedelta(days=40))
        reach(alpha, loan, status, "officer")
        return Loan.objects.select_related("state").get(pk=loan.pk)

    return run


def test_every_table_of_states_knows_them_all() -> None:
    assert set(HISTORY_STATUSES) == set(Status) == set(COLOURS)
    assert set(HISTORY_STATUSES.values()) <= set(STATUSES)
    assert {value for _, label in LOAN.states.items() for value in [str(label)]} == {str(s.label) for s in Status}


@pytest.mark.parametrize("status", [status for status in Status if status != Status.TAKEN_BACK])
def test_a_loan_is_told_everywhere_as_it_stands(
    alpha: Branch, standing: Callable[[Status], Loan], status: Status
) -> None:
    loan = standing(status)
    client = alpha.client(alpha.borrower)
    own = client.get(f"/api/v1/loans/{loan.pk}").json()
    assert (own["status"], own["status_label"]) == (status.value, str(status.label))
    assert sum(step["state"] in ("now", "ended") for step in own["steps"]) + (status == Status.CLOSED) == 1
    assert [row["status"] for row in client.get("/api/v1/loans").json()["items"]] == [status.value]
    for path in ("schedule", "statement", "statement.csv", "statement.pdf", "repayments", "events", "key-facts.pdf"):
        assert client.get(f"/api/v1/loans/{loan.pk}/{path}").status_code == 200, path
    assert client.get("/api/v1/me/everything").json()["loans"][0]["loan"]["status"] == status.value
    assert client.get("/api/v1/me/everything.pdf").status_code == 200
    staff = alpha.client("manager")
    for page in ("", "loans/loan/", f"loans/loan/{loan.pk}/change/", f"loans/loan/{loan.pk}/statement/"):
        answer = staff.get(f"/admin/{page}")
        assert answer.status_code == 200, page
    (exported,) = [column for column in LOAN_COLUMNS if column.head == "Status"]
    assert exported.value(loan) == str(status.label)
    check_histories(loan, status)
    last_month = business_date().replace(day=1) - timedelta(days=1)
    rehearse(month_end=last_month, actor=alpha.staff["manager"].actor)


def check_histories(loan: Loan, status: Status) -> None:
    relay_outbox()
    assert not OutboxEntry.objects.filter(relayed_at=None).exists()
    kept = repository.accounts_by_id([loan.pk])
    wanted = [HISTORY_STATUSES[status]] if LoanState.objects.get(pk=loan.pk).disbursed_on else []
    assert [account.status for account in kept] == wanted
    assert [event.status for event in events_told(loan)][-1:] == wanted


def test_an_approval_that_is_undone_stops_no_history(alpha: Branch, standing: Callable[[Status], Loan]) -> None:
    """Not before the pay-out, and not after one that was taken back."""
    loan = standing(Status.APPROVED)
    undo_approval(loan_id=loan.pk, actor=alpha.staff["approver"].actor, reason="Wrong amount")
    assert not OutboxEntry.objects.exists()


def test_a_loan_whose_pay_out_was_taken_back_is_none_any_more(
    alpha: Branch, standing: Callable[[Status], Loan]
) -> None:
    loan = standing(Status.ACTIVE)
    undo_disbursement(loan_id=loan.pk, actor=alpha.staff["accountant"].actor, reason="Never collected")
    undo_approval(loan_id=loan.pk, actor=alpha.staff["approver"].actor, reason="Wrong amount")
    relay_outbox()
    assert not OutboxEntry.objects.filter(relayed_at=None).exists()
    assert [account.status for account in repository.accounts_by_id([loan.pk])] == ["reversed"]
    assert [event.kind for event in events_told(loan)] == ["disbursement", "undo"]


def test_a_loan_that_was_taken_on_by_mistake_is_none_any_more(alpha: Branch) -> None:
    [taken] = take(alpha, late(alpha))
    assert taken.loan_id
    loan = Loan.objects.get(pk=taken.loan_id)
    check_histories(loan, Status.ACTIVE)
    undo_take_on(loan_ids=[loan.pk], actor=alpha.staff["accountant"].actor, reason="Wrong file")
    relay_outbox()
    assert [account.status for account in repository.accounts_by_id([loan.pk])] == ["reversed"]
    assert [event.kind for event in events_told(loan)] == ["take_on", "undo"]
    assert alpha.client(alpha.borrower).get("/api/v1/me/everything").json()["loans"] == []
    for page in ("", "loans/loan/", f"loans/loan/{loan.pk}/change/"):
        assert alpha.client("manager").get(f"/admin/{page}").status_code == 200


# What is told


def test_whoever_is_told_of_something_is_told_when_it_is_taken_back() -> None:
    taken_back = {EventType(kind) for made in LOAN for kind in made.undoes}
    told = {rule.type for rule in EVENTS.values() if rule.message}
    assert taken_back & told
    assert [kind for kind in taken_back & told if EVENTS[kind].reversal_message not in TEXTS] == []
    assert [rule.type for rule in EVENTS.values() if rule.message and rule.message not in TEXTS] == []


def told(loan: Loan) -> list[str]:
    messages = Message.objects.filter(account=loan.borrower).order_by("id")
    return [text_of(m.about, "en", {**m.values, "lender": "Alpha"}) for m in messages]


def today(alpha: Branch, approved: Maker) -> Loan:
    return approved(value_date=business_date())


def test_an_approval_that_is_undone_is_told(alpha: Branch, approved: Maker) -> None:
    loan = today(alpha, approved)
    undo_approval(loan_id=loan.pk, actor=alpha.staff["approver"].actor, reason="Wrong amount")
    first, second = told(loan)
    assert "is approved" in first
    assert "the approval of your loan" in second
    assert "taken back" in second


def test_a_pay_out_that_is_undone_is_told(alpha: Branch, active: Maker) -> None:
    loan = active(value_date=business_date())
    undo_disbursement(loan_id=loan.pk, actor=alpha.staff["accountant"].actor, reason="Never collected")
    *_, paid_out, undone = told(loan)
    assert "M 970.00" in paid_out
    assert "fee M 30.00" in paid_out
    assert "M 1,000.00" not in paid_out
    assert "the pay-out of M 970.00" in undone


@pytest.mark.parametrize("how", ["repayment", "pay_off"])
def test_a_receipt_that_is_reversed_is_told(alpha: Branch, standing: Callable[[Status], Loan], how: str) -> None:
    loan = standing(Status.ACTIVE)
    by: dict[str, Any] = {"loan_id": loan.pk, "actor": alpha.staff["cashier"].actor, "channel": "cash"}
    receipt = pay_off(**by) if how == "pay_off" else record_repayment(**by, amount=Decimal(50))
    reverse_repayment(event_id=receipt.id, actor=alpha.staff["accountant"].actor, reason="Wrong loan")
    received, reversed_ = told(loan)[-2:]
    assert "we received" in received
    assert "was reversed" in reversed_


def test_a_correction_tells_what_is_wrong_and_what_is_right(alpha: Branch, active: Maker) -> None:
    loan = active(value_date=business_date())
    by: dict[str, Any] = {"loan_id": loan.pk, "actor": alpha.staff["cashier"].actor, "channel": "cash"}
    receipt = record_repayment(**by, amount=Decimal(50))
    correct_repayment(event_id=receipt.id, actor=alpha.staff["manager"].actor, reason="Typing", amount=Decimal("5.00"))
    assert ["M 50.00" in text or "M 5.00" in text for text in told(loan)[-3:]] == [True, True, True]


def test_a_message_of_before_still_reads(alpha: Branch) -> None:
    old = {"loan": "LA1", "amount": "M 1,000.00", "due_amount": "M 94.56", "due": "2 Apr 2026", "lender": "Alpha"}
    assert "M 1,000.00 of loan LA1 was paid out." in text_of("disbursement", "en", old)


def test_whatever_moves_money_or_is_in_a_history_has_its_words_in_both_languages() -> None:
    for kind in (*KINDS, "down_payment"):
        with translation.override("st"):
            assert movement(kind) != MOVEMENTS[kind], kind


def test_every_state_has_its_steps() -> None:
    assert all(steps(status, []) for status in Status)
