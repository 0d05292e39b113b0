"""Whatever is booked and reversed in whatever order: no more is drawn on a transfer than it was said to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.loans.book.models import Loan, LoanEvent, Transfer
from apps.loans.book.references import fold_reference
from apps.loans.recording.queries import DRAWS_ON_TRANSFERS
from apps.loans.servicing.services.correction import correct_repayment, reverse_repayment
from apps.loans.servicing.services.repayment import pay_off, record_repayment
from apps.mfis.core.errors import ServiceError
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.django_db

REFERENCES = st.sampled_from(["MP1", "mp 1", "Mp-1", "Q9", "q 9"])
AMOUNTS = st.integers(1, 90).map(Decimal)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(0, 2), AMOUNTS, REFERENCES, st.none() | AMOUNTS),
        st.tuples(st.just("settle"), st.integers(0, 2), REFERENCES),
        st.tuples(st.just("reverse"), st.integers(0, 20)),
        st.tuples(st.just("correct"), st.integers(0, 20), AMOUNTS),
    ),
    min_size=3,
    max_size=10,
)


@contextmanager
def undone() -> Iterator[None]:
    savepoint = transaction.savepoint()
    yield
    transaction.savepoint_rollback(savepoint)


def receipt(n: int) -> LoanEvent | None:
    found = list(LoanEvent.objects.of_type(*DRAWS_ON_TRANSFERS).standing().in_booking_order())
    return found[n % len(found)] if found else None


class Desk:
    """A manager who does what the machine says, as far as it is not refused."""

    def __init__(self, branch: Branch, loans: list[Loan]) -> None:
        self.actor, self.loans = branch.staff["manager"].actor, loans

    def take(self, kind: str, *details: Any) -> None:
        try:
            with transaction.atomic():
                getattr(self, kind)(*details)
        except ServiceError:
            pass

    def receive(self, loan: int, amount: Decimal, reference: str, whole: Decimal | None) -> None:
        values: dict[str, Any] = {"channel": "mpesa", "value_date": TODAY, "accept_overpayment": True}
        record_repayment(
            loan_id=self.loans[loan].pk,
            actor=self.actor,
            amount=amount,
            reference=reference,
            transfer_amount=whole,
            **values,
        )

    def settle(self, loan: int, reference: str) -> None:
        pay_off(loan_id=self.loans[loan].pk, actor=self.actor, channel="mpesa", reference=reference, value_date=TODAY)

    def reverse(self, n: int) -> None:
        if found := receipt(n):
            reverse_repayment(event_id=found.pk, actor=self.actor, reason="Wrong")

    def correct(self, n: int, amount: Decimal) -> None:
        if found := receipt(n):
            correct_repayment(event_id=found.pk, actor=self.actor, reason="Wrong", amount=amount)


def check() -> None:
    standing = LoanEvent.objects.of_type(*DRAWS_ON_TRANSFERS).standing()
    for folded in ("MP1", "Q9"):
        drawn = [event for event in standing if fold_reference(event.reference) == folded]
        said = Transfer.objects.filter(reference=folded).last()
        total = sum((event.amount or Decimal(0) for event in drawn), Decimal(0))
        assert total <= (said.amount if said else 0)
        assert len({event.loan_id for event in drawn}) == len(drawn)  # a loan has its share once
    assert standing.aggregate(all=Sum("amount"))["all"] is None or standing.count() <= 6


@given(steps=STEPS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_more_is_drawn_than_a_transfer_holds(
    alpha: Branch, active: Callable[..., Loan], steps: list[tuple[Any, ...]]
) -> None:
    with undone():
        desk = Desk(alpha, [active() for _ in range(3)])
        for step in steps:
            desk.take(*step)
            check()
