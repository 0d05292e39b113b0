"""Three lenders' books as they keep them, brought in by mapping alone: here stands what stands there, to the cent.

The files are made by `fixtures/legacy/make.py`, which shares nothing with what reads them.
"""

from __future__ import annotations

import io
import os
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
from apps.loans.servicing.services.many_repayments import ReceiptRow, record_repayments
from apps.loans.servicing.services.repayment import pay_off
from apps.mfis.core.actor import SYSTEM
from apps.users.spreadsheets.inline import run_rows, take_back
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.services.uploads import choose_sheet, map_columns, receive_file
from apps.users.spreadsheets.services.work import work_on
from apps.users.spreadsheets.tests.rehearsals import errors_of, rows_in
from tests.factories import Branch, settle_alone

BOOKS = Path(settings.ROOT) / "fixtures" / "legacy"
CUT_OVER = date(2026, 9, 30)
WHOLE = "LETSEMA_LEGACY_SCALE" in os.environ  # 5,000 loans are written, too
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


def looked_at(kind: str, path: Path, branch: Branch, *, sheet: int | None = None, **settings: Any) -> ImportRun:
    """A file rehearsed by the manager, its columns as they are proposed."""
    manager = branch.staff["manager"].actor
    run = receive_file(kind_name=kind, path=path, file_name=path.name, actor=manager)
    if sheet is not None:
        run = choose_sheet(run_id=run.pk, sheet=sheet, head_row=1, actor=manager)
    targets = {int(place): key for place, key in run.targets.items()}
    map_columns(run_id=run.pk, actor=manager, targets=targets, **settings)
    run = work_on(run.pk)
    assert run.state == ImportRun.State.REHEARSED, (run.state, run.error, run.notes)
    return run


def brought(kind: str, path: Path, branch: Branch, *, faulty: int = 0, **settings: Any) -> ImportRun:
    """The same brought in, with as many faulty rows left out."""
    run = looked_at(kind, path, branch, **settings)
    assert run.faulty == faulty, dict(list(errors_of(run).items())[:10])
    run = run_rows(run, actor=branch.staff["manager"].actor, leaves_out_faulty=bool(faulty))
    assert run.refused == 0, [(row.number, row.errors) for row in rows_in(run, "refused")[:5]]
    return run


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
    """Clients, then loans, then their repayments."""
    settle_alone()
    module, seed = lenders["boliba"]
    people, loans = module.book(Random(seed))
    brought("products", BOOKS / "boliba" / "products.csv", alpha)
    export, cut_over = BOOKS / "boliba" / "export.xlsx", {"cut_over": CUT_OVER.isoformat()}
    assert brought("people", export, alpha, sheet=0).inserted == len(people)
    run = brought("loans", export, alpha, sheet=1, options=cut_over)
    assert run.inserted == len(loans)
    assert D(run.totals["outstanding"]) == sum(held.account.outstanding for held in loans)
    assert stood(alpha) == kept(loans)
    assert check_books(actor=SYSTEM).breaks == []
    # Boliba rounds a flat loan's interest by itself, Letsema what is paid in all: of a few loans the repayments leave
    # some cents more or less. They keep their figures.
    history = brought("loan_histories", export, alpha, sheet=2, faulty=108)
    assert history.updated == sum(len(held.account.receipts) for held in loans) - 108
    here, there = stood(alpha), kept(loans)
    assert {number: figures[::2] for number, figures in here.items()} == {n: f[::2] for n, f in there.items()}
    assert all(abs(here[number][1] - there[number][1]) < D("0.30") for number in there)
    assert check_books(actor=SYSTEM).breaks == []


def test_a_ledger_with_running_balances_is_left(alpha: Branch, lenders: Any) -> None:
    """Members and loans from the list of accounts; taken back, and brought in again; then the ledger."""
    settle_alone()
    module, seed = lenders["setsoto"]
    _, loans = module.book(Random(seed))
    accounts, cut_over = BOOKS / "setsoto" / "accounts.csv", {"cut_over": CUT_OVER.isoformat()}
    brought("products", BOOKS / "setsoto" / "products.csv", alpha)
    brought("people", accounts, alpha)
    run = brought("loans", accounts, alpha, options=cut_over)
    assert stood(alpha) == kept(loans)
    assert not take_back(run, actor=alpha.staff["manager"].actor).stayed
    assert stood(alpha) == {}
    brought("loans", accounts, alpha, options=cut_over)
    brought("loan_histories", BOOKS / "setsoto" / "ledger.csv", alpha)
    assert stood(alpha) == kept(loans)
    assert check_books(actor=SYSTEM).breaks == []


def test_one_sheet_with_titles_and_totals_is_left(alpha: Branch, lenders: Any) -> None:
    """People and loans from one file; headings of branches and totals are left out, and the totals compared."""
    settle_alone()
    module, seed = lenders["thuso"]
    clients, loans = module.book(Random(seed))
    book = BOOKS / "thuso" / "loan-book.xlsx"
    brought("products", BOOKS / "thuso" / "products.csv", alpha)
    people = brought("people", book, alpha, options={"surname_first": "true", "lay_out_capitals": "true"})
    assert (people.inserted, people.passed) == (len(clients), len(loans) - len(clients))
    settings: dict[str, Any] = {"options": {"cut_over": CUT_OVER.isoformat()}}
    if WHOLE:
        assert brought("loans", book, alpha, **settings).inserted == len(loans)
        assert stood(alpha) == kept(loans)
        assert check_books(actor=SYSTEM).breaks == []
        return
    run = looked_at("loans", book, alpha, **settings)
    assert (run.good, run.faulty, run.warnings) == (len(loans), 0, [])
    assert D(run.totals["outstanding"]) == sum(held.account.outstanding for held in loans)


def test_a_month_of_business_later_the_books_agree(alpha: Branch) -> None:
    """Receipts, a pay-off and a day end on loans that were taken on; then everything is checked."""
    settle_alone()
    brought("products", BOOKS / "setsoto" / "products.csv", alpha)
    accounts = BOOKS / "setsoto" / "accounts.csv"
    brought("people", accounts, alpha)
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
