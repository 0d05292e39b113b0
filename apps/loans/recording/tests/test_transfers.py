"""One payment, once: whoever enters it, by whichever door, however its reference is spelled."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import example, given
from hypothesis import strategies as st

from apps.loans.book.models import Loan, LoanEvent, Transfer
from apps.loans.book.references import fold_reference
from apps.loans.recording.queries import FOLDED, KNOWN, lock_states, lock_states_by_orm
from apps.loans.recording.transfers import AlreadyBooked
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.services.correction import correct_repayment, reverse_repayment
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import pay_off, record_repayment
from apps.loans.servicing.services.reported_payments import confirm_payment
from apps.loans.servicing.services.write_off import propose_write_off, record_recovery
from apps.mfis.core.database import execute, fetch_all, fetch_one
from apps.mfis.core.errors import InvalidInput
from tests.factories import TODAY, Branch

D = Decimal
Maker = Callable[..., Loan]

pytestmark = pytest.mark.django_db


def pay(branch: Branch, loan: Loan, amount: str, reference: str, **more: Any) -> Any:
    values: dict[str, Any] = {"channel": "mpesa", "value_date": TODAY, **more}
    return record_repayment(
        loan_id=loan.pk, actor=branch.staff["cashier"].actor, amount=D(amount), reference=reference, **values
    )


@pytest.fixture
def booked(alpha: Branch, active: Maker) -> Loan:
    """A loan of which 50.00 came by M-Pesa MP1."""
    loan = active()
    pay(alpha, loan, "50.00", "MP1")
    return loan


SPELLINGS = ["MP1", "mp1", "MP 1", " mp-1", "ＭＰ１", "M.P/1"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_receipt_whose_reference_is_only_spelled_otherwise(alpha: Branch, booked: Loan, spelling: str) -> None:
    with pytest.raises(AlreadyBooked) as refused:
        pay(alpha, booked, "50.00", spelling)
    number = LoanEvent.objects.get(loan=booked, type="repayment").number
    for said in ("already booked", number, booked.number, "50.00", "2 Mar 2026"):
        assert said in refused.value.message
    assert refused.value.field == "reference"


@pytest.mark.parametrize("spelling", SPELLINGS[:3])
def test_a_pay_off_with_the_reference_of_a_receipt(alpha: Branch, booked: Loan, active: Maker, spelling: str) -> None:
    for loan in (booked, active()):
        with pytest.raises(AlreadyBooked):
            pay_off(
                loan_id=loan.pk,
                actor=alpha.staff["manager"].actor,
                channel="mpesa",
                reference=spelling,
                value_date=TODAY,
            )


def test_a_receipt_with_the_reference_of_a_pay_off(alpha: Branch, active: Maker) -> None:
    one, two = active(), active()
    pay_off(loan_id=one.pk, actor=alpha.staff["cashier"].actor, channel="bank", reference="FT 1/2026", value_date=TODAY)
    with pytest.raises(AlreadyBooked, match="paid off"):
        pay(alpha, two, "10.00", "ft12026", channel="bank")


def test_a_recovery_with_the_reference_of_a_receipt(alpha: Branch, booked: Loan) -> None:
    propose_write_off(loan_id=booked.pk, actor=alpha.staff["officer"].actor, reason="Moved")
    decide_proposal(loan_id=booked.pk, actor=alpha.staff["manager"].actor, agree=True)
    with pytest.raises(AlreadyBooked):
        record_recovery(
            loan_id=booked.pk, actor=alpha.staff["cashier"].actor, amount=D(50), channel="mpesa", reference="mp 1"
        )


def test_confirming_a_reported_payment_that_the_cashier_had_booked(alpha: Branch, booked: Loan) -> None:
    notice = PaymentNotice.objects.create(loan=booked, amount=D(50), channel="mpesa", reference="mp1", paid_on=TODAY)
    with pytest.raises(AlreadyBooked):
        confirm_payment(notice_id=notice.pk, actor=alpha.staff["cashier"].actor)


def test_the_same_code_of_another_wallet_is_other_money(alpha: Branch, booked: Loan) -> None:
    assert pay(alpha, booked, "50.00", "MP1", channel="ecocash").number


def test_cash_needs_no_reference_and_may_repeat_one(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "10.00", "slip 4", channel="cash")
    pay(alpha, loan, "10.00", "slip 4", channel="cash")
    assert not Transfer.objects.exists()


def test_one_transfer_pays_several_loans_up_to_what_it_brought(alpha: Branch, active: Maker) -> None:
    one, two, three = active(), active(), active()
    pay(alpha, one, "60.00", "GRP 7", transfer_amount=D(100))
    with pytest.raises(AlreadyBooked, match=r"40\.00 of this transfer is left"):
        pay(alpha, two, "40.01", "grp7")
    pay(alpha, two, "30.00", "grp7", transfer_amount=D(100))
    with pytest.raises(AlreadyBooked, match=one.number):  # it had its share
        pay(alpha, one, "10.00", "GRP7")
    pay(alpha, three, "10.00", "GRP 7")
    assert Transfer.objects.get().amount == 100


def test_a_whole_that_is_less_than_its_part(alpha: Branch, active: Maker) -> None:
    with pytest.raises(InvalidInput) as refused:
        pay(alpha, active(), "60.00", "GRP 7", transfer_amount=D(50))
    assert refused.value.field == "transfer_amount"


def test_a_reversal_gives_the_money_back(alpha: Branch, booked: Loan, active: Maker) -> None:
    receipt = LoanEvent.objects.get(loan=booked, type="repayment")
    reverse_repayment(event_id=receipt.pk, actor=alpha.staff["accountant"].actor, reason="Wrong loan")
    pay(alpha, active(), "50.00", "mp 1")
    with pytest.raises(AlreadyBooked):
        pay(alpha, booked, "50.00", "MP1")


def test_correcting_the_amount_of_a_receipt_states_the_transfer_anew(alpha: Branch, booked: Loan) -> None:
    receipt = LoanEvent.objects.get(loan=booked, type="repayment")
    correct_repayment(event_id=receipt.pk, actor=alpha.staff["manager"].actor, reason="Typo", amount=D("80.00"))
    assert list(Transfer.objects.values_list("amount", flat=True)) == [50, 80]
    with pytest.raises(AlreadyBooked):
        pay(alpha, booked, "0.01", "MP1")


def test_a_receipt_from_before_transfers_were_kept_counts_alike(alpha: Branch, active: Maker) -> None:
    loan = active()
    LoanEvent.objects.create(
        loan=loan, type="repayment", value_date=TODAY, amount=D(50), channel="mpesa", reference="MP1 ", number="RA1"
    )
    with pytest.raises(AlreadyBooked, match="RA1"):
        pay(alpha, active(), "50.00", "mp1")


def test_a_transfer_is_a_fact(alpha: Branch, booked: Loan) -> None:
    transfer = Transfer.objects.get()
    for change in (lambda: Transfer.objects.update(amount=1), transfer.delete):
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            change()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0", max_codepoint=0xFFFF), min_size=1, max_size=30))
@example("mp-1")
@example("ＭＰ １")
@example("´ ´")
@pytest.mark.usefixtures("alpha")
def test_python_and_the_database_fold_alike(text: str) -> None:
    found = fetch_one(f"SELECT {FOLDED.format('%(text)s')}", {"text": text})
    folded = fold_reference(text)
    assert found
    assert found[0] == folded or not folded.isascii()


def test_locked_loans_by_sql_and_by_the_orm_are_the_same(alpha: Branch, active: Maker) -> None:
    """With product, borrower and profile, in the order of their keys, locked alike; the missing one is left out."""
    loans = [active().pk, active().pk]
    wanted = [*reversed(loans), UUID(int=9)]
    by_sql, by_orm = lock_states(wanted), lock_states_by_orm(wanted)
    assert [state.pk for state in by_sql] == [state.pk for state in by_orm] == sorted(loans)
    for ours, theirs in zip(by_sql, by_orm, strict=True):
        for part in (
            lambda s: s,
            lambda s: s.loan,
            lambda s: s.loan.product,
            lambda s: s.loan.borrower,
            lambda s: s.loan.borrower.profile,
        ):
            assert {**part(ours).__dict__, "_state": 0} == {**part(theirs).__dict__, "_state": 0}
        assert ours.loan.state is ours


def test_what_is_known_of_a_transfer_is_found_by_indexes(alpha: Branch, booked: Loan) -> None:
    """Among any number of events: no part of the question reads them all."""
    columns = ['{"mpesa"}', '{"MP1"}']
    sql = KNOWN.split(";\n")[1]
    with transaction.atomic():
        execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row for (row,) in fetch_all(f"EXPLAIN {sql}", [*columns, ["repayment"]]))
    assert "event_by_reference" in plan, plan
    assert "Seq Scan on loans_loanevent" not in plan, plan
