"""The history of a loan against folding it on the day."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.loans.domain.fold import fold
from apps.loans.domain.history import TAKEN_IN, History, InstallmentFigures, Moment, history
from apps.loans.domain.snapshot import COMPONENTS, LoanSnapshot
from apps.loans.domain.terms import Charge, Event, Terms
from apps.loans.domain.tests.stories import START, histories

LAST = START + timedelta(days=500)
D = Decimal


def on(told: History, day: date) -> Moment | None:
    """The moment that stands for `day`, if one does."""
    past = bisect_right([moment.day for moment in told.moments], day)
    moment = told.moments[past - 1] if past else None
    return moment if moment and (moment.holds_to is None or day <= moment.holds_to) else None


def same(moment: Moment, folded: LoanSnapshot) -> None:
    assert moment.status == folded.status
    assert moment.closed_on == folded.closed_on
    assert (moment.disbursed_on, moment.disbursed) == (folded.disbursed_on, folded.disbursed)
    assert moment.fees_at_disbursement == folded.fees_at_disbursement
    assert moment.written_off == folded.written_off["principal"]
    assert list(moment.installments) == [InstallmentFigures.of(row) for row in folded.installments]


def as_they_stood(events: list[Event], day: date) -> list[Event]:
    """What had happened by `day`, undone or not: an undoing counts from its own day."""
    return [e for e in events if e.date <= day]


@given(histories(), st.lists(st.integers(0, 500), min_size=1, max_size=12))
def test_each_day_is_as_it_is_folded(story: tuple[Terms, list[Event]], days: list[int]) -> None:
    terms, events = story
    dates = {e.seq: e.date for e in events}
    # Undone on the day on which it happened, as the services do it: what stands is then the same on every day.
    events = [replace(e, date=dates[e.undoes]) if e.type == "undo" and e.undoes else e for e in events]
    told = history(terms, events, since=START, until=LAST)
    assert told.before is None
    for number in days:
        day = START + timedelta(days=number)
        if moment := on(told, day):
            same(moment, fold(terms, as_they_stood(events, day), day))
        else:
            assert terms.recalculate_interest, "only those that change daily are told of on no day"


@given(histories(), st.integers(0, 500))
def test_told_from_a_day_on_it_goes_on_as_the_whole_does(story: tuple[Terms, list[Event]], number: int) -> None:
    terms, events = story
    since = START + timedelta(days=number)
    whole, part = (history(terms, events, since=day, until=LAST) for day in (START, since))
    assert part.moments == [moment for moment in whole.moments if moment.day >= since]
    assert part.receipts == whole.receipts
    before = [moment for moment in whole.moments if moment.day < since and moment.is_exact]
    assert part.before == (before[-1] if before else None)


@given(histories())
def test_each_receipt_is_told_with_its_split(story: tuple[Terms, list[Event]]) -> None:
    terms, events = story
    told = history(terms, events, since=START, until=LAST)
    folded = fold(terms, events, LAST)
    moved = [t for t in folded.transactions if t.type in TAKEN_IN and not t.undone]
    assert sorted((r.seq, r.kind, r.day) for r in told.receipts) == sorted((t.seq, t.type, t.date) for t in moved)
    by_key = {(r.seq, r.kind): r for r in told.receipts}
    for transaction in moved:
        splits = by_key[transaction.seq, transaction.type].splits
        for part in COMPONENTS:
            assert sum((getattr(s, part) for s in splits), D(0)) == transaction.split[part]
        paid = sum((sum(s[2:], D(0)) for s in splits), D(0))
        assert paid == transaction.amount


def test_a_recovery_leaves_the_day_of_the_write_off() -> None:
    terms = Terms(START, D(1000), D(24), 6, "flat")
    given_up = START + timedelta(days=100)
    events = [
        Event(1, "disbursement", START, D(1000)),
        Event(2, "write_off", given_up),
        Event(3, "recovery", given_up + timedelta(days=30), D(100)),
    ]
    assert fold(terms, events, LAST).closed_on == given_up


def test_overpaid_money_pays_on_the_days_on_which_it_falls_due() -> None:
    """1,200 in twelve parts without interest; a fee on the third, when all was paid and 70 were left over."""
    terms = Terms(START, D(1200), D(0), 12, "flat")
    fee = Charge("fee", "due_date", "flat", D(50), due_date=START + timedelta(days=80))
    events = [
        Event(1, "disbursement", START, D(1200)),
        Event(2, "repayment", START, D(1270)),
        Event(3, "add_charge", START + timedelta(days=10), charge=fee),
    ]
    told = history(terms, events, since=START, until=LAST)
    first, charged, paid = told.moments
    assert (first.status, first.holds_to) == ("overpaid", None)
    assert (charged.status, charged.holds_to) == ("active", START + timedelta(days=79))
    assert (paid.day, paid.status, paid.holds_to) == (START + timedelta(days=80), "overpaid", None)
