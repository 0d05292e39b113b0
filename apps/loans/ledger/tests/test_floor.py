"""No account of money goes below zero, by whichever door, unless it says that it may."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.loans.ledger import money_held
from apps.loans.ledger.chart import account_id
from apps.loans.ledger.floor import HELD, BelowZero
from apps.loans.ledger.manual import MAXIMUM, decide_journal, propose_journal
from apps.loans.ledger.models import GLAccount, ManualJournal, MoneyHeld
from apps.loans.ledger.tests.books import held
from apps.loans.ledger.verification import check_books
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput
from tests.factories import Branch

D = Decimal

pytestmark = pytest.mark.django_db


def journal(alpha: Branch, debit: str, credit: str, amount: str) -> ManualJournal:
    """An entry by hand, proposed by the accountant and posted by the manager."""
    lines = [(account_id(debit), D(amount)), (account_id(credit), -D(amount))]
    proposed = propose_journal(
        actor=alpha.staff["accountant"].actor, posted_on=business_date(), narrative="By hand", lines=lines
    )
    return decide_journal(journal_id=proposed.id, actor=alpha.staff["manager"].actor, post=True)


@pytest.fixture(autouse=True)
def nothing_below_zero(alpha: Branch) -> None:
    GLAccount.objects.update(may_go_below_zero=False)


def test_a_journal_takes_no_more_cash_than_there_is(alpha: Branch) -> None:
    journal(alpha, "1010", "3010", "1000.00")
    with pytest.raises(BelowZero, match=r"holds 1,000\.00; 8,800,000\.00 cannot leave it"):
        journal(alpha, "1020", "1010", "8800000.00")
    journal(alpha, "1020", "1010", "1000.00")
    assert (held("cash"), held("bank")) == (0, 1000)


def test_an_account_with_an_overdraft_may(alpha: Branch) -> None:
    GLAccount.objects.filter(code="1020").update(may_go_below_zero=True)
    journal(alpha, "5110", "1020", "500.00")
    assert held("bank") == -500


def test_what_is_no_money_is_not_held(alpha: Branch) -> None:
    journal(alpha, "5110", "2300", "500.00")  # a debt of the MFI's own


def test_a_line_has_a_bound_of_sense(alpha: Branch) -> None:
    with pytest.raises(InvalidInput, match="The most that a line"):
        journal(alpha, "1010", "3010", str(MAXIMUM + 1))


def parts_of(code: str) -> list[Decimal]:
    return list(MoneyHeld.objects.filter(account__code=code).order_by("pk").values_list("amount", flat=True))


def test_what_an_account_holds_is_counted_by_what_came_since(alpha: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each posting leaves a part; whoever takes money out makes them one where they are many."""
    monkeypatch.setattr(money_held, "MANY_PARTS", 2)
    for amount in ("100.00", "200.00", "300.00"):
        journal(alpha, "1010", "3010", amount)
    assert parts_of("1010") == [100, 200, 300]
    journal(alpha, "1020", "1010", "50.00")
    assert parts_of("1010") == [600, -50]
    assert not money_held.money_miscounted(HELD)
    assert not MoneyHeld.objects.exclude(account__type="asset").exists()


def test_a_wrong_count_is_found(alpha: Branch) -> None:
    journal(alpha, "1010", "3010", "100.00")
    MoneyHeld.objects.filter(account__code="1010").update(amount=Decimal(101))
    assert any("holds 100.00 by its lines, 101.00 as pay-outs count it" in b for b in check_books(actor=SYSTEM).breaks)
