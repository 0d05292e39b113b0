"""Random lawful terms and events for the engine's properties."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from apps.loans.domain.calendar import WorkingDays
from apps.loans.domain.fold import fold, quote
from apps.loans.domain.snapshot import Installment
from apps.loans.domain.terms import (
    ALLOCATIONS,
    AllocationRules,
    Charge,
    Event,
    Grace,
    OverduePenalty,
    Recalculation,
    Restructuring,
    Rule,
    Terms,
)
from apps.loans.domain.violations import InvalidTerms

START = date(2026, 1, 31)
LAST = date(2030, 1, 1)
cents = st.integers(1, 3_000_00).map(lambda n: Decimal(n) / 100)

ORDER = tuple(
    (due, part) for due in ("past_due", "due", "in_advance") for part in ("penalties", "fees", "principal", "interest")
)


@st.composite
def charges(draw: st.DrawFn) -> tuple[Charge, ...]:
    return tuple(
        draw(
            st.lists(
                st.builds(
                    Charge,
                    name=st.just("charge"),
                    kind=st.sampled_from(["fee", "penalty"]),
                    timing=st.sampled_from(["disbursement", "each_installment"]),
                    calculation=st.sampled_from(["flat", "percent"]),
                    amount=st.integers(0, 10).map(Decimal),
                    of=st.sampled_from(["principal", "interest", "principal_and_interest"]),
                ),
                max_size=2,
            )
        )
    )


@st.composite
def allocations(draw: st.DrawFn) -> str | AllocationRules:
    if draw(st.booleans()):
        return draw(st.sampled_from(ALLOCATIONS))
    future = draw(st.sampled_from(["next", "last", "reamortization"]))
    order = tuple(draw(st.permutations(ORDER)))
    return AllocationRules(draw(st.sampled_from(["horizontal", "vertical"])), {"default": Rule(order, future)})


@st.composite
def loans(draw: st.DrawFn, moving: bool | None = None) -> Terms:
    """Terms of any kind; `moving` restricts to schedules that do, or do not, change with what is paid."""
    count = draw(st.integers(1, 14))
    flat = draw(st.booleans())
    progressive = draw(st.booleans()) if moving is None else moving and draw(st.booleans())
    recalculated = not flat and (moving is not False) and draw(st.booleans())
    if moving and not progressive:
        flat, recalculated = False, True
    return Terms(
        submitted_on=START,
        principal=Decimal(draw(st.integers(1000, 5_000_000))) / 100,
        rate=Decimal(draw(st.integers(0, 6000))) / 100,
        installments=count,
        interest_method="flat" if flat else "declining_balance",
        interest_period=draw(st.sampled_from(["same_as_repayment", "daily"])),
        amortization=draw(st.sampled_from(["equal_installments", "equal_principal", "bullet"])),
        frequency=draw(st.sampled_from(["days", "weeks", "months"])),
        repay_every=draw(st.integers(1, 3)),
        grace=Grace(principal=draw(st.integers(0, count - 1)), interest_payment=draw(st.integers(0, count))),
        installment_multiple=draw(st.sampled_from([None, None, Decimal(1), Decimal(20)])),
        down_payment_percent=draw(st.sampled_from([None, None, Decimal(25)])),
        allocation=draw(allocations()),
        charges=draw(charges()),
        schedule_type="progressive" if progressive else "cumulative",
        working_days=draw(
            st.sampled_from([WorkingDays(), WorkingDays("next", frozenset({6, 7}), frozenset({date(2026, 4, 6)}))])
        ),
        overdue_penalty=draw(
            st.sampled_from([None, None, OverduePenalty(Decimal(2), "principal_and_interest", 3, 0, "month")])
        ),
        recalculate_interest=Recalculation(
            rest=draw(st.sampled_from(["daily", "same_as_repayment"])),
            compounding=draw(st.sampled_from(["none", "interest"])),
            payoff=draw(st.sampled_from(["to_the_day", "to_the_rest_date"])),
            early_payment=draw(
                st.sampled_from(["reduce_installments", "reduce_amount", "next_installments", "last_unpaid"])
            ),
        )
        if recalculated
        else None,
        in_duplum=draw(st.booleans()),
    )


@st.composite
def stories(draw: st.DrawFn, moving: bool | None = None) -> tuple[Terms, list[Event]]:
    """A loan paid out in one or two tranches, with receipts on any day."""
    terms = draw(loans(moving))
    first = terms.principal
    events = []
    if draw(st.booleans()):
        first = terms.currency.round(terms.principal / 2)
        later = START + timedelta(days=draw(st.integers(0, 90)))
        events = [Event(2, "disbursement", later, terms.principal - first)]
    events = [Event(1, "disbursement", START, first), *events]
    for n in range(draw(st.integers(0, 8))):
        on = START + timedelta(days=draw(st.integers(0, 400)))
        events.append(Event(n + 3, "repayment", on, draw(cents)))
    return terms, events


EXTRA = (
    "repayment",
    "pay_off",
    "add_charge",
    "waive_charge",
    "waive_interest",
    "refund",
    "write_off",
    "recovery",
    "goodwill_credit",
    "reschedule",
    "undo",
)


@st.composite
def facts(draw: st.DrawFn, terms: Terms, seq: int) -> Event:
    """Any fact after the pay-out, sound by itself; whether it can be booked depends on the loan."""
    kind = draw(st.sampled_from(EXTRA))
    on = START + timedelta(days=draw(st.integers(0, 400)))
    amount = terms.currency.round(draw(cents))
    if kind == "add_charge":
        what = draw(st.sampled_from(["fee", "penalty"]))
        due = on + timedelta(days=draw(st.integers(0, 200)))
        return Event(seq, kind, on, charge=Charge(what, "due_date", "flat", amount, due_date=due))
    if kind == "reschedule":
        n = draw(st.integers(0, 14))
        return Event(seq, kind, on, terms=_change(draw, quote(terms, START).installments, n))
    if kind == "undo":
        return Event(seq, kind, on, undoes=draw(st.integers(2, max(seq - 1, 2))))
    bare = kind in ("pay_off", "write_off")
    return Event(seq, kind, on, Decimal(0) if bare else amount, component=draw(st.sampled_from(["fees", "penalties"])))


def _change(draw: st.DrawFn, rows: list[Installment], n: int) -> Restructuring:
    start = rows[n % len(rows)].due_date
    kind = draw(st.sampled_from(["new_due_date", "extra_terms", "grace_principal", "new_interest_rate"]))
    if kind == "new_due_date":
        return Restructuring(start, new_due_date=start + timedelta(days=draw(st.integers(1, 40))))
    if kind == "new_interest_rate":
        return Restructuring(start, new_interest_rate=Decimal(draw(st.integers(0, 60))))
    count = draw(st.integers(1, 4))
    return Restructuring(start, **{kind: count})


@st.composite
def histories(draw: st.DrawFn, moving: bool | None = None) -> tuple[Terms, list[Event]]:
    """A loan with facts of every kind that could be booked one after the other, back-dated ones among them."""
    terms, events = draw(stories(moving))
    for _ in range(draw(st.integers(1, 6))):
        more = [*events, draw(facts(terms, max(e.seq for e in events) + 1))]
        if can_be_booked(terms, more):
            events = more
    return terms, events


def can_be_booked(terms: Terms, events: list[Event]) -> bool:
    """Whether the last of `events` is one that the loan allows."""
    undone = {e.undoes for e in events[:-1] if e.type == "undo"}
    if events[-1].type == "undo":
        target = next((e for e in events[:-1] if e.seq == events[-1].undoes), None)
        if target is None or target.type in ("undo", "disbursement") or target.seq in undone:
            return False
    try:
        fold(terms, events, LAST)
    except InvalidTerms:
        return False
    return True
