"""Random commands through the services, lawful and not, back-dated, repeated and at once, against a naive model.

After every command each invariant of the loan and of its books is checked. The model knows nothing of the engine: it
adds up what was owed and what came, in the order of the days.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, start_review
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.book.position_check import position_differences
from apps.loans.domain.fold import quote
from apps.loans.ledger.accrual import post_accruals
from apps.loans.ledger.models import JournalLine
from apps.loans.ledger.verification import CHECKS, breaks_of
from apps.loans.servicing.services import repayment
from apps.loans.servicing.services.booking import Booked
from apps.loans.servicing.services.charges import add_charge, waive
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.credits import credit_goodwill, refund
from apps.loans.servicing.services.pay_out import disburse
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import Receipt, record_repayment
from apps.loans.servicing.services.write_off import propose_charge_off, propose_write_off
from apps.mfis.core.actor import SYSTEM, actor_context
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.errors import ServiceError
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch, make_branch
from tests.racing import at_once

D = Decimal
ZERO = Decimal(0)
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
EXAMPLES, STEPS = (200, 50) if NIGHTLY else (20, 25)
amounts = st.integers(1, 60_000).map(lambda n: D(n) / 100)
days = st.integers(0, 240)
phones = count(62_000_000)


@pytest.fixture(scope="module")
def delta(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Any:
    """An MFI whose data is really committed; nothing else looks at it."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        yield make_branch("delta", "Delta", "58120001", "100000000001")
        connection.set_schema_to_public()


@dataclass
class Naive:
    """What is owed and what came, as one would write it on a card."""

    lent: Decimal
    scheduled: Decimal
    charged: dict[UUID, tuple[date, int, Decimal]] = field(default_factory=dict)  # booking order beside the day
    came: dict[UUID, tuple[date, int, Decimal]] = field(default_factory=dict)
    refunded: Decimal = ZERO
    written_off: bool = False
    charged_off: bool = False

    def add_up(self) -> tuple[Decimal, Decimal]:
        """Outstanding and overpaid, by taking every fact on its day."""
        owed, over = self.scheduled, D(0)
        facts = [(*fact, "owed") for fact in self.charged.values()] + [(*f, "came") for f in self.came.values()]
        for _, _, amount, kind in sorted(facts):
            if kind == "owed":
                owed += amount
            else:
                paid = min(owed, amount)
                owed -= paid
                over += amount - paid
        return owed, over - self.refunded


class LoanMachine(RuleBasedStateMachine):
    """One loan, from its pay-out on, in an MFI of its own."""

    branch: Branch

    @initialize()
    def lend(self) -> None:
        branch = self.branch
        with tenant_context(branch.mfi):
            who = register_borrower(person=Person("Machine", phone=str(next(phones))), actor=SYSTEM, today=TODAY)
            application = apply_for_loan(
                borrower=who,
                request=LoanRequest(product_id=branch.product.pk, principal=D(1000), installments=6),
                actor=who.actor,
                currency="LSL",
                value_date=TODAY,
            )
            self.key = application.id
            start_review(loan_id=self.key, actor=branch.staff["officer"].actor, value_date=TODAY)
            recommend(loan_id=self.key, actor=branch.staff["officer"].actor, reason="Seen", value_date=TODAY)
            approve(loan_id=self.key, actor=branch.staff["approver"].actor, value_date=TODAY)
            disburse(loan_id=self.key, actor=branch.staff["cashier"].actor, channel="cash", value_date=TODAY)
            promised = quote(Loan.objects.get(pk=self.key).terms, TODAY)
        self.model = Naive(D(1000), promised.total_due)
        self.order = 0
        self.last: dict[str, Any] | None = None

    def attempt(self, service: Any, **values: Any) -> Any:
        """Calls a service; a refusal is an answer, and must have changed nothing (the invariants say so)."""
        with tenant_context(self.branch.mfi):
            try:
                answer = service(**values)
            except ServiceError:
                return None
        self.order += 1
        return answer

    def keep(self, where: str, answer: Booked | Receipt | None, on: date, amount: Decimal) -> None:
        if answer:
            getattr(self.model, where)[answer.id] = (on, self.order, amount)

    @rule(amount=amounts, back=days, actor=st.sampled_from(["cashier", "manager", "officer", "auditor"]))
    def pay(self, amount: Decimal, back: int, actor: str) -> None:
        on = TODAY + timedelta(days=back)
        values = {
            "loan_id": self.key,
            "actor": self.branch.staff[actor].actor,
            "amount": amount,
            "channel": "cash",
            "value_date": on,
            "accept_overpayment": True,
        }
        key = str(uuid4())
        answer = self.attempt(record_repayment, **values, idempotency_key=key)
        assert not answer or actor in ("cashier", "manager")
        self.keep("came", answer, on, amount)
        self.last = {**values, "idempotency_key": key} if answer else self.last

    @precondition(lambda self: self.last)
    @rule()
    def send_it_again(self) -> None:
        before = self.count()
        assert self.last
        assert self.attempt(record_repayment, **self.last)
        assert self.count() == before

    @precondition(lambda self: self.last)
    @rule()
    def use_its_key_for_another(self) -> None:
        assert self.last
        assert self.attempt(record_repayment, **{**self.last, "amount": self.last["amount"] + 1}) is None

    @rule(amount=amounts, back=days, same=st.booleans())
    def two_at_once(self, amount: Decimal, back: int, same: bool) -> None:
        on = TODAY + timedelta(days=back)
        keys = [str(uuid4())] * 2 if same else [str(uuid4()), str(uuid4())]

        def run(n: int) -> Receipt:
            return record_repayment(
                loan_id=self.key,
                actor=self.branch.staff["cashier"].actor,
                amount=amount,
                channel="cash",
                value_date=on,
                idempotency_key=keys[n],
            )

        answers = [a for a in at_once(self.branch, 2, run) if isinstance(a, Receipt)]
        for answer in answers:
            self.order += 1
            self.keep("came", answer, on, amount)
        assert not (same and len({a.id for a in answers}) > 1)

    @rule(amount=st.sampled_from([D(0), D(-5), D("0.001"), D("NaN")]))
    def pay_no_money(self, amount: Decimal) -> None:
        assert not self.attempt(
            record_repayment, loan_id=self.key, actor=self.branch.staff["cashier"].actor, amount=amount, channel="cash"
        )

    @rule(past=st.booleans())
    def pay_on_no_day(self, past: bool) -> None:
        # Asked for now: a run may cross midnight.
        on = TODAY - timedelta(days=1) if past else business_date() + timedelta(days=1)
        assert not self.attempt(
            record_repayment,
            loan_id=self.key,
            actor=self.branch.staff["cashier"].actor,
            amount=D(5),
            channel="cash",
            value_date=on,
        )

    @rule(pick=st.integers(0, 1000), actor=st.sampled_from(["accountant", "cashier"]))
    def reverse(self, pick: int, actor: str) -> None:
        facts = [*self.model.came, *self.model.charged]
        if not facts:
            return
        event = facts[pick % len(facts)]
        answer = self.attempt(reverse_repayment, event_id=event, actor=self.branch.staff[actor].actor, reason="Wrong")
        if answer:
            assert actor == "accountant"
            self.model.came.pop(event, None)
            self.model.charged.pop(event, None)
            assert not self.attempt(
                reverse_repayment, event_id=event, actor=self.branch.staff["manager"].actor, reason="Once more"
            )

    @rule(amount=amounts, back=days, kind=st.sampled_from(["fee", "penalty", "bribe"]))
    def charge(self, amount: Decimal, back: int, kind: str) -> None:
        on = TODAY + timedelta(days=back)
        answer = self.attempt(
            add_charge,
            loan_id=self.key,
            actor=self.branch.staff["accountant"].actor,
            name="Visit",
            kind=kind,
            amount=amount,
            value_date=on,
        )
        assert not (answer and kind == "bribe")
        self.keep("charged", answer, on, amount)

    @rule(amount=amounts, component=st.sampled_from(["interest", "fees", "penalties", "principal"]))
    def waive(self, amount: Decimal, component: str) -> None:
        answer = self.attempt(
            waive,
            loan_id=self.key,
            actor=self.branch.staff["manager"].actor,
            component=component,
            amount=amount,
            reason="Flood",
            value_date=TODAY,  # before every receipt: one that a receipt came before would shrink to what is left
        )
        assert not (answer and component == "principal")
        self.keep("charged", answer, TODAY, -amount)

    @rule(amount=amounts)
    def credit(self, amount: Decimal) -> None:
        answer = self.attempt(
            credit_goodwill, loan_id=self.key, actor=self.branch.staff["manager"].actor, amount=amount, reason="Ours"
        )
        self.keep("came", answer, business_date(), amount)

    @rule(amount=amounts)
    def refund(self, amount: Decimal) -> None:
        answer = self.attempt(
            refund, loan_id=self.key, actor=self.branch.staff["cashier"].actor, amount=amount, channel="cash"
        )
        if answer:
            self.model.refunded += amount

    @rule()
    def pay_off(self) -> None:
        owed, _ = self.model.add_up()
        answer = self.attempt(
            repayment.pay_off, loan_id=self.key, actor=self.branch.staff["cashier"].actor, channel="cash"
        )
        if answer:
            assert answer.amount == owed
            self.keep("came", answer, business_date(), owed)

    @precondition(lambda self: not self.model.written_off)
    @rule(one_person=st.booleans())
    def write_off(self, one_person: bool) -> None:
        staff = self.branch.staff
        proposed = self.attempt(propose_write_off, loan_id=self.key, actor=staff["manager"].actor, reason="Gone")
        if not proposed:
            return
        by = staff["manager"] if one_person else staff["approver"]
        decided = self.attempt(decide_proposal, loan_id=self.key, actor=by.actor, agree=one_person, reason="Not yet")
        assert bool(decided) is not one_person
        if one_person:
            self.attempt(decide_proposal, loan_id=self.key, actor=staff["approver"].actor, agree=False, reason="No")

    @rule(reverse=st.booleans())
    def charge_off(self, reverse: bool) -> None:
        """The loan leaves the portfolio or comes back to it; what is owed stays."""
        staff = self.branch.staff
        if self.model.charged_off and reverse:
            with tenant_context(self.branch.mfi):
                event = LoanEvent.objects.filter(loan_id=self.key, type="charge_off", reversed_by__isnull=True).get()
            by = staff["manager"].actor
            took = self.attempt(reverse_repayment, event_id=event.pk, actor=by, reason="They called")
            self.model.charged_off = not took
            return
        proposed = self.attempt(propose_charge_off, loan_id=self.key, actor=staff["officer"].actor, reason="Silent")
        assert not (proposed and (self.model.charged_off or self.model.written_off))
        if proposed:
            decided = self.attempt(decide_proposal, loan_id=self.key, actor=staff["approver"].actor, agree=True)
            self.model.charged_off = bool(decided)

    @rule(back=days)
    def accrue(self, back: int) -> None:
        with tenant_context(self.branch.mfi), actor_context(SYSTEM):
            post_accruals(TODAY + timedelta(days=back))

    def count(self) -> tuple[int, int]:
        with tenant_context(self.branch.mfi):
            return LoanEvent.objects.count(), JournalLine.objects.count()

    @invariant()
    def all_adds_up(self) -> None:
        if not hasattr(self, "model"):
            return
        with tenant_context(self.branch.mfi):
            loan, (owed, over) = Loan.objects.select_related("state").get(pk=self.key), self.model.add_up()
            assert (loan.state.total_outstanding, loan.state.overpaid) == (owed, over)
            running = "charged_off" if self.model.charged_off else "active"
            assert loan.state.status == (running if owed else "overpaid" if over else "closed")
            assert list(breaks_of(loan)) == []
            assert list(position_differences(loan, list(loan.events.in_booking_order()))) == []

    def teardown(self) -> None:
        with tenant_context(self.branch.mfi):
            assert [broken for check in CHECKS for broken in check()] == []
        connection.set_schema_to_public()


def test_random_commands_keep_every_invariant(delta: Branch, django_db_blocker: Any) -> None:
    LoanMachine.branch = delta
    with django_db_blocker.unblock():
        run_state_machine_as_test(
            LoanMachine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
