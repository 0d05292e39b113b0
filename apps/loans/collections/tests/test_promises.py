"""A promise to pay is kept with its day, judged by it, and stands on a list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.collections.models import Promise
from apps.loans.servicing.services.notes import take_note
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput
from tests.factories import TODAY, Branch

D = Decimal

pytestmark = pytest.mark.django_db


def test_a_promise_is_due_then_broken_unless_the_money_came(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan, today = active(value_date=TODAY), business_date()
    officer, cashier = alpha.staff["officer"].actor, alpha.staff["cashier"].actor
    take_note(loan_id=loan.pk, actor=officer, text="Will pay", promised_on=today + timedelta(days=3), amount=D(100))

    def standing(days: int) -> str:
        return Promise.promises.judged(today + timedelta(days=days)).get().standing

    assert (standing(3), standing(4)) == ("due", "broken")
    record_repayment(loan_id=loan.pk, actor=cashier, amount=D(60), channel="cash")
    assert standing(4) == "broken"
    record_repayment(loan_id=loan.pk, actor=cashier, amount=D(40), channel="cash")
    assert (standing(0), standing(4)) == ("kept", "kept")
    reversed_one = loan.events.of_type(EventType.REPAYMENT).first()
    LoanEvent.objects.create(loan=loan, type="undo", value_date=today, reverses=reversed_one)
    assert standing(4) == "broken"


def test_a_promises_day_is_on_the_loans_page_and_on_the_list(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan, day = active(value_date=TODAY), business_date()
    take_note(loan_id=loan.pk, actor=alpha.staff["officer"].actor, text="After pay day", promised_on=day)
    client = alpha.client("officer")
    shown = f"{day:%-d %b %Y}"
    page = client.get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert "Promised to pay by" in " ".join(page.split())
    assert f"{day.year}" in page
    listed = client.get("/admin/loans/promise/", {"standing": "due"}).content.decode()
    assert loan.number in listed
    assert shown in listed
    assert loan.number not in client.get("/admin/loans/promise/", {"standing": "kept"}).content.decode()


@pytest.mark.parametrize(
    ("days", "amount", "field"), [(-1, "10", "promised_on"), (None, "10", "promised_on"), (400, None, "promised_on")]
)
def test_a_promise_names_a_day_to_come(
    alpha: Branch, active: Callable[..., Loan], days: int | None, amount: str | None, field: str
) -> None:
    day = None if days is None else business_date() + timedelta(days=days)
    with pytest.raises(InvalidInput) as refused:
        take_note(
            loan_id=active().pk,
            actor=alpha.staff["officer"].actor,
            text="Will pay",
            promised_on=day,
            amount=D(amount) if amount else None,
        )
    assert refused.value.field == field
