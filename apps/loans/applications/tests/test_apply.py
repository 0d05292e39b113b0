"""Entering an application: one at a time, within the product's limits, by whoever may, once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from apps.loans.applications.services.apply import Application, LoanRequest, apply_for_loan
from apps.loans.applications.services.review import request_info
from apps.loans.book.models import Loan
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, KeyReused, NotAllowed, WrongState
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]

pytestmark = pytest.mark.django_db


def test_a_borrower_has_one_application_at_a_time(apply: Maker) -> None:
    apply()
    with pytest.raises(WrongState):
        apply()


def test_an_application_that_waits_for_information_is_still_open(alpha: Branch, apply: Maker) -> None:
    loan = apply()
    request_info(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="A payslip, please", value_date=TODAY)
    with pytest.raises(WrongState, match="information requested"):
        apply()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"principal": Decimal(99)}, "principal"),
        ({"principal": Decimal("50000.01")}, "principal"),
        ({"installments": 37}, "installments"),
    ],
)
def test_limits_of_the_product(apply: Maker, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        apply(**values)
    assert field in refused.value.errors


def ask(branch: Branch, borrower: Account, by: Account, *, language: str = "en", rate: Any = None) -> Application:
    return apply_for_loan(
        borrower=borrower,
        request=LoanRequest(branch.product.pk, Decimal(900), 6, rate=rate),
        actor=by.actor,
        currency="LSL",
        value_date=TODAY,
        language=language,
        idempotency_key="k-1",
    )


def test_the_same_request_again_is_answered_the_same(alpha: Branch) -> None:
    first = ask(alpha, alpha.borrower, alpha.borrower)
    assert ask(alpha, alpha.borrower, alpha.borrower) == first
    with pytest.raises(KeyReused):
        ask(alpha, alpha.borrower, alpha.borrower, language="st")
    assert Loan.objects.get().pk == first.id


def test_who_may_apply_for_whom(alpha: Branch) -> None:
    """A borrower for themselves and at the usual rate; the branch for anybody who borrows."""
    neighbour = register_borrower(person=Person("Neo Letuka", phone="58990011"), actor=SYSTEM, today=TODAY)
    refused = [
        (alpha.borrower, neighbour, None),
        (alpha.borrower, alpha.staff["cashier"], None),
        (alpha.borrower, alpha.borrower, Decimal(24)),
        (alpha.staff["officer"], alpha.staff["officer"], None),
    ]
    for borrower, by, rate in refused:
        with pytest.raises(NotAllowed):
            ask(alpha, borrower, by, rate=rate)
    assert ask(alpha, alpha.borrower, alpha.staff["officer"], rate=Decimal(24)).number.startswith("LA")
