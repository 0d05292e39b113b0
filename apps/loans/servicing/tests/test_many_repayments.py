"""Many receipts by one command leave the same rows, to the field, as each by its own."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from apps.loans.book.models import Loan, LoanEvent, LoanState, NumberSequence
from apps.loans.ledger.queries import MOVE_HEADS
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.many_repayments import ReceiptRow, Refused, RowBooked, RowsRefused, record_repayments
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection, execute, fetch_all
from apps.mfis.core.errors import KeyReused, NotAllowed, ServiceError
from apps.mfis.core.memory import uncollected
from tests.factories import Branch, settle_alone

D = Decimal
pytestmark = pytest.mark.django_db

TABLES = (
    "loans_loanevent",
    "loans_transfer",
    "loans_loanstate",
    "loans_installment",
    "loans_earning",
    "loans_journalentry",
    "loans_journalline",
    "credit_outboxentry",
    "users_message",
    "users_command",
    "loans_numbersequence",
    "loans_chainhead",
)
# What is another each time: instants, and the hash over them.
ANOTHER = ("recorded_at", "queued_at", "send_after", "chain_hash", "hash", "made_at", "created_at")
# The keys that are made anew, by what each row is known by else.
KNOWN_BY = (
    "SELECT id, 'event ' || chain_seq FROM loans_loanevent",
    "SELECT e.id, 'entry of ' || v.chain_seq FROM loans_journalentry e JOIN loans_loanevent v ON v.id = e.event_id",
    "SELECT id, 'line' FROM loans_journalline",
    "SELECT id, 'outbox' FROM credit_outboxentry",
    "SELECT id, 'message' FROM users_message",
    "SELECT id, 'installment' FROM loans_installment",
)
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def everything() -> dict[str, list[str]]:
    """All rows of all tables that a receipt writes, but for keys that are made anew and instants."""
    execute(MOVE_HEADS)
    names = {str(key): name for sql in KNOWN_BY for key, name in fetch_all(sql)}
    found = {}
    for table in TABLES:
        rows = fetch_all(f"SELECT (to_jsonb(t) - %s::text[])::text FROM {table} t", [list(ANOTHER)])
        found[table] = sorted(UUIDS.sub(lambda m: names.get(m[0], m[0]), text) for (text,) in rows)
    order = "SELECT loan_id::text, chain_seq FROM loans_loanevent ORDER BY loan_id, recorded_at, id"
    found["booking order"] = [f"{loan} {place}" for loan, place in fetch_all(order)]
    return found


def one_by_one(rows: Iterable[ReceiptRow], actor: Any) -> list[RowBooked]:
    """Each row by its own command."""
    results = []
    for row in rows:
        try:
            with transaction.atomic():
                results.append(RowBooked(record_repayment(actor=actor, **asdict(row))))
        except ServiceError as error:
            results.append(RowBooked(Refused.by(error)))
    return results


def comparable(results: list[RowBooked]) -> list[RowBooked]:
    """The results without the keys that are made anew."""
    nobody = UUID(int=0)
    return [RowBooked(replace(row.receipt, id=nobody)) if row.receipt else row for row in results]


def both_ways(rows: list[ReceiptRow], actor: Any) -> list[RowBooked]:
    """Books the rows one by one, takes that back, and books them by one command. The results, if all is equal."""
    with transaction.atomic():
        singly, left_singly = one_by_one(rows, actor), everything()
        transaction.set_rollback(True)
    together = record_repayments(rows=rows, actor=actor, all_or_nothing=False)
    assert comparable(together) == comparable(singly)
    left_together = everything()
    for name, left in left_singly.items():
        assert left_together[name] == left, name
    assert not check_books(actor=SYSTEM).breaks
    return together


@pytest.fixture
def lent(alpha: Branch, active: Callable[..., Loan]) -> list[Loan]:
    """Four loans, forty days old."""
    on = business_date() - timedelta(days=40)
    return [active(value_date=on, principal=D(1000 + 100 * n)) for n in range(4)]


def kinds(results: list[RowBooked]) -> list[str]:
    """Of each row its error's name, "waits", or nothing."""
    return [row.refused.of if row.refused else "waits" if row.receipt and row.receipt.waits else "" for row in results]


def rows_of_every_kind(a: UUID, b: UUID, c: UUID, d: UUID, last_month: date) -> list[ReceiptRow]:
    """Of four loans: what is booked, what waits, and everything that is refused."""
    today = business_date()
    return [
        ReceiptRow(a, D("50.00"), "cash"),
        ReceiptRow(b, D("60.00"), "mpesa", "MP 1"),
        ReceiptRow(a, D("70.00"), "ecocash", "EC9", value_date=today),
        ReceiptRow(c, D("10.00"), "mpesa", "grp-7", transfer_amount=D("25.00")),
        ReceiptRow(b, D("15.00"), "mpesa", "GRP7", transfer_amount=D("25.00")),
        ReceiptRow(a, D("1.00"), "mpesa", "GRP 7"),
        ReceiptRow(b, D("60.00"), "mpesa", "mp1"),
        ReceiptRow(UUID(int=5), D("5.00"), "cash"),
        ReceiptRow(a, D("-5.00"), "cash"),
        ReceiptRow(a, D("5.001"), "cash"),
        ReceiptRow(a, D("5.00"), "goats"),
        ReceiptRow(a, D("5.00"), "mpesa"),
        ReceiptRow(a, D("5.00"), "mpesa", "x" * 61),
        ReceiptRow(a, D("5.00"), "cash", value_date=today + timedelta(days=1)),
        ReceiptRow(a, D("5.00"), "cash", value_date=today - timedelta(days=300)),
        ReceiptRow(a, D("5.00"), "cash", reference="a\u200bb"),
        ReceiptRow(a, D("9000.00"), "cash"),
        ReceiptRow(a, D("5.00"), "cash", events_seen=1),
        ReceiptRow(a, D("5.00"), "bank", "B1", transfer_amount=D("4.00")),
        ReceiptRow(c, D("5.00"), "cash", idempotency_key="one"),
        ReceiptRow(c, D("5.00"), "cash", idempotency_key="one"),
        ReceiptRow(c, D("6.00"), "cash", idempotency_key="one"),
        ReceiptRow(c, D("6.00"), "cash", idempotency_key="k" * 81),
        ReceiptRow(c, D("40.00"), "cash", value_date=last_month),
        ReceiptRow(c, D("41.00"), "cash", value_date=last_month),
        ReceiptRow(d, D("2000.00"), "mpesa", "ALL1", accept_overpayment=True),
        ReceiptRow(c, D("7.00"), "cpay", "C 3"),
    ]


def test_a_sheet_with_every_kind_of_row(alpha: Branch, lent: list[Loan]) -> None:
    """Cash and wallets, several on one loan, transfers over several loans, and everything that is refused."""
    a, b, c, d = (loan.pk for loan in lent)
    today, actor = business_date(), alpha.staff["cashier"].actor
    settle_alone(overpayment_limit=D(100), past_month_alone=D(0))
    last_month = max(today.replace(day=1) - timedelta(days=1), today - timedelta(days=39))
    rows = rows_of_every_kind(a, b, c, d, last_month)
    owed = LoanState.objects.get(pk=d).total_outstanding
    rows[-2] = replace(rows[-2], amount=owed + D("20.00"))
    rows.append(ReceiptRow(d, D("5.00"), "cash"))
    results = both_ways(rows, actor)
    assert kinds(results) == [
        *[""] * 5,
        *["AlreadyBooked"] * 2,
        "NotFound",
        *["InvalidInput"] * 8,
        "Overpayment",
        "ChangedMeanwhile",
        "InvalidInput",
        "",
        "",
        "KeyReused",
        "InvalidInput",
        "waits",
        "WrongState",
        "",
        "",
        "WrongState",
    ]
    assert results[19].receipt == results[20].receipt
    assert LoanState.objects.get(pk=d).status == "overpaid"


def test_loans_are_settled_by_many_as_by_one(alpha: Branch, lent: list[Loan]) -> None:
    """Each loan paid down in three parts, of which the last settles it to the cent; then nothing more is taken."""
    actor, today = alpha.staff["cashier"].actor, business_date()
    rows = []
    for loan in lent:
        owed = LoanState.objects.get(pk=loan.pk).total_outstanding
        parts = [D("333.33"), D("333.33"), owed - D("666.66"), D("1.00")]
        rows += [
            ReceiptRow(loan.pk, part, "cash", value_date=today - timedelta(days=n)) for n, part in enumerate(parts)
        ]
    results = both_ways(rows, actor)
    assert [row.receipt.status for row in results[2::4] if row.receipt] == ["closed"] * 4
    assert kinds(results[3::4]) == ["WrongState"] * 4


def test_back_dated_rows_before_others_of_the_call(alpha: Branch, lent: list[Loan]) -> None:
    """A row that lies before one that the same call booked: the split of both follows the days."""
    loan, today = lent[0].pk, business_date()
    days: list[date] = [today, today - timedelta(days=20), today - timedelta(days=39), today - timedelta(days=5)]
    both_ways(
        [ReceiptRow(loan, D("120.00") + n, "cash", value_date=day) for n, day in enumerate(days)],
        alpha.staff["cashier"].actor,
    )


def test_all_or_nothing(alpha: Branch, lent: list[Loan]) -> None:
    """One row that is refused keeps all others from being booked, and no number is taken."""
    before, taken = everything(), list(NumberSequence.objects.values_list("name", "last"))
    rows = [ReceiptRow(lent[0].pk, D(10), "cash"), ReceiptRow(lent[1].pk, D(0), "cash")]
    with pytest.raises(RowsRefused, match=r"Nothing is booked\. Row 2: Give an amount above zero") as refused:
        record_repayments(rows=rows, actor=alpha.staff["cashier"].actor, all_or_nothing=True)
    assert kinds(refused.value.results) == ["", "InvalidInput"]
    assert everything() == before
    assert list(NumberSequence.objects.values_list("name", "last")) == taken
    results = record_repayments(rows=rows[:1], actor=alpha.staff["cashier"].actor, all_or_nothing=True)
    assert results[0].receipt
    assert LoanEvent.objects.filter(type="repayment").count() == 1


def test_a_row_is_booked_once_by_either_command(alpha: Branch, lent: list[Loan]) -> None:
    """The keys of rows are those of `record_repayment`: sent again by either, they give the first receipt."""
    actor, row = alpha.staff["cashier"].actor, ReceiptRow(lent[0].pk, D(10), "cash", idempotency_key="mine")
    first = record_repayment(actor=actor, **asdict(row))
    assert record_repayments(rows=[row], actor=actor, all_or_nothing=True)[0].receipt == first
    other = replace(row, idempotency_key="other")
    [booked] = record_repayments(rows=[other], actor=actor, all_or_nothing=True)
    assert record_repayment(actor=actor, **asdict(other)) == booked.receipt
    with pytest.raises(KeyReused):
        record_repayment(actor=actor, **asdict(replace(other, amount=D(11))))
    assert LoanEvent.objects.filter(type="repayment").count() == 2


def test_the_whole_call_has_a_key_too(alpha: Branch, lent: list[Loan]) -> None:
    rows = [ReceiptRow(loan.pk, D(10), "cash") for loan in lent]
    call: dict[str, Any] = {"actor": alpha.staff["cashier"].actor, "all_or_nothing": True, "idempotency_key": "sheet"}
    first = record_repayments(rows=rows, **call)
    assert record_repayments(rows=rows, **call) == first
    assert LoanEvent.objects.filter(type="repayment").count() == 4
    with pytest.raises(KeyReused):
        record_repayments(rows=rows[:3], **call)


def test_whoever_may_not_take_money_books_no_row(alpha: Branch, lent: list[Loan]) -> None:
    with pytest.raises(NotAllowed):
        record_repayments(
            rows=[ReceiptRow(lent[0].pk, D(10), "cash")], actor=alpha.staff["auditor"].actor, all_or_nothing=False
        )


def test_no_rows_book_nothing(alpha: Branch) -> None:
    assert record_repayments(rows=[], actor=alpha.staff["cashier"].actor, all_or_nothing=True) == []


def test_as_many_statements_for_many_as_for_one(alpha: Branch, lent: list[Loan]) -> None:
    """Rows are locked, looked up and written together: their number is no matter."""
    actor = alpha.staff["cashier"].actor

    def statements(rows: list[ReceiptRow]) -> int:
        with CaptureQueriesContext(connection) as captured:
            results = record_repayments(rows=rows, actor=actor, all_or_nothing=False)
        assert not any(row.refused for row in results)
        return len(captured)

    statements([ReceiptRow(lent[0].pk, D(10), "mpesa", "A1")])  # a second receipt of a day looks at the first's rows
    few = statements([ReceiptRow(lent[0].pk, D(10), "mpesa", "A2")])
    many = [ReceiptRow(loan.pk, D(5), "mpesa", f"B{n}{loan.pk}") for n in range(5) for loan in lent]
    assert statements(many) == few


@pytest.mark.parametrize(("channel", "reference", "limit"), [("cash", "", 17), ("mpesa", "MP1", 17)])
def test_a_receipt_takes_few_statements(
    alpha: Branch, lent: list[Loan], channel: str, reference: str, limit: int
) -> None:
    """Each statement counts, those that go together too."""
    with CaptureQueriesContext(connection) as captured:
        record_repayment(
            loan_id=lent[0].pk, actor=alpha.staff["cashier"].actor, amount=D(10), channel=channel, reference=reference
        )
    said = [part for query in captured for part in query["sql"].split(";\n") if part.strip()]
    assert len(said) <= limit, "\n".join(said)


def test_the_collector_runs_again_once_the_last_of_several_has_ended() -> None:
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
