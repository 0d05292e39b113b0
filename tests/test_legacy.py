"""Three lenders' books as they keep them, brought in by mapping alone: here stands what stands there, to the cent.

The files are made by `fixtures/legacy/make.py`, which shares nothing with what reads them.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from apps.loans.book.models import Loan
from apps.loans.book.queries.days import running_loans
from apps.loans.ledger.verification import check_books
from apps.loans.products.services import create_product
from apps.loans.servicing.services.many_repayments import ReceiptRow, record_repayments
from apps.loans.servicing.services.repayment import pay_off
from apps.mfis.core.actor import SYSTEM
from apps.users.spreadsheets.inline import run_rows, take_back
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.services.uploads import choose_sheet, map_columns, receive_file
from apps.users.spreadsheets.services.work import work_on
from apps.users.spreadsheets.tests.rehearsals import errors_of
from tests.factories import Branch, settle_alone

BOOKS = Path(settings.ROOT) / "fixtures" / "legacy"
CUT_OVER = date(2026, 9, 30)
D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def lenders() -> Iterator[Any]:
    """The modules that make the books, for what they know of each loan."""
    sys.path.insert(0, str(BOOKS))
    try:
        import boliba
        import make
        import setsoto
        import thuso

        yield {"thuso": (thuso, make.SEED), "boliba": (boliba, make.SEED + 1), "setsoto": (setsoto, make.SEED + 2)}
    finally:
        sys.path.remove(str(BOOKS))


def lend(alpha: Branch, offers: list[Any]) -> None:
    """Opens a product here for each offer of the lender."""
    for offer in offers:
        create_product(
            actor=alpha.staff["manager"].actor,
            mfi=alpha.mfi,
            name=offer.name,
            rate=offer.rate,
            rate_per="year",
            interest_method="flat" if offer.flat else "declining_balance",
            frequency="weeks" if offer.weekly else "months",
            principal_min=D(100),
            principal_default=D(1000),
            principal_max=D(50000),
            installments_min=1,
            installments_default=12,
            installments_max=60,
        )


def brought(
    kind: str, path: Path, branch: Branch, *, sheet: int | None = None, faulty: int = 0, **settings: Any
) -> ImportRun:
    """A file brought in by the manager, without a fault, its columns as they are proposed."""
    manager = branch.staff["manager"].actor
    run = receive_file(kind_name=kind, path=path, file_name=path.name, actor=manager)
    if sheet is not None:
        run = choose_sheet(run_id=run.pk, sheet=sheet, head_row=1, actor=manager)
    targets = {int(place): key for place, key in run.targets.items()}
    map_columns(run_id=run.pk, actor=manager, targets=targets, **settings)
    run = work_on(run.pk)
    assert run.state == ImportRun.State.REHEARSED, (run.state, run.error, run.notes)
    assert run.faulty == faulty, dict(list(errors_of(run).items())[:10])
    return run_rows(run, actor=manager, leaves_out_faulty=bool(faulty))


def stood(branch: Branch) -> dict[str, tuple[Decimal, Decimal, int]]:
    """Each loan as it stands here on the cut-over day, by its number elsewhere: principal, overdue, days past due."""
    numbers = dict(Loan.objects.there().values_list("pk", "external_number"))
    found = running_loans(CUT_OVER, None, None)
    assert found.moving == []
    return {numbers[row.id]: (row.principal, row.overdue, row.days_past_due) for row in found.rows}


def kept(loans: list[Any]) -> dict[str, tuple[Decimal, Decimal, int]]:
    """The same as the lender reckons it."""
    said = {}
    for held in loans:
        principal, interest, _, days = held.account.late(CUT_OVER)
        said[held.account.number] = (held.account.outstanding, principal + interest, days)
    return said


def test_a_core_banking_system_is_left(alpha: Branch, lenders: Any) -> None:
    """Clients, then loans, then their repayments; taken back, and brought in again."""
    settle_alone()
    module, seed = lenders["boliba"]
    people, loans = module.book(Random(seed))
    lend(alpha, module.OFFERS)
    export, cut_over = BOOKS / "boliba" / "export.xlsx", {"cut_over": CUT_OVER.isoformat()}
    assert brought("people", export, alpha, sheet=0).inserted == len(people)
    run = brought("loans", export, alpha, sheet=1, options=cut_over)
    assert run.inserted == len(loans)
    assert D(run.totals["outstanding"]) == sum(held.account.outstanding for held in loans)
    assert stood(alpha) == kept(loans)
    assert check_books(actor=SYSTEM).breaks == []
    assert not take_back(run, actor=alpha.staff["manager"].actor).stayed
    assert stood(alpha) == {}
    again = brought("loans", export, alpha, sheet=1, options=cut_over)
    assert again.inserted == len(loans)
    # Boliba rounds a flat loan's interest by itself, Letsema what is paid in all: of a few loans the repayments leave
    # some cents more or less. They keep their figures.
    history = brought("loan_histories", export, alpha, sheet=2, faulty=108)
    assert history.updated == sum(len(held.account.receipts) for held in loans) - 108
    assert stood(alpha) == kept(loans)
    assert check_books(actor=SYSTEM).breaks == []


def test_a_ledger_with_running_balances_is_left(alpha: Branch, lenders: Any) -> None:
    settle_alone()
    module, seed = lenders["setsoto"]
    _, loans = module.book(Random(seed))
    lend(alpha, module.OFFERS)
    accounts = BOOKS / "setsoto" / "accounts.csv"
    brought("people", accounts, alpha, faulty=20)  # members with two loans stand twice
    brought("loans", accounts, alpha, options={"cut_over": CUT_OVER.isoformat()})
    assert stood(alpha) == kept(loans)
    brought("loan_histories", BOOKS / "setsoto" / "ledger.csv", alpha)
    assert stood(alpha) == kept(loans)
    assert check_books(actor=SYSTEM).breaks == []


def test_a_month_of_business_later_the_books_agree(alpha: Branch, lenders: Any) -> None:
    """Receipts, a pay-off and a day end on loans that were taken on; then everything is checked."""
    settle_alone()
    module, _ = lenders["setsoto"]
    lend(alpha, module.OFFERS)
    accounts = BOOKS / "setsoto" / "accounts.csv"
    brought("people", accounts, alpha, faulty=20)
    brought("loans", accounts, alpha, options={"cut_over": CUT_OVER.isoformat()})
    cashier = alpha.staff["cashier"].actor
    taken = list(Loan.objects.there().order_by("external_number"))
    rows = [
        ReceiptRow(loan.pk, D("75.00"), "cash", value_date=CUT_OVER + timedelta(days=1 + n % 30))
        for n, loan in enumerate(taken[:200])
    ]
    booked = record_repayments(rows=rows, actor=cashier, all_or_nothing=False)
    assert [row.refused for row in booked if row.refused] == []
    pay_off(loan_id=taken[300].pk, actor=cashier, channel="cash", value_date=CUT_OVER + timedelta(days=20))
    assert check_books(actor=SYSTEM).breaks == []
    projection = io.StringIO()
    call_command("rebuild_projection", "--check", stdout=projection)
    assert "0 difference" in projection.getvalue()
