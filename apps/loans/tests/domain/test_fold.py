"""What must hold whatever is borrowed and however it is repaid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from apps.loans.domain.fold import fold, quote
from apps.loans.domain.state import COMPONENTS, LoanState
from apps.loans.domain.terms import ALLOCATIONS, Charge, Event, Grace, Terms

START = date(2026, 1, 31)
cents = st.integers(1, 3_000_00).map(lambda n: Decimal(n) / 100)


@st.composite
def loans(draw: st.DrawFn) -> Terms:
    count = draw(st.integers(1, 24))
    charges = draw(
        st.lists(
            st.builds(
                Charge, name=st.just("charge"), kind=st.sampled_from(["fee", "penalty"]),
                timing=st.sampled_from(["disbursement", "each_installment"]),
                calculation=st.sampled_from(["flat", "percent"]), amount=st.integers(0, 10).map(Decimal),
                of=st.sampled_from(["principal", "interest", "principal_and_interest"]),
            ),
            max_size=2,
        )
    )  # fmt: skip
    return Terms(
        submitted_on=START,
        principal=Decimal(draw(st.integers(1000, 5_000_000))) / 100,
        rate=Decimal(draw(st.integers(0, 6000))) / 100,
        installments=count,
        interest_method=draw(st.sampled_from(["flat", "declining_balance"])),
        interest_period=draw(st.sampled_from(["same_as_repayment", "daily"])),
        amortization=draw(st.sampled_from(["equal_installments", "equal_principal"])),
        frequency=draw(st.sampled_from(["days", "weeks", "months"])),
        repay_every=draw(st.integers(1, 3)),
        grace=Grace(principal=draw(st.integers(0, count - 1)), interest_payment=draw(st.integers(0, count))),
        allocation=draw(st.sampled_from(ALLOCATIONS)),
        charges=tuple(charges),
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[Terms, list[Event]]:
    terms = draw(loans())
    events = [Event(1, "disbursement", START, terms.principal)]
    for n in range(draw(st.integers(0, 8))):
        on = START + timedelta(days=draw(st.integers(0, 400)))
        events.append(Event(n + 2, "repayment", on, draw(cents)))
    return terms, events


LAST = date(2030, 1, 1)


def check(terms: Terms, state: LoanState, received: Decimal) -> None:
    assert state.due("principal") == terms.principal
    for row in state.installments:
        for component in COMPONENTS:
            assert Decimal(0) <= row.paid[component] <= row.due[component]
    assert state.total_paid + state.overpaid == received
    assert state.total_due == state.total_paid + state.total_outstanding
    assert state.installments[-1].balance == 0


@given(stories())
def test_what_is_received_is_allocated_to_the_cent(story: tuple[Terms, list[Event]]) -> None:
    terms, events = story
    received = sum((e.amount for e in events[1:]), Decimal(0))
    check(terms, fold(terms, events, LAST), received)


@given(stories(), st.integers(0, 1_000_000))
def test_receipts_give_the_same_state_in_any_order_of_entry(story: tuple[Terms, list[Event]], seed: int) -> None:
    terms, events = story
    shuffled = events[1:]
    Random(seed).shuffle(shuffled)
    again = [events[0], *(Event(n + 2, e.type, e.date, e.amount) for n, e in enumerate(shuffled))]
    one, two = fold(terms, events, LAST), fold(terms, again, LAST)
    assert [(i.paid, i.outstanding) for i in one.installments] == [(i.paid, i.outstanding) for i in two.installments]
    assert one.status == two.status


@given(stories(), cents)
def test_undoing_gives_the_state_without_it(story: tuple[Terms, list[Event]], amount: Decimal) -> None:
    terms, events = story
    extra = Event(90, "repayment", START + timedelta(days=10), amount)
    undone = [*events, extra, Event(91, "undo", extra.date, amount, undoes=90)]
    assert [i.paid for i in fold(terms, undone, LAST).installments] == [
        i.paid for i in fold(terms, events, LAST).installments
    ]
    assert next(t for t in fold(terms, undone, LAST).transactions if t.seq == 90).undone


@given(stories(), cents)
def test_a_repayment_never_raises_what_is_outstanding(story: tuple[Terms, list[Event]], amount: Decimal) -> None:
    terms, events = story
    more = [*events, Event(90, "repayment", LAST, amount)]
    assert fold(terms, more, LAST).total_outstanding <= fold(terms, events, LAST).total_outstanding


@given(loans())
def test_the_preview_is_what_is_booked(terms: Terms) -> None:
    promised = quote(terms, START)
    booked = fold(terms, [Event(1, "disbursement", START, terms.principal)], LAST)
    assert [(i.due_date, i.due) for i in promised.installments] == [(i.due_date, i.due) for i in booked.installments]


@given(loans())
def test_paying_off_closes(terms: Terms) -> None:
    events = [
        Event(1, "disbursement", START, terms.principal),
        Event(2, "pay_off", START + timedelta(days=40)),
    ]
    assert fold(terms, events, LAST).status == "closed"
