"""What must hold whatever is borrowed and however it is repaid."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from apps.loans.domain.fold import fold, quote
from apps.loans.domain.snapshot import COMPONENTS, LoanSnapshot
from apps.loans.domain.terms import Event, Terms
from apps.loans.domain.tests.stories import LAST, START, cents, loans, stories

ZERO = Decimal(0)


def check(terms: Terms, events: list[Event], state: LoanSnapshot) -> None:
    """The invariants of docs/loan-engine.md."""
    out = sum((e.amount for e in events if e.type == "disbursement"), ZERO)
    assert state.due("principal") == out - state.written_off["principal"]
    for row in state.installments:
        for component in COMPONENTS:
            assert ZERO <= row.paid[component] <= row.due[component]
        assert row.total_paid + row.outstanding == row.total_due
    received = sum((t.amount for t in state.transactions if t.type in ("repayment", "down_payment")), ZERO)
    assert state.total_paid + state.overpaid == received
    for movement in state.transactions:
        if movement.type in ("repayment", "down_payment"):
            assert sum(movement.split.values(), ZERO) + movement.overpayment == movement.amount
    assert state.installments[-1].balance == 0
    assert [row.n for row in state.installments] == list(range(1, len(state.installments) + 1))


@given(stories())
def test_what_is_received_is_allocated_to_the_cent(story: tuple[Terms, list[Event]]) -> None:
    terms, events = story
    for day in (START, START + timedelta(days=45), START + timedelta(days=200), LAST):
        known = [e for e in events if e.date <= day]
        check(terms, known, fold(terms, known, day))


@given(stories(moving=False), st.integers(0, 1_000_000))
def test_receipts_give_the_same_state_in_any_order_of_entry(story: tuple[Terms, list[Event]], seed: int) -> None:
    terms, events = story
    outs = [e for e in events if e.type == "disbursement"]
    receipts = [e for e in events if e.type != "disbursement"]
    assume(len({e.date for e in events}) == len(events))  # on one day the order of booking counts
    Random(seed).shuffle(receipts)
    again = [*outs, *(Event(n + 3, e.type, e.date, e.amount) for n, e in enumerate(receipts))]
    one, two = fold(terms, events, LAST), fold(terms, again, LAST)
    assert [(i.paid, i.outstanding) for i in one.installments] == [(i.paid, i.outstanding) for i in two.installments]
    assert one.status == two.status


@given(stories(), cents)
def test_undoing_gives_the_state_without_it(story: tuple[Terms, list[Event]], amount: Decimal) -> None:
    terms, events = story
    extra = Event(90, "repayment", START + timedelta(days=10), amount)
    undone = [*events, extra, Event(91, "undo", extra.date, amount, undoes=90)]
    assert [(i.due, i.paid) for i in fold(terms, undone, LAST).installments] == [
        (i.due, i.paid) for i in fold(terms, events, LAST).installments
    ]
    assert next(t for t in fold(terms, undone, LAST).transactions if t.seq == 90).undone


@given(stories(), cents, st.integers(0, 500))
def test_a_repayment_never_raises_what_is_outstanding(
    story: tuple[Terms, list[Event]], amount: Decimal, days: int
) -> None:
    terms, events = story
    day = START + timedelta(days=days)
    known = [e for e in events if e.date <= day]
    more = [*known, Event(90, "repayment", day, amount)]
    before = fold(terms, known, day)
    # Recalculated interest is rounded on each stretch of equal balance, and a receipt cuts stretches in two.
    cut = Decimal("0.01") * len(before.installments) if terms.recalculate_interest else ZERO
    assert fold(terms, more, day).total_outstanding <= before.total_outstanding + cut


@given(loans())
def test_the_preview_is_what_is_booked(terms: Terms) -> None:
    promised = quote(terms, START)
    booked = fold(terms, [Event(1, "disbursement", START, terms.principal)], START)
    assert [(i.due_date, i.due) for i in promised.installments] == [(i.due_date, i.due) for i in booked.installments]


@given(stories(), st.integers(0, 400))
def test_paying_off_closes_for_what_was_told(story: tuple[Terms, list[Event]], days: int) -> None:
    terms, events = story
    day = START + timedelta(days=days)
    known = [e for e in events if e.date <= day]
    told = fold(terms, known, day)
    paid = fold(terms, [*known, Event(90, "pay_off", day)], day)
    assert paid.status in ("closed", "overpaid")
    assert paid.total_outstanding == 0
    assert next(t for t in paid.transactions if t.seq == 90).amount == told.payoff


@given(stories(), st.integers(0, 300))
def test_writing_off_leaves_nothing_and_names_what_was_lost(story: tuple[Terms, list[Event]], days: int) -> None:
    terms, events = story
    day = START + timedelta(days=days)
    known = [e for e in events if e.date <= day]
    before = fold(terms, known, day)
    assume(before.total_outstanding > 0)
    lost = sum(fold(terms, [*known, Event(90, "write_off", day)], day).written_off.values(), ZERO)
    part = min(lost, Decimal(7))
    state = fold(terms, [*known, Event(90, "write_off", day), Event(91, "recovery", LAST, part)], LAST)
    assert (state.status, state.total_outstanding, state.recovered) == ("written_off", ZERO, part)
    assert state.written_off["principal"] == before.outstanding("principal")
    check(terms, known, state)
