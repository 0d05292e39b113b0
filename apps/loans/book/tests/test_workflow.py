"""The workflow table against the services: each transition from each state, by whoever may and whoever may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState, Status
from apps.loans.book.tests.recipes import RECIPES, WHY, Recipe, begun, reach
from apps.loans.book.workflow import EVENTS, LOAN, Transition
from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput, NotAllowed, ServiceError
from apps.mfis.core.roles import Action
from tests.factories import Branch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_histories")]

Build = Callable[..., Loan]


@pytest.fixture
def build(alpha: Branch, apply: Callable[..., Loan]) -> Build:
    def run(status: Status, reviewer: str = "officer") -> Loan:
        loan = apply(value_date=begun())
        reach(alpha, loan, status, reviewer)
        assert LoanState.objects.get(pk=loan.pk).status == status
        return Loan.objects.select_related("state").get(pk=loan.pk)

    return run


@contextmanager
def rolled_back() -> Iterator[None]:
    """What happens inside has never happened."""
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)


def actor_of(branch: Branch, who: str) -> Actor:
    return (branch.borrower if who == "borrower" else branch.staff[who]).actor


def outcome(branch: Branch, loan: Loan, recipe: Recipe, *, by: str, reason: str = WHY) -> tuple[str, list[LoanEvent]]:
    """The status after the call, and the events that it wrote."""
    before = set(LoanEvent.objects.values_list("pk", flat=True))
    recipe.call(branch, Loan.objects.get(pk=loan.pk), actor_of(branch, by), reason)
    written = list(LoanEvent.objects.filter(loan=loan).exclude(pk__in=before))
    return LoanState.objects.get(pk=loan.pk).status, written


def test_every_transition_is_driven_and_every_event_is_written_by_one() -> None:
    assert set(RECIPES) == set(LOAN.transitions)
    written = {event for made in LOAN for event in made.events}
    # A loan begins where there is none yet: as an application, or taken on from another system.
    assert written | {EventType.SUBMITTED, EventType.TAKEN_ON} == set(EventType)


def test_what_an_event_leads_to_is_where_its_transition_ends() -> None:
    for made in LOAN:
        for event in made.events:
            status = EVENTS[EventType(event)].status
            assert status is None or made.targets == {status}, made.name


REACHED = [status for status in Status if status != Status.TAKEN_BACK]  # which no loan that began here becomes


@pytest.mark.parametrize("status", REACHED)
def test_a_loan_goes_where_the_table_says_and_nowhere_else(alpha: Branch, build: Build, status: Status) -> None:
    loan = build(status)
    faults = []
    for made in LOAN:
        with rolled_back():
            fault = drive(alpha, loan, made) if status in made.sources else withstand(alpha, loan, made)
            faults += [f"{made.name} from {status}: {fault}"] if fault else []
    assert faults == []


def drive(branch: Branch, loan: Loan, made: Transition) -> str:
    """What differs from the table where the transition starts."""
    recipe = RECIPES[made.name]
    recipe.prepare(branch, loan, "officer")
    try:
        status, events = outcome(branch, loan, recipe, by=recipe.by)
    except ServiceError as error:
        return f"refused: {error.message}"
    if status not in made.targets:
        return f"ended {status}"
    types = [event.type for event in events]
    return "" if types and set(types) <= set(made.events) else f"wrote {types}"


def withstand(branch: Branch, loan: Loan, made: Transition) -> str:
    """What differs from the table where the transition does not start."""
    recipe = RECIPES[made.name]
    if recipe.instead and loan.state.status in LOAN[recipe.instead].sources:
        return ""
    try:
        status, _ = outcome(branch, loan, recipe, by=recipe.by)
    except recipe.refusals:
        return ""
    except ServiceError as error:
        return f"refused for another reason: {error.message}"
    return f"not refused, and ended {status}"


def first_source(made: Transition) -> Status:
    """The state nearest to the beginning from which the transition starts."""
    return next(status for status in Status if status in made.sources)


@pytest.mark.parametrize("name", RECIPES)
def test_nobody_does_it_without_the_duty(alpha: Branch, build: Build, name: str) -> None:
    """The auditor only looks on; and who works here is no borrower."""
    made, recipe = LOAN[name], RECIPES[name]
    loan = build(first_source(made))
    recipe.prepare(alpha, loan, "officer")
    borrowers_may = made.duty == Action.BORROW or name == "add_document"  # theirs is handed in
    for who in ["auditor"] if borrowers_may else ["auditor", "borrower"]:
        with rolled_back(), pytest.raises(NotAllowed):
            outcome(alpha, loan, recipe, by=who)


@pytest.mark.parametrize("name", [made.name for made in LOAN if made.needs_reason])
def test_nothing_that_needs_a_reason_is_done_without(alpha: Branch, build: Build, name: str) -> None:
    loan, recipe = build(first_source(LOAN[name])), RECIPES[name]
    recipe.prepare(alpha, loan, "officer")
    with pytest.raises(InvalidInput) as refused:
        outcome(alpha, loan, recipe, by=recipe.by, reason="  ")
    assert "reason" in refused.value.errors


@pytest.mark.parametrize("name", [made.name for made in LOAN if made.second_person])
def test_nobody_decides_on_what_they_made(alpha: Branch, build: Build, name: str) -> None:
    """A manager may do both, but not both on one loan."""
    made, recipe = LOAN[name], RECIPES[name]
    loan = build(first_source(made), reviewer="manager")
    recipe.prepare(alpha, loan, "manager")
    with pytest.raises(NotAllowed) as refused:
        outcome(alpha, loan, recipe, by="manager")
    assert refused.value.message == made.second_person
    outcome(alpha, loan, recipe, by=recipe.by)
