"""The indicators over real loans and books, on past days and as known before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.book.selectors.loans_as_of import loans_as_of
from apps.loans.ledger import manual
from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import GLAccount, PeriodClosing
from apps.loans.products.models import Product
from apps.loans.reporting.reports.portfolio import PORTFOLIO
from apps.loans.reporting.selectors.figures import gather
from apps.loans.reporting.selectors.indicators import Indicator, indicators
from apps.loans.reporting.services.closing import close_period
from apps.loans.servicing.services import repayment, write_off
from apps.loans.servicing.services.proposals import decide_proposal
from apps.mfis.core.clock import business_date
from tests.factories import Branch

D = Decimal

pytestmark = pytest.mark.django_db

START = date(2026, 1, 10)


def receive(alpha: Branch, loan: Loan, amount: str, on: date) -> repayment.Receipt:
    return repayment.record_repayment(
        loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=D(amount), channel="cash", value_date=on
    )


def named(lines: list[Indicator]) -> dict[str, Indicator]:
    return {line.name: line for line in lines}


@pytest.fixture
def loan(alpha: Branch, active: Callable[..., Loan]) -> Loan:
    """1,200 over twelve months without interest, paid out on 10 January: 100 due on the 10th of each month."""
    with tenant_context(alpha.mfi):
        Product.objects.filter(pk=alpha.product.pk).update(rate=0, disbursement_fee_percent=0)
    return active(principal=D("1200.00"), value_date=START)


def test_flows_of_a_period_by_hand(alpha: Branch, loan: Loan) -> None:
    """February: 60 paid. March: the 40 left, 100 for March in time, 50 in advance. April: 30, late.

    Of March to April: 200 fell due, of which 50 were paid in advance within the period; received for it 100 + 50 + 30,
    as the first 40 were earlier arrears. By their due dates 100 + 50 of 200 were there.
    """
    with tenant_context(alpha.mfi):
        receive(alpha, loan, "60.00", date(2026, 2, 10))
        receive(alpha, loan, "190.00", date(2026, 3, 10))
        receive(alpha, loan, "30.00", date(2026, 4, 20))
        figures = gather(date(2026, 3, 1), date(2026, 4, 30))
        assert (figures.glp, figures.overdue, figures.borrowers) == (D("920.00"), D("20.00"), {alpha.borrower.pk})
        assert figures.fallen_due == D("200.00")
        assert figures.received - figures.prepaid == D("180.00")
        assert (figures.on_time, figures.due_in_all) == (D("150.00"), D("200.00"))
        by_name = named(indicators(figures))
        assert by_name["Current repayment rate"].value == D("0.9")
        assert by_name["On-time rate"].value == D("0.75")
        assert by_name["PAR1"].value == 1
        assert by_name["PAR30"].value == 0
        assert by_name["Arrears rate"].value == D("20.00") / D("920.00")
        # Balances: 1,140 at the end of February, 950 of March, 920 of April.
        assert figures.average_glp == (D(1140) + D(950) + D(920)) / 3
        # March alone: 50 of the 190 were in advance, 40 for February.
        march = gather(date(2026, 3, 1), date(2026, 3, 31))
        assert (march.fallen_due, march.received - march.prepaid) == (D("100.00"), D("100.00"))
        assert march.prepaid == D("50.00")


def test_a_write_off_does_not_better_the_repayment_rate(alpha: Branch, loan: Loan) -> None:
    with tenant_context(alpha.mfi):
        receive(alpha, loan, "100.00", date(2026, 2, 10))
        write_off.propose_write_off(
            loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Gone", value_date=date(2026, 4, 20)
        )
        decide_proposal(loan_id=loan.pk, actor=alpha.staff["approver"].actor, agree=True, value_date=date(2026, 4, 20))
        figures = gather(date(2026, 2, 1), date(2026, 4, 30))
        assert (figures.glp, figures.written_off) == (0, D("1100.00"))
        assert (figures.fallen_due, figures.received - figures.prepaid) == (D("300.00"), D("100.00"))
        assert named(indicators(figures))["Write-off ratio"].value == D("1100.00") / figures.average_glp


def test_a_past_day_is_told_as_it_was_and_as_it_was_known(alpha: Branch, loan: Loan) -> None:
    with tenant_context(alpha.mfi):
        receive(alpha, loan, "100.00", date(2026, 2, 10))
        day = date(2026, 3, 31)
        (then,) = loans_as_of(day)
        assert (then.principal, then.days_past_due) == (D("1100.00"), 21)
        receive(alpha, loan, "100.00", date(2026, 3, 10))  # entered today, received then
        assert next(loans_as_of(day)).days_past_due == 0
        # Yesterday nothing at all was known of this loan.
        assert list(loans_as_of(day, known_on=business_date() - timedelta(days=1))) == []
        assert list(loans_as_of(START - timedelta(days=1))) == []


def test_a_closing_keeps_its_figures(alpha: Branch, loan: Loan) -> None:
    with tenant_context(alpha.mfi):
        closing = close_period(through=date(2026, 2, 28), actor=alpha.staff["accountant"].actor)
        assert (closing.figures["glp"], closing.figures["loans"]) == ("1200.00", 1)
        receive(alpha, loan, "100.00", date(2026, 2, 10))
        kept = PeriodClosing.objects.get(pk=closing.pk)
        assert kept.figures["glp"] == "1200.00"
        assert gather(date(2026, 2, 1), date(2026, 2, 28)).glp == D("1100.00")
        page = alpha.client("accountant").get(f"/admin/loans/periodclosing/{closing.pk}/change/")
        assert "18 days" not in page.content.decode()
        assert "1–30 days" in page.content.decode()
    connection.set_schema_to_public()


def test_self_sufficiency_comes_from_the_books(alpha: Branch) -> None:
    """Sa-Dhan p. 101: income 27,200 over expense 34,200."""
    with tenant_context(alpha.mfi):
        ensure_chart()
        on = date(2026, 3, 1)
        entries = [("4090", -27_200), ("5100", 22_000), ("5200", 9_200), ("5010", 3_000), ("1020", -7_000)]
        account = {code: GLAccount.objects.get(code=code).pk for code, _ in entries}
        journal = manual.propose_journal(
            actor=alpha.staff["accountant"].actor,
            posted_on=on,
            narrative="The year",
            lines=[(account[c], D(a)) for c, a in entries],
        )
        manual.decide_journal(journal_id=journal.id, actor=alpha.staff["manager"].actor, post=True)
        figures = gather(on, on)
        assert (figures.operating, figures.financing, figures.provision) == (D(22_000), D(9_200), D(3_000))
        ratio = named(indicators(figures))["Operational self-sufficiency"].value
        assert ratio is not None
        assert round(ratio * 100, 2) == D("79.53")


@pytest.mark.parametrize("report", ["indicators", "loans", "provision", "trial-balance", "balance-sheet"])
def test_reports_are_read_and_exported(alpha: Branch, loan: Loan, report: str) -> None:
    client = alpha.client("auditor")
    asked = {"since": "2026-01-01", "on": "2026-03-31"}
    page = client.get(f"/admin/loans/glaccount/books/{report}/", asked)
    assert page.status_code == 200
    assert "Export XLSX" in page.content.decode()
    source = "From positions" if report in PORTFOLIO else "From the journal"
    assert source in page.content.decode()
    assert "With all that was known on" in page.content.decode()
    known = client.get(f"/admin/loans/glaccount/books/{report}/", {**asked, "known_on": "2026-03-31"})
    assert known.status_code == 200
    assert "As known at the end of 31 Mar 2026" in known.content.decode()
    for kind, begin in (("csv", None), ("xlsx", b"PK")):
        file = client.get(f"/admin/loans/glaccount/books/{report}/", {**asked, "format": kind})
        assert file.status_code == 200
        assert file.content
        assert begin is None or file.content.startswith(begin)
    wrong = client.get(f"/admin/loans/glaccount/books/{report}/", {"on": "31/31/2026"})
    assert wrong.status_code == 422
