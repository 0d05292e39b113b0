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

from apps.loans.domain.fold import quote
from apps.loans.ledger.accrual import post_accruals
from apps.loans.models import JournalLine, Loan, LoanEvent
from apps.loans.services import books, money, origination, servicing
from apps.mfis.acting import SYSTEM, acting
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import ServiceError
from apps.users.services.accounts import Person, register_borrower
from conftest import TODAY, Branch, make_branch
from tests.test_races import at_once

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
            who = register_borrower(person=Person("Machine", phone=str(next(phones))), today=TODAY)
            made = origination.apply_for_loan(
                borrower=who,
                product_id=branch.product.pk,
                principal=D(1000),
                installments=6,
                purpose="",
                by=who,
                currency="LSL",
                on=TODAY,
            )
            self.key = UUID(made["id"])
            origination.start_review(loan_id=self.key, by=branch.staff["officer"], on=TODAY)
            origination.recommend(loan_id=self.key, by=branch.staff["officer"], reason="Seen", on=TODAY)
            origination.approve(loan_id=self.key, by=branch.staff["approver"], on=TODAY)
            money.disburse(loan_id=self.key, by=branch.staff["cashier"], channel="cash", on=TODAY)
            promised = quote(Loan.objects.get(pk=self.key).terms, TODAY)
        self.model = Naive(D(1000), promised.total_due)
        self.order = 0
        self.last: dict[str, Any] | None = None

    def attempt(self, service: Any, **values: Any) -> dict[str, Any] | None:
        """Calls a service; a refusal is an answer, and must have changed nothing (the invariants say so)."""
        with tenant_context(self.branch.mfi):
            try:
                answer = service(**values)
            except ServiceError:
                return None
        self.order += 1
        return dict(answer) if isinstance(answer, dict) else {"id": str(answer.pk)}

    def keep(self, where: str, answer: dict[str, Any] | None, on: date, amount: Decimal) -> None:
        if answer:
            getattr(self.model, where)[UUID(answer["id"])] = (on, self.order, amount)

    @rule(amount=amounts, back=days, by=st.sampled_from(["cashier", "manager", "officer", "auditor"]))
    def pay(self, amount: Decimal, back: int, by: str) -> None:
        on = TODAY + timedelta(days=back)
        values = {"loan_id": self.key, "by": self.branch.staff[by], "amount": amount, "channel": "cash", "on": on}
        key = str(uuid4())
        answer = self.attempt(money.record_repayment, **values, key=key)
        assert not answer or by in ("cashier", "manager")
        self.keep("came", answer, on, amount)
        self.last = {**values, "key": key} if answer else self.last

    @precondition(lambda self: self.last)
    @rule()
    def send_it_again(self) -> None:
        before = self.count()
        assert self.last
        assert self.attempt(money.record_repayment, **self.last)
        assert self.count() == before

    @precondition(lambda self: self.last)
    @rule()
    def use_its_key_for_another(self) -> None:
        assert self.last
        assert self.attempt(money.record_repayment, **{**self.last, "amount": self.last["amount"] + 1}) is None

    @rule(amount=amounts, back=days, same=st.booleans())
    def two_at_once(self, amount: Decimal, back: int, same: bool) -> None:
        on = TODAY + timedelta(days=back)
        keys = [str(uuid4())] * 2 if same else [str(uuid4()), str(uuid4())]

        def run(n: int) -> dict[str, Any]:
            return money.record_repayment(
                loan_id=self.key, by=self.branch.staff["cashier"], amount=amount, channel="cash", on=on, key=keys[n]
            )

        answers = [a for a in at_once(self.branch, 2, run) if isinstance(a, dict)]
        for answer in answers:
            self.order += 1
            self.keep("came", answer, on, amount)
        assert not (same and len({a["id"] for a in answers}) > 1)

    @rule(amount=st.sampled_from([D(0), D(-5), D("0.001"), D("NaN")]))
    def pay_no_money(self, amount: Decimal) -> None:
        assert not self.attempt(
            money.record_repayment, loan_id=self.key, by=self.branch.staff["cashier"], amount=amount, channel="cash"
        )

    @rule(past=st.booleans())
    def pay_on_no_day(self, past: bool) -> None:
        # Asked for now: a run may cross midnight.
        on = TODAY - timedelta(days=1) if past else business_date() + timedelta(days=1)
        assert not self.attempt(
            money.record_repayment,
            loan_id=self.key,
            by=self.branch.staff["cashier"],
            amount=D(5),
            channel="cash",
            on=on,
        )

    @rule(pick=st.integers(0, 1000), by=st.sampled_from(["accountant", "cashier"]))
    def reverse(self, pick: int, by: str) -> None:
        facts = [*self.model.came, *self.model.charged]
        if not facts:
            return
        event = facts[pick % len(facts)]
        answer = self.attempt(money.reverse_repayment, event_id=event, by=self.branch.staff[by], reason="Wrong")
        if answer:
            assert by == "accountant"
            self.model.came.pop(event, None)
            self.model.charged.pop(event, None)
            assert not self.attempt(
                money.reverse_repayment, event_id=event, by=self.branch.staff["manager"], reason="Once more"
            )

    @rule(amount=amounts, back=days, kind=st.sampled_from(["fee", "penalty", "bribe"]))
    def charge(self, amount: Decimal, back: int, kind: str) -> None:
        on = TODAY + timedelta(days=back)
        answer = self.attempt(
            servicing.add_charge,
            loan_id=self.key,
            by=self.branch.staff["accountant"],
            name="Visit",
            kind=kind,
            amount=amount,
            on=on,
        )
        assert not (answer and kind == "bribe")
        self.keep("charged", answer, on, amount)

    @rule(amount=amounts, component=st.sampled_from(["interest", "fees", "penalties", "principal"]))
    def waive(self, amount: Decimal, component: str) -> None:
        answer = self.attempt(
            servicing.waive,
            loan_id=self.key,
            by=self.branch.staff["manager"],
            component=component,
            amount=amount,
            reason="Flood",
        )
        assert not (answer and component == "principal")
        self.keep("charged", answer, business_date(), -amount)

    @rule(amount=amounts)
    def credit(self, amount: Decimal) -> None:
        answer = self.attempt(
            servicing.credit_goodwill, loan_id=self.key, by=self.branch.staff["manager"], amount=amount, reason="Ours"
        )
        self.keep("came", answer, business_date(), amount)

    @rule(amount=amounts)
    def refund(self, amount: Decimal) -> None:
        answer = self.attempt(
            servicing.refund, loan_id=self.key, by=self.branch.staff["cashier"], amount=amount, channel="cash"
        )
        if answer:
            self.model.refunded += amount

    @rule()
    def pay_off(self) -> None:
        owed, _ = self.model.add_up()
        answer = self.attempt(servicing.pay_off, loan_id=self.key, by=self.branch.staff["cashier"], channel="cash")
        if answer:
            assert D(answer["amount"]) == owed
            self.keep("came", answer, business_date(), owed)

    @precondition(lambda self: not self.model.written_off)
    @rule(one_person=st.booleans())
    def write_off(self, one_person: bool) -> None:
        staff = self.branch.staff
        proposed = self.attempt(servicing.propose_write_off, loan_id=self.key, by=staff["manager"], reason="Gone")
        if not proposed:
            return
        by = staff["manager"] if one_person else staff["approver"]
        decided = self.attempt(servicing.decide_proposal, loan_id=self.key, by=by, agree=one_person, reason="Not yet")
        assert bool(decided) is not one_person
        if one_person:
            self.attempt(servicing.decide_proposal, loan_id=self.key, by=staff["approver"], agree=False, reason="No")

    @rule(reverse=st.booleans())
    def charge_off(self, reverse: bool) -> None:
        """The loan leaves the portfolio or comes back to it; what is owed stays."""
        staff = self.branch.staff
        if self.model.charged_off and reverse:
            with tenant_context(self.branch.mfi):
                event = LoanEvent.objects.filter(loan_id=self.key, type="charge_off", reversed_by__isnull=True).get()
            took = self.attempt(money.reverse_repayment, event_id=event.pk, by=staff["manager"], reason="They called")
            self.model.charged_off = not took
            return
        proposed = self.attempt(servicing.propose_charge_off, loan_id=self.key, by=staff["officer"], reason="Silent")
        assert not (proposed and (self.model.charged_off or self.model.written_off))
        if proposed:
            decided = self.attempt(servicing.decide_proposal, loan_id=self.key, by=staff["approver"], agree=True)
            self.model.charged_off = bool(decided)

    @rule(back=days)
    def accrue(self, back: int) -> None:
        with tenant_context(self.branch.mfi), acting(SYSTEM):
            post_accruals(TODAY + timedelta(days=back))

    def count(self) -> tuple[int, int]:
        with tenant_context(self.branch.mfi):
            return LoanEvent.objects.count(), JournalLine.objects.count()

    @invariant()
    def all_adds_up(self) -> None:
        if not hasattr(self, "model"):
            return
        with tenant_context(self.branch.mfi):
            loan = Loan.objects.select_related("state").get(pk=self.key)
            owed, over = self.model.add_up()
            assert (loan.state.total_outstanding, loan.state.overpaid) == (owed, over)
            running = "charged_off" if self.model.charged_off else "active"
            assert loan.state.status == (running if owed else "overpaid" if over else "closed")
            assert list(books._loan(loan)) == []

    def teardown(self) -> None:
        with tenant_context(self.branch.mfi):
            assert [*books._chain(), *books._entries(), *books._orphans(), *books._control()] == []
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
