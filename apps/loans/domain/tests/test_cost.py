"""What a loan costs: the published example, and that every sum agrees with the schedule, whatever the terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from apps.loans.domain.cost import Cost, cost_json, cost_of_credit, kept_back
from apps.loans.domain.fold import fold, quote
from apps.loans.domain.rates import apr, eir
from apps.loans.domain.terms import Event, Terms
from apps.loans.domain.terms_parser import parse_terms
from apps.loans.domain.tests.stories import loans

D = Decimal
FEE = {"name": "fee", "kind": "fee", "timing": "disbursement", "calculation": "percent", "amount": "3"}


def cost(**values: Any) -> tuple[Terms, Cost]:
    usual: dict[str, Any] = {
        "submitted_on": "2026-03-02",
        "principal": "6000.00",
        "rate": "24",
        "interest_method": "declining_balance",
        "installments": 12,
        "charges": [FEE],
    }
    terms = parse_terms({**usual, **values})
    return terms, cost_of_credit(terms, quote(terms))


def test_a_fee_that_is_kept_back_is_not_paid_back_as_well() -> None:
    """6,000 over 12 months at 24 % with a fee of 180: 5,820 is received, 6,808.28 paid back, 988.28 is the cost."""
    _, found = cost()
    assert (found.net, found.kept.fee, found.total, found.cost) == (D(5820), D(180), D("6808.28"), D("988.28"))


def test_installments_are_told_as_they_are() -> None:
    terms, found = cost()
    assert [(run.count, run.amount) for run in found.payments] == [(11, D("567.36")), (1, D("567.32"))]
    assert cost_json(found, terms.currency)["installment"] == "567.36"


def test_what_is_kept_back_beside_the_fee_is_no_fee() -> None:
    _, found = cost(savings_percent="5", down_payment_percent="10")
    assert (found.kept.fee, found.kept.savings, found.kept.down_payment) == (D(180), D(300), D(600))
    assert found.net == D(4920)
    assert found.installments == 12


def test_the_published_rates() -> None:
    """M1,000 over 12 months at 2 % a month flat: APR 41.70 %, EIR 50.67 %."""
    _, found = cost(principal="1000.00", rate="2", rate_per="month", interest_method="flat", charges=[])
    assert (found.apr, found.eir) == (D("41.70"), D("50.67"))


@given(terms=loans())
def test_every_figure_agrees_with_the_schedule(terms: Terms) -> None:
    schedule = quote(terms)
    found = cost_of_credit(terms, schedule)
    rows = sum((row.total_due for row in schedule.installments), D(0))
    paid = sum((run.count * run.amount for run in found.payments), D(0))
    assert found.total == rows == paid + found.kept.down_payment
    assert found.principal == terms.principal == found.net + found.kept.total
    assert found.cost == found.total + found.kept.fee - found.principal
    assert (found.apr, found.eir) == (apr(terms, schedule), eir(terms, schedule))


@given(terms=loans())
def test_what_tranches_keep_back_adds_up_to_what_the_fold_kept(terms: Terms) -> None:
    half = (terms.principal / 2).quantize(D("0.01"))
    day = terms.submitted_on
    first = [Event(seq=1, type="disbursement", date=day, amount=half)]
    both = [*first, Event(seq=2, type="disbursement", date=day, amount=terms.principal - half)]
    one, two = kept_back(fold(terms, first, day)), kept_back(fold(terms, both, day))
    assert one.total + (two - one).total == two.total


@pytest.mark.parametrize("method", ["flat", "declining_balance"])
def test_the_cost_stays_what_it_was_whatever_is_paid(method: str) -> None:
    terms, agreed = cost(interest_method=method)
    events = [
        Event(seq=1, type="disbursement", date=terms.submitted_on, amount=terms.principal),
        Event(seq=2, type="repayment", date=terms.submitted_on, amount=D(3000)),
    ]
    later = fold(terms, events, terms.submitted_on)
    assert later.total_paid == D(3000)
    assert cost_of_credit(terms, quote(terms, later.disbursed_on)) == agreed
