"""The books: they balance, follow the loans, stay closed, and a tampered row is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django_tenants.utils import tenant_context

from apps.loans.ledger import accrual, manual, periods, provision, reports
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.models import GLAccount, JournalEntry, JournalLine, Loan, LoanEvent, LoanState, Product
from apps.loans.models.policy import Policy
from apps.loans.services import money, origination, servicing
from apps.loans.services.books import check_books
from apps.loans.services.day_end import end_day, run_due_days
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, ServiceError, WrongState
from conftest import TODAY, Branch

D = Decimal
pytestmark = pytest.mark.django_db


def held(role: str) -> Decimal:
    account = accounts_by_role()[role]
    return JournalLine.objects.filter(account_id=account).aggregate(t=Sum("amount"))["t"] or D(0)


def receive(alpha: Branch, loan: Loan, amount: str, on: date = TODAY) -> dict:
    return money.record_repayment(
        loan_id=loan.pk, by=alpha.staff["cashier"], amount=D(amount), channel="mpesa", reference=f"Q{amount}{on}", on=on
    )


def run_sql(*statements: str) -> None:
    """As the application's own role, in a transaction that is undone when it is refused."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def settle_policy(**values: object) -> None:
    Policy(**values).save()


def test_the_books_follow_a_loan(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    with tenant_context(alpha.mfi):
        lent = loan.principal
        assert held("loans") == lent
        receive(alpha, loan, "300.00")
        state = loan.state
        state.refresh_from_db()
        assert held("loans") == state.principal_outstanding
        assert held("mpesa") == D("300.00")
        assert sum((b.amount for b in reports.balances(TODAY)), D(0)) == 0
        assert check_books().breaks == []


@pytest.mark.parametrize("recognition", ["cash", "accrual"])
def test_income_counts_as_the_mfi_chose(alpha: Branch, active: Callable[..., Loan], recognition: str) -> None:
    with tenant_context(alpha.mfi):
        settle_policy(recognition=recognition)
        loan = active()
        first = loan.installments.get(n=1)
        receive(alpha, loan, str(first.principal + first.interest))
        paid = -held("interest_income")
        assert paid == (first.interest if recognition == "cash" else D(0))
        assert held("interest_receivable") == (D(0) if recognition == "cash" else -first.interest)
        accrual.post_accruals(first.due_date)
        assert -held("interest_income") == first.interest
        assert held("interest_receivable") == 0
        assert accrual.post_accruals(first.due_date) == 0  # run twice, it adds nothing
        assert check_books().breaks == []


def test_a_late_fact_becomes_an_adjustment_on_the_first_open_day(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active(on=TODAY - timedelta(days=40))
    with tenant_context(alpha.mfi):
        closed = TODAY - timedelta(days=5)
        periods.close_period(through=closed, by=alpha.staff["accountant"])
        receive(alpha, loan, "100.00", on=TODAY - timedelta(days=20))
        entry = JournalEntry.objects.filter(event__type="repayment").get()
        assert (entry.posted_on, entry.value_date) == (closed + timedelta(days=1), TODAY - timedelta(days=20))
        assert "adjusted" in entry.narrative
        assert check_books().breaks == []
        with pytest.raises(WrongState):
            periods.close_period(through=closed, by=alpha.staff["accountant"])
        with pytest.raises(InvalidInput):
            periods.close_period(through=business_date(), by=alpha.staff["accountant"])
        with pytest.raises(NotAllowed):
            periods.close_period(through=TODAY - timedelta(days=1), by=alpha.staff["cashier"])


def test_a_year_end_carries_the_result(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        settle_policy(recognition="cash", fiscal_year_starts=3)  # the year ended on 28 February
        loan = active(on=date(2026, 1, 15))
        receive(alpha, loan, "500.00", on=date(2026, 2, 20))
        income, _, result = reports.income_statement(date(2025, 3, 1), date(2026, 2, 28))
        assert result == income.total > 0
        closing = periods.close_period(through=date(2026, 2, 28), by=alpha.staff["accountant"])
        assert closing.is_year_end
        assert -held("retained") == result
        assert reports.income_statement(date(2025, 3, 1), date(2026, 2, 28))[2] == result
        assert reports.income_statement(date(2026, 3, 1), TODAY)[2] == 0
        assets, liabilities, equity = reports.balance_sheet(TODAY)
        assert assets.total == liabilities.total + equity.total
        assert check_books().breaks == []


def test_ageing_sets_aside_what_sa_dhan_publishes(alpha: Branch, active: Callable[..., Loan]) -> None:
    """Tracking Financial Performance Standards, p. 76: GLP 168,000, provision 13,125, coverage of PAR30 58.33 %."""
    portfolio = [(0, 128_000), (15, 17_500), (45, 10_000), (75, 5_000), (120, 3_500), (200, 2_500), (400, 1_500)]
    loan = active()
    with tenant_context(alpha.mfi):
        state = loan.state
        for n, (late, principal) in enumerate(portfolio):
            # Rows of the projection alone: the figures are published, not the loans behind them.
            with connection.cursor() as cursor:
                if n:
                    cursor.execute(
                        "INSERT INTO loans_loan SELECT (jsonb_populate_record(l, jsonb_build_object('id', "
                        "gen_random_uuid()))).* FROM loans_loan l WHERE id = %s RETURNING id",
                        [loan.pk],
                    )
                    state.pk = cursor.fetchone()[0]
                    state._state.adding = True
            state.principal_outstanding = D(principal)
            state.oldest_due_date = TODAY - timedelta(days=late) if late else TODAY + timedelta(days=10)
            state.save()
        buckets = provision.provisions(TODAY)
        assert sum((b.principal for b in buckets), D(0)) == D(168_000)
        assert sum((b.provision for b in buckets), D(0)) == D(13_125)
        par30 = sum((b.principal for b in buckets if b.least > 30), D(0))
        assert (D(13_125) / par30 * 100).quantize(D("0.01")) == D("58.33")
        assert provision.post_provision(TODAY)
        assert not provision.post_provision(TODAY)
        assert held("allowance") == -13_125


def test_a_journal_by_hand_needs_two(alpha: Branch) -> None:
    with tenant_context(alpha.mfi):
        accounts_by_role()
        rent, bank = GLAccount.objects.get(code="5110").pk, GLAccount.objects.get(code="1020").pk
        maker, checker = alpha.staff["accountant"], alpha.staff["manager"]
        propose = {"by": maker, "on": TODAY, "narrative": "Rent of March"}
        with pytest.raises(InvalidInput, match="differ by 1"):
            manual.propose_journal(**propose, lines=[(rent, D(500)), (bank, D(-499))])
        with pytest.raises(InvalidInput, match="kept by the loans"):
            manual.propose_journal(**propose, lines=[(accounts_by_role()["loans"], D(5)), (bank, D(-5))])
        journal = manual.propose_journal(**propose, lines=[(rent, D(500)), (bank, D(-500))])
        with pytest.raises(NotAllowed):
            manual.decide_journal(journal_id=journal.pk, by=maker, post=True)
        with pytest.raises(NotAllowed):
            manual.decide_journal(journal_id=journal.pk, by=alpha.staff["cashier"], post=True)
        assert JournalEntry.objects.count() == 0
        manual.decide_journal(journal_id=journal.pk, by=checker, post=True)
        with pytest.raises(WrongState):
            manual.decide_journal(journal_id=journal.pk, by=checker, post=True)
        opening, lines = reports.general_ledger(GLAccount.objects.get(code="5110"), TODAY, TODAY)
        assert (opening, [row.balance for row in lines]) == (D(0), [D(500)])


def test_raw_sql_cannot_unbalance_or_reopen_the_books(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active(on=TODAY - timedelta(days=40))
    with tenant_context(alpha.mfi):
        periods.close_period(through=TODAY - timedelta(days=5), by=alpha.staff["accountant"])
        line = JournalLine.objects.first()
        assert line is not None
        entry = (
            "INSERT INTO loans_journalentry (id, node, source, posted_on, value_date, narrative, actor_name) "
            "VALUES (gen_random_uuid(), 'A', 'manual', '{day}', '{day}', 'x', '') RETURNING id"
        )
        refused = [
            f"UPDATE loans_journalline SET amount = amount + 1 WHERE id = '{line.pk}'",
            "DELETE FROM loans_journalentry",
            "DELETE FROM loans_periodclosing",
            "TRUNCATE loans_journalline CASCADE",
            "UPDATE loans_loanevent SET amount = 1",
            entry.format(day=TODAY - timedelta(days=6)),
            # a line added to an entry of an earlier transaction, even on an open day
            "INSERT INTO loans_journalline (id, node, entry_id, account_id, amount, posted_on) "
            f"VALUES (gen_random_uuid(), 'A', '{line.entry_id}', '{line.account_id}', 5, '{TODAY}')",
        ]
        for statement in refused:
            with pytest.raises(IntegrityError, match=r"is refused|books are closed|posted with its entry"):
                run_sql("SET CONSTRAINTS ALL IMMEDIATE", statement)
        lines = (
            "INSERT INTO loans_journalline (id, node, entry_id, account_id, amount, posted_on) SELECT "
            f"gen_random_uuid(), 'A', id, '{line.account_id}', 5, posted_on FROM loans_journalentry "
            "WHERE narrative = 'x'"
        )
        with pytest.raises(IntegrityError, match="differ by 5"):
            run_sql(entry.format(day=TODAY), lines, "SET CONSTRAINTS ALL IMMEDIATE")
        assert loan.pk
        assert check_books().breaks == []


def test_a_tampered_event_is_found_by_its_id(alpha: Branch, active: Callable[..., Loan]) -> None:
    """Whoever gets past the guards, as a superuser may, leaves a broken link."""
    loan = active()
    with tenant_context(alpha.mfi):
        receive(alpha, loan, "100.00")
        event = LoanEvent.objects.get(type="repayment")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE loans_loanevent DISABLE TRIGGER letsema_append_only")
            cursor.execute("UPDATE loans_loanevent SET actor_name = 'somebody else' WHERE id = %s", [event.pk])
            cursor.execute("ALTER TABLE loans_loanevent ENABLE TRIGGER letsema_append_only")
        breaks = check_books().breaks
        assert [b for b in breaks if str(event.pk) in b and "not what was recorded" in b]


def test_a_missing_event_is_found(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    with tenant_context(alpha.mfi):
        note = servicing.take_note(loan_id=loan.pk, by=alpha.staff["officer"], text="Will come on Friday")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE loans_loanevent DISABLE TRIGGER letsema_append_only")
            cursor.execute("DELETE FROM loans_loanevent WHERE id = %s", [note.pk])
            cursor.execute("ALTER TABLE loans_loanevent ENABLE TRIGGER letsema_append_only")
        assert any("its head is link" in b for b in check_books().breaks)


def test_a_day_ends_once_and_missed_days_are_caught_up(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        loan = active(on=TODAY - timedelta(days=10))
        ended = run_due_days(through=TODAY - timedelta(days=1))
        assert [run.day for run in ended] == [TODAY - timedelta(days=n) for n in range(10, 0, -1)]
        entries = JournalEntry.objects.filter(source="accrual")
        assert entries.count() == 9  # a day after the pay-out the first interest is earned
        first = loan.installments.get(n=1)
        assert held("interest_receivable") == (first.interest * 9 / first.days).quantize(D("0.01"))
        assert run_due_days(through=TODAY - timedelta(days=1)) == []
        end_day(TODAY - timedelta(days=3))
        assert entries.count() == 9
        assert check_books().breaks == []


def test_an_interrupted_day_goes_on_where_it_stopped(
    alpha: Branch, active: Callable[..., Loan], monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.loans.services import day_end

    with tenant_context(alpha.mfi):
        active(on=TODAY - timedelta(days=3))
        whole = dict(day_end.STEPS)

        def fail(day: date) -> int:
            raise ConnectionError("the machine went down")

        monkeypatch.setitem(day_end.STEPS, "provision", fail)
        with pytest.raises(ConnectionError), transaction.atomic():
            end_day(TODAY)
        monkeypatch.setattr(day_end, "STEPS", whole)
        run = end_day(TODAY)
        assert run.finished_at is not None
        assert set(run.steps) == set(whole)


@pytest.mark.parametrize("through_write_off", [True, False])
def test_proposals_need_a_second_person(alpha: Branch, active: Callable[..., Loan], through_write_off: bool) -> None:
    loan = active(on=TODAY - timedelta(days=70))
    with tenant_context(alpha.mfi):
        maker, checker = alpha.staff["officer"], alpha.staff["manager"]
        if through_write_off:
            servicing.propose_write_off(loan_id=loan.pk, by=maker, reason="Moved away")
        else:
            start = loan.installments.filter(due_date__gt=TODAY).order_by("n")[0].due_date
            servicing.propose_restructuring(
                loan_id=loan.pk, by=maker, reason="Drought", terms={"from": start.isoformat(), "extra_terms": 3}
            )
        with pytest.raises(WrongState, match="still waits"):
            servicing.propose_write_off(loan_id=loan.pk, by=maker, reason="Again")
        with pytest.raises(NotAllowed):
            servicing.decide_proposal(loan_id=loan.pk, by=maker, agree=True)
        before = loan.installments.count()
        servicing.decide_proposal(loan_id=loan.pk, by=checker, agree=True)
        state = loan.state
        state.refresh_from_db()
        if through_write_off:
            assert (state.status, state.total_outstanding, held("loans")) == ("written_off", 0, 0)
            servicing.record_recovery(loan_id=loan.pk, by=alpha.staff["cashier"], amount=D(50), channel="cash")
            assert held("recoveries") == -50
        else:
            assert state.restructured
            assert loan.installments.count() == before + 3
        assert check_books().breaks == []


def test_a_pay_out_can_be_undone_until_a_receipt(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    with tenant_context(alpha.mfi):
        by = alpha.staff["accountant"]
        money.undo_disbursement(loan_id=loan.pk, by=by, reason="Never collected")
        loan.state.refresh_from_db()
        assert (loan.state.status, held("loans"), held("cash")) == ("approved", 0, 0)
        money.disburse(loan_id=loan.pk, by=alpha.staff["cashier"], channel="cash", on=TODAY)
        receive(alpha, loan, "10.00")
        with pytest.raises(ServiceError, match="reverse that first"):
            money.undo_disbursement(loan_id=loan.pk, by=by, reason="Too late")
        assert check_books().breaks == []


def test_a_receipt_is_corrected_by_two_facts(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active(on=TODAY - timedelta(days=20))
    with tenant_context(alpha.mfi):
        receive(alpha, loan, "100.00")
        wrong = LoanEvent.objects.get(type="repayment")
        with pytest.raises(InvalidInput, match="booked already"):
            money.correct_repayment(event_id=wrong.pk, by=alpha.staff["manager"], reason="No change")
        money.correct_repayment(
            event_id=wrong.pk,
            by=alpha.staff["manager"],
            reason="Came earlier",
            on=TODAY - timedelta(days=3),
            amount=D("110.00"),
        )
        right = LoanEvent.objects.filter(type="repayment", reversed_by__isnull=True).get()
        assert (right.amount, right.payload) == (D("110.00"), {"corrects": wrong.number})
        assert held("mpesa") == D("110.00")
        assert check_books().breaks == []


def test_a_loan_is_paid_out_in_parts(alpha: Branch, approved: Callable[..., Loan]) -> None:
    loan = approved(on=TODAY - timedelta(days=30))
    pay = {"loan_id": loan.pk, "by": alpha.staff["cashier"], "channel": "cash"}
    with tenant_context(alpha.mfi):
        with pytest.raises(InvalidInput, match="is paid out whole"):
            money.disburse(**pay, amount=D(400), on=TODAY - timedelta(days=30))
        Product.objects.filter(pk=loan.product_id).update(tranches_max=2)
        first = money.disburse(**pay, amount=D(400), on=TODAY - timedelta(days=30))
        assert (first["net"], first["fee"]) == ("388.00", "12.00")  # 3 % of what is paid out
        with pytest.raises(InvalidInput, match=r"600\.00 is left"):
            money.disburse(**pay, amount=D(700), on=TODAY)
        with pytest.raises(InvalidInput, match="this is the last"):
            money.disburse(**pay, amount=D(500), on=TODAY)
        second = money.disburse(**pay, on=TODAY)
        assert (second["net"], second["fee"]) == ("582.00", "18.00")
        with pytest.raises(WrongState, match="whole loan is paid out"):
            money.disburse(**pay, on=TODAY)
        assert (held("loans"), held("cash"), held("fee_income")) == (D(1000), D(-970), D(-30))
        money.undo_disbursement(loan_id=loan.pk, by=alpha.staff["accountant"], reason="Not collected")
        assert (held("loans"), held("cash")) == (D(400), D(-388))
        assert check_books().breaks == []


def test_the_letter_says_why(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    page = f"/admin/loans/loan/{loan.pk}/decline-letter/"
    client = alpha.client("manager")
    assert client.get(page).status_code == 404
    with tenant_context(alpha.mfi):
        origination.reject(loan_id=loan.pk, by=alpha.staff["manager"], reason="Income not shown", on=TODAY)
    letter = client.get(page).content.decode()
    assert "Income not shown" in letter
    assert "Central Bank of Lesotho" in letter


def test_a_penalty_comes_with_the_day_and_goes_with_a_receipt_that_came_in_time(
    alpha: Branch, active: Callable[..., Loan]
) -> None:
    with tenant_context(alpha.mfi):
        Product.objects.filter(pk=alpha.product.pk).update(
            penalty_percent=D(10), penalty_of="principal_and_interest", penalty_after_days=5
        )
        loan = active(on=TODAY)
        first = loan.installments.get(n=1)
        owed = first.principal + first.interest
        assert loan.installments.filter(penalties__gt=0).exists()  # by today all of them are late
        LoanState.objects.filter(pk=loan.pk).update(folded_on=TODAY)
        late = first.due_date + timedelta(days=6)
        end_day(late)
        penalty = (owed * D("0.10")).quantize(D("0.01"))
        assert loan.installments.get(n=1).penalties == penalty
        assert LoanState.objects.get(pk=loan.pk).folded_on == late
        assert check_books().breaks == []
        receive(alpha, loan, str(owed), on=first.due_date)  # it had come in time, and was found only now
        assert loan.installments.get(n=1).penalties == 0
        assert check_books().breaks == []


def test_recalculated_interest_is_counted_to_the_day(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        Product.objects.filter(pk=alpha.product.pk).update(interest_period="daily", recalculate_interest=True)
        loan = active(on=TODAY)
        on = TODAY + timedelta(days=10)
        owed = servicing.payoff_amount(loan, on)
        assert owed == loan.principal + (loan.principal * 24 * 10 / 36500).quantize(D("0.01"))
        servicing.pay_off(loan_id=loan.pk, by=alpha.staff["cashier"], channel="cash", on=on, amount=owed)
        state = LoanState.objects.get(pk=loan.pk)
        assert (state.status, state.total_outstanding) == ("closed", 0)
        assert check_books().breaks == []
