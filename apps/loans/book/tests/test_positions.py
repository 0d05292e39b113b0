"""Positions and allocations as they are kept: row by row what the facts say, and whatever is wrong is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django_tenants.utils import tenant_context

from apps.loans.book.models import Allocation, InstallmentPosition, Loan, Position, PositionCoverage
from apps.loans.book.position_check import position_differences
from apps.loans.book.projection import project
from apps.loans.book.queries.days import lacking
from apps.loans.book.tests.books import Book, stories
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.repayment import Receipt, record_repayment
from apps.mfis.core.clock import business_date
from tests.factories import TODAY, Branch

D = Decimal

pytestmark = pytest.mark.django_db


def receive(alpha: Branch, loan: Loan, amount: str, on: date) -> Receipt:
    return record_repayment(
        loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=D(amount), channel="cash", value_date=on
    )


def differences(loan: Loan) -> list[str]:
    return list(position_differences(loan, list(loan.events.in_booking_order())))


def test_however_a_loan_came_to_be_folded_its_positions_are_what_its_facts_say(alpha: Branch) -> None:
    book = Book(alpha, 5)
    for story in stories(40, 5):
        book.add(story, lambda loan: True)
    assert len(book.loans) > 25
    for loan in book.loans:
        assert differences(loan) == [], loan.asked_terms


def test_a_back_dated_receipt_closes_what_came_after_its_day(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        loan = active()
        day = TODAY + timedelta(days=40)
        receive(alpha, loan, "50.00", day)
        # As if all that had been recorded yesterday.
        yesterday = business_date() - timedelta(days=1)
        for model in (Position, InstallmentPosition, Allocation):
            model.objects.filter(loan=loan).update(known_from=yesterday)
        receive(alpha, loan, "30.00", TODAY + timedelta(days=10))
        known = Position.objects.filter(loan=loan, known_to=None).values_list("value_date", "known_from")
        today = business_date()
        assert list(known) == [(TODAY, yesterday), (TODAY + timedelta(days=10), today), (day, today)]
        [closed] = Position.objects.filter(loan=loan).exclude(known_to=None)
        assert (closed.value_date, closed.known_from, closed.known_to) == (day, yesterday, today)


def test_what_is_known_for_less_than_a_day_is_not_kept(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        loan = active()
        receipt = receive(alpha, loan, "50.00", TODAY + timedelta(days=40))
        [split] = Allocation.objects.filter(loan=loan, event=receipt.id)
        assert (split.n, split.interest + split.fees + split.principal, split.left_over) == (1, D("50.00"), 0)
        reverse_repayment(event_id=receipt.id, actor=alpha.staff["manager"].actor, reason="Another loan's")
        assert not Allocation.objects.filter(loan=loan).exists()
        assert not Position.objects.filter(loan=loan).exclude(known_to=None).exists()
        assert differences(loan) == []


def test_an_application_has_no_positions(alpha: Branch, approved: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        loan = approved()
        assert not PositionCoverage.objects.filter(loan=loan).exists()
        assert differences(loan) == []


def test_whatever_is_wrong_is_found_and_made_anew(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        loan = active()
        receive(alpha, loan, "50.00", TODAY + timedelta(days=40))
        Position.objects.filter(loan=loan).update(principal=1)
        InstallmentPosition.objects.filter(loan=loan, n=2).delete()
        Allocation.objects.filter(loan=loan).update(fees=3)
        found = " ".join(differences(loan))
        for what in ("position", "installment 2", "allocation"):
            assert what in found
        with pytest.raises(CommandError):
            call_command("rebuild_projection", check=True, mfi="alpha")
        call_command("rebuild_projection", mfi="alpha")
        call_command("rebuild_projection", check=True, mfi="alpha")


def test_loans_from_before_there_were_positions_are_named_and_given_them(
    alpha: Branch, active: Callable[..., Loan]
) -> None:
    with tenant_context(alpha.mfi):
        loan, other = active(), active()
        receive(alpha, loan, "50.00", TODAY + timedelta(days=40))
        for model in (Position, InstallmentPosition, Allocation, PositionCoverage):
            model.objects.filter(loan=loan).delete()
        assert lacking(business_date()) == [loan.pk]
        assert differences(loan) == ["there are no positions of it yet"]
        call_command("rebuild_projection", lacking=True, mfi="alpha")
    with tenant_context(alpha.mfi):
        assert lacking(business_date()) == []
        assert differences(loan) == differences(other) == []
        project(loan)
        assert differences(loan) == []
        # An older release beside this one books a receipt, and knows of no positions.
        PositionCoverage.objects.filter(loan=loan).update(facts=F("facts") - 1)
        assert lacking(business_date()) == [loan.pk]
