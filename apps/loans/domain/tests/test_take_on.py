"""A loan taken on from another system: its figures stand on the day, and the engine goes on from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from apps.loans.domain.fold import fold
from apps.loans.domain.replay import Replay
from apps.loans.domain.snapshot import COMPONENTS, LoanSnapshot
from apps.loans.domain.terms import Event, Terms
from apps.loans.domain.tests.stories import LAST, can_be_booked, facts
from apps.loans.domain.tests.taken_on import running_loans

ZERO = Decimal(0)
D = Decimal


def check(event: Event, state: LoanSnapshot) -> None:
    """What always holds of a loan that was taken on."""
    figures = event.take_on
    assert figures is not None
    assert state.brought.repaid == state.disbursed - figures.principal
    assert state.due("principal") == figures.principal - state.written_off["principal"]
    for row in state.installments:
        for component in COMPONENTS:
            assert ZERO <= row.paid[component] <= row.due[component], (row, component)
        assert row.total_paid + row.outstanding == row.total_due
    moved = [t for t in state.transactions if not t.undone]
    received = sum((t.amount for t in moved if t.type in ("repayment", "goodwill_credit", "recovery")), ZERO)
    refunded = sum((t.amount for t in moved if t.type == "refund"), ZERO)
    assert state.total_paid + state.overpaid + state.recovered == received - refunded
    assert not (state.overpaid > 0 and state.arrears.days_past_due)
    assert state.payoff >= 0


@given(running_loans())
def test_on_the_day_the_figures_are_those_of_the_file(story: tuple[Terms, Event]) -> None:
    terms, event = story
    figures, state = event.take_on, fold(terms, [event], event.date)
    assert figures is not None
    check(event, state)
    assert state.status == "active"
    assert state.disbursed_on == figures.disbursed_on
    assert state.disbursed == terms.principal
    assert state.outstanding("principal") == figures.principal
    owed = {"fees": figures.fees, "penalties": figures.penalties}
    arrears = state.arrears
    assert arrears.oldest_due_date == figures.arrears_since
    assert arrears.days_past_due == ((event.date - figures.arrears_since).days if figures.arrears_since else 0)
    late = {"principal": figures.overdue_principal, "interest": figures.overdue_interest}
    if figures.arrears_since:
        late |= owed
    assert arrears.amounts == {component: late.get(component, ZERO) for component in COMPONENTS}
    charged = {
        part: sum((c.amount for c in state.charges if c.name == "Brought forward" and c.component == part), ZERO)
        for part in owed
    }
    assert charged == owed


@given(running_loans())
def test_due_dates_to_come_are_those_agreed(story: tuple[Terms, Event]) -> None:
    terms, event = story
    agreed = fold(terms, [Event(1, "disbursement", terms.submitted_on, terms.principal)], terms.submitted_on)
    state = fold(terms, [event], event.date)
    numbers = {row.due_date: row.n for row in agreed.installments if row.kind == "regular"}
    late = (agreed.installments[0].kind == "down_payment") and 1
    for row in state.installments:
        if row.due_date in numbers and row.due_date >= event.date:
            assert row.n == numbers[row.due_date] - late


@st.composite
def after(draw: st.DrawFn, terms: Terms, event: Event) -> list[Event]:
    """Facts of every kind from the day on, that could be booked one after the other."""
    events = [event]
    for _ in range(draw(st.integers(0, 7))):
        fact = draw(facts(terms, max(e.seq for e in events) + 1))
        days = timedelta(days=draw(st.integers(0, 250)))
        moved = replace(fact, date=event.date + days)
        if moved.charge:
            moved = replace(moved, charge=replace(moved.charge, due_date=moved.date + timedelta(days=5)))
        if moved.undoes == 1:
            continue
        undone = next((e for e in events if e.seq == moved.undoes), None)
        if undone:  # services date a reversal on the day of what it takes back
            moved = replace(moved, date=undone.date)
        if can_be_booked(terms, [*events, moved]):
            events.append(moved)
    return events


@given(st.data(), running_loans())
def test_the_invariants_hold_after_every_fact(data: st.DataObject, story: tuple[Terms, Event]) -> None:
    terms, event = story
    events = data.draw(after(terms, event))
    for n in range(1, len(events) + 1):
        check(event, fold(terms, events[:n], LAST))


@given(st.data(), running_loans(), st.integers(0, 400))
def test_the_invariants_hold_on_every_day(data: st.DataObject, story: tuple[Terms, Event], days: int) -> None:
    terms, event = story
    events = data.draw(after(terms, event))
    day = event.date + timedelta(days=days)
    check(event, fold(terms, [e for e in events if e.date <= day], day))


@given(st.data(), running_loans())
def test_day_by_day_gives_what_it_gives_at_once(data: st.DataObject, story: tuple[Terms, Event]) -> None:
    terms, event = story
    assume(not (terms.in_duplum and terms.recalculate_interest))  # rounded by the stretch: some cents may differ
    events = data.draw(after(terms, event))
    last = event.date + timedelta(days=300)
    at_once = fold(terms, events, last)
    undone = {e.undoes for e in events if e.type == "undo"}
    daily = Replay(terms, pay_down=terms.down_payment_auto)
    day = event.date
    for fact in sorted((e for e in events if e.type != "undo" and e.seq not in undone), key=lambda e: (e.date, e.seq)):
        while day < fact.date:
            day += timedelta(days=1)
            daily.advance(day)
        daily.advance(fact.date)
        daily.apply(fact)
    while day < last:
        day += timedelta(days=1)
        daily.advance(day)
    assert [(r.due, r.paid) for r in daily.installments] == [(r.due, r.paid) for r in at_once.installments]


@given(running_loans())
def test_paying_off_takes_what_was_told_and_closes(story: tuple[Terms, Event]) -> None:
    terms, event = story
    owed = fold(terms, [event], event.date).payoff
    state = fold(terms, [event, Event(2, "pay_off", event.date)], event.date)
    assert state.status in ("closed", "overpaid")
    assert state.transactions[-1].amount == owed


@given(st.data(), running_loans())
def test_undoing_gives_the_state_without_it(data: st.DataObject, story: tuple[Terms, Event]) -> None:
    terms, event = story
    amount = data.draw(st.integers(1, 500_00).map(lambda n: D(n) / 100))
    receipt = Event(2, "repayment", event.date + timedelta(days=9), amount)
    undo = Event(3, "undo", receipt.date, undoes=2)
    day = event.date + timedelta(days=40)
    one, other = fold(terms, [event, receipt, undo], day), fold(terms, [event], day)
    assert [(r.n, r.due, r.paid) for r in one.installments] == [(r.n, r.due, r.paid) for r in other.installments]
