"""Random books: loans of every kind with facts of every kind, recorded on any day, as the stories of the engine go."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.models.event import MOVES_MONEY
from apps.loans.book.positions import drop_positions
from apps.loans.book.projection import project
from apps.loans.domain.fold import fold
from apps.loans.domain.terms import AllocationRules, Event, Terms
from apps.loans.domain.terms_parser import CHARGE, RESTRUCTURING, TERMS
from apps.loans.domain.tests.stories import START, histories
from apps.loans.domain.violations import InvalidTerms
from tests.factories import Branch


class Misfit(Exception):
    """A loan that is left out."""


Story = tuple[Terms, list[Event]]
PARTS = {"penalties": "penalty", "fees": "fee"}


def stories(count: int, number: int) -> list[Story]:
    """`count` of the engine's histories, always the same for a `number`."""
    told: list[Story] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories())
    def tell(story: Story) -> None:
        told.append(story)

    tell()
    return told[:count]


def case_of(terms: Terms) -> dict[str, Any]:
    """The loan case form of terms."""
    case: dict[str, Any] = TERMS.dump_python(terms, mode="json", warnings=False)
    if isinstance(terms.allocation, AllocationRules):
        for rule in case["allocation"]["rules"].values():
            rule["order"] = [f"{due}:{PARTS.get(part, part)}" for due, part in rule["order"]]
    return case


def _payload(event: Event) -> dict[str, Any]:
    if event.charge:
        return {"charge": CHARGE.dump_python(event.charge, mode="json", warnings=False)}
    if event.terms:
        change = RESTRUCTURING.dump_python(event.terms, mode="json", warnings=False)
        return {"terms": {name.rstrip("_"): value for name, value in change.items() if value}}
    return {"component": event.component, "installment": event.installment}


class Book:
    """Loans of one MFI, each folded in one of the ways in which loans come to be folded."""

    def __init__(self, branch: Branch, number: int) -> None:
        self.branch = branch
        self.chance = random.Random(number)
        self.loans: list[Loan] = []
        self.ways: list[Callable[[Loan, list[LoanEvent]], None]] = [
            self._one_by_one,
            self._at_once,
            self._in_parts,
            self._late,
        ]

    def add(self, story: Story, fits: Callable[[Loan], bool]) -> None:
        """One more loan, where it `fits`, and could have been folded whenever it was."""
        with suppress(InvalidTerms, Misfit), transaction.atomic():
            loan = self._lend(*story)
            if not fits(loan):
                raise Misfit
            self.loans.append(loan)

    def _lend(self, terms: Terms, events: list[Event]) -> Loan:
        if self.chance.random() < 0.25:
            events = self._given_up(terms, events)
        events = _with_amounts(terms, events)
        if self.chance.random() < 0.7:
            events = _undone_at_once(events)
        loan = Loan.objects.create(
            number=f"P{len(self.loans)}",
            borrower=self.branch.borrower,
            product=self.branch.product,
            product_version=1,
            asked_terms=case_of(terms),
            asked_principal=terms.principal,
            submitted_on=terms.submitted_on,
        )
        self.chance.choice(self.ways)(loan, self._facts(loan, events))
        return loan

    def _given_up(self, terms: Terms, events: list[Event]) -> list[Event]:
        """The events with a write-off and a recovery after them, where there is something to give up."""
        last = max(event.seq for event in events)
        day = max(event.date for event in events) + timedelta(days=self.chance.randint(0, 90))
        more = [
            Event(last + 1, "write_off", day),
            Event(last + 2, "recovery", day + timedelta(days=self.chance.randint(0, 90)), Decimal(1)),
        ]
        with suppress(InvalidTerms):
            fold(terms, [*events, *more], more[-1].date)
            return [*events, *more]
        return events

    def _facts(self, loan: Loan, events: list[Event]) -> list[LoanEvent]:
        """The events as facts in booking order, with a charge-off among some of them."""
        facts: list[LoanEvent] = []
        by_seq: dict[int | None, LoanEvent] = {}
        recorded = timezone.make_aware(datetime.combine(START, time(9)))
        for event in sorted(events, key=lambda e: e.seq):
            recorded += timedelta(days=self.chance.choice([0, 0, 1, 3, 20, 60]), seconds=1)
            fact = LoanEvent(
                loan=loan,
                type=event.type,
                value_date=event.date,
                amount=event.amount or None,
                reverses=by_seq.get(event.undoes),
                payload=_payload(event),
                recorded_at=recorded,
            )
            by_seq[event.seq] = fact
            facts.append(fact)
            if self.chance.random() < 0.04:
                facts.append(self._charge_off(loan, fact))
        return facts

    def _charge_off(self, loan: Loan, after: LoanEvent) -> LoanEvent:
        return LoanEvent(
            loan=loan,
            type=EventType.CHARGED_OFF,
            value_date=after.value_date + timedelta(days=self.chance.randint(0, 60)),
            recorded_at=after.recorded_at + timedelta(milliseconds=1),
        )

    def _one_by_one(self, loan: Loan, facts: list[LoanEvent]) -> None:
        """Folded after each fact, as services do it, and now and then on a day between them, as day ends do it."""
        for fact in facts:
            fact.save(force_insert=True)
            project(loan, on=timezone.localdate(fact.recorded_at) if self.chance.random() < 0.5 else None)

    def _at_once(self, loan: Loan, facts: list[LoanEvent]) -> None:
        """Made anew from all facts, as `rebuild_projection` does it."""
        LoanEvent.objects.bulk_create(facts)
        drop_positions(loan.pk)
        project(loan)

    def _in_parts(self, loan: Loan, facts: list[LoanEvent]) -> None:
        """Folded once after several facts, of one day or of more, as where they arrive together from another node."""
        while facts:
            count = self.chance.randint(1, 4)
            LoanEvent.objects.bulk_create(facts[:count])
            facts = facts[count:]
            project(loan)

    def _late(self, loan: Loan, facts: list[LoanEvent]) -> None:
        """Some facts arrive late, from another node: after others that were recorded later."""
        late = [fact for fact in facts[1:] if not fact.reverses and self.chance.random() < 0.3]
        named = {fact.reverses for fact in facts if fact.reverses}
        late = [fact for fact in late if fact not in named]
        for fact in [*(f for f in facts if f not in late), *late]:
            fact.save(force_insert=True)
            try:
                project(loan, on=None)
            except InvalidTerms:
                continue  # what it rests on is still on its way
        project(loan)


def _with_amounts(terms: Terms, events: list[Event]) -> list[Event]:
    """Pay-offs and write-offs with what they came to when they were booked; those that came to nothing are left out."""
    told: list[Event] = []
    for event in sorted(events, key=lambda e: e.seq):
        if event.type in ("pay_off", "write_off"):
            known = [*told, event]
            then = fold(terms, known, max(e.date for e in known))
            event = replace(event, amount=sum((t.amount for t in then.transactions if t.seq == event.seq), Decimal(0)))
        if event.amount or event.type not in MOVES_MONEY:
            told.append(event)
    return told


def _undone_at_once(events: list[Event]) -> list[Event]:
    """What is undone is undone on its own day, as services do it."""
    dates = {event.seq: event.date for event in events}
    return [replace(e, date=dates[e.undoes]) if e.undoes in dates and e.type == "undo" else e for e in events]
