"""The credit bureau's file: every rule broken by one record, the layout by hand, rehearsal, totals, the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from apps.loans.book.models import Loan
from apps.loans.bureau.adapter import Header
from apps.loans.bureau.fixed import FIELDS, WIDTH, FixedWidth
from apps.loans.bureau.models import BureauFile, BureauReply
from apps.loans.bureau.records import Record, faults, totals
from apps.loans.bureau.services import keep_answer, last_month_end, make_file, rehearse
from apps.loans.servicing.services import repayment
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import pay_off
from apps.loans.servicing.services.write_off import propose_write_off
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.users.accounts.models import BorrowerProfile
from conftest import TODAY, Branch

Maker = Callable[..., Loan]

RIGHT = Record(
    loan_number="LA000001-8",
    name="Mpho Tšepo",
    national_id="",
    date_of_birth=date(1990, 5, 27),
    phone="+26658120001",
    currency="LSL",
    opened_on=date(2026, 1, 5),
    principal=Decimal(1000),
    installment=Decimal("94.56"),
    installments=12,
    status="A",
    balance=Decimal("851.04"),
    overdue=Decimal("189.12"),
    months_in_arrears=2,
    last_paid_on=date(2026, 3, 5),
    closed_on=None,
)

MONTH = date(2026, 5, 31)

CLEAN = {"overdue": Decimal(0), "months_in_arrears": 0}


def test_a_right_record_has_no_fault() -> None:
    assert faults(RIGHT, MONTH) == []
    closed = replace(RIGHT, status="C", balance=Decimal(0), closed_on=MONTH, **CLEAN)  # type: ignore[arg-type]
    assert faults(closed, MONTH) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " "}, "no name"),
        ({"date_of_birth": None}, "neither national ID nor date of birth"),
        ({"opened_on": date(2026, 6, 1)}, "paid out after"),
        ({"balance": Decimal(0), **CLEAN}, "is active and has no balance"),
        ({"status": "W", "balance": Decimal(0), "closed_on": MONTH, **CLEAN}, "given up and has no balance"),
        ({"status": "C", "closed_on": MONTH, **CLEAN}, "paid in full and has a balance"),
        ({"status": "C", "balance": Decimal(0), **CLEAN}, "no closing date"),
        ({"status": "W", "closed_on": date(2025, 1, 1)}, "closed before it was paid out"),
        ({"status": "W", "closed_on": date(2026, 6, 1)}, "closed after the month"),
        ({"overdue": Decimal(0)}, "months in arrears and no overdue"),
        ({"months_in_arrears": 0}, "overdue amount and no months"),
        ({"overdue": Decimal(852)}, "more is overdue than is owed"),
        ({"principal": Decimal("1e10")}, "does not fit"),
        ({"installment": Decimal(-1)}, "negative"),
    ],
)
def test_each_rule_names_what_breaks_it(changed: dict[str, Any], words: str) -> None:
    (fault,) = faults(replace(RIGHT, **changed), MONTH)
    assert words in fault


def test_the_layout_field_by_field() -> None:
    """Written out by hand from the table in docs/credit.md."""
    other = replace(RIGHT, loan_number="LA000002-6", balance=Decimal("0.96"), **CLEAN)  # type: ignore[arg-type]
    content = FixedWidth().write(Header("maluti", MONTH, date(2026, 6, 2), 1), [RIGHT, other])
    head, first, second, trailer, rest = content.decode("ascii").split("\r\n")
    assert rest == ""
    assert {len(line) for line in (head, first, second, trailer)} == {WIDTH} == {202}
    assert head.rstrip() == "HLTS01" + "MALUTI".ljust(40) + "2026053120260602" + "01"
    assert first == (
        "D"
        + "LA000001-8".ljust(16)
        + " " * 20
        + "19900527"
        + "MPHO TSEPO".ljust(60)
        + "+26658120001".ljust(16)
        + "LSL"
        + "20260105"
        + "000000100000"
        + "000000009456"
        + "012"
        + "A"
        + "000000085104"
        + "000000018912"
        + "02"
        + "20260305"
        + " " * 8
    )
    assert second[-42:-30] == "000000000096"
    assert trailer.rstrip() == "T000000002" + "000000000085200" + "000000000018912"
    assert totals([RIGHT, other]).balance == Decimal("852.00")
    assert {name for name, _, _ in FIELDS} == set(Record.__dataclass_fields__)


@pytest.mark.parametrize("answer", ["", "X|1|2", "A|ref", "A||2", "A|ref|two", "A|ref|1\nB|x|y", "A|ref|1\nR|x"])
def test_an_answer_that_cannot_be_read_names_its_line(answer: str) -> None:
    with pytest.raises(ValueError, match="Line"):
        FixedWidth().read_answer(answer.encode())
    with pytest.raises(ValueError, match="not text"):
        FixedWidth().read_answer(b"\xff\xfe\x00")


@pytest.fixture
def three(alpha: Branch, active: Maker) -> tuple[Loan, Loan, Loan]:
    """One that runs and is late, one paid in full, one written off, all within the first month."""
    runs, paid, lost = active(), active(), active()
    late = TODAY + timedelta(days=1)
    repayment.record_repayment(
        loan_id=runs.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(40), channel="cash", value_date=late
    )
    pay_off(loan_id=paid.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=late)
    propose_write_off(loan_id=lost.pk, actor=alpha.staff["officer"].actor, reason="Gone", value_date=late)
    decide_proposal(loan_id=lost.pk, actor=alpha.staff["manager"].actor, agree=True, value_date=late)
    return runs, paid, lost


def month_after(day: date, months: int = 0) -> date:
    first = day.replace(day=1)
    for _ in range(months + 1):
        first = (first + timedelta(days=32)).replace(day=1)
    return first - timedelta(days=1)


def test_a_month_as_it_ended(alpha: Branch, three: tuple[Loan, Loan, Loan]) -> None:
    runs, paid, lost = three
    accountant = alpha.staff["accountant"]
    first = rehearse(month_end=month_after(TODAY + timedelta(days=1)), actor=accountant.actor)
    by_number = {r.loan_number: r for r in first.records}
    assert {n: by_number[x.number].status for n, x in enumerate(three)} == {0: "A", 1: "C", 2: "W"}
    assert by_number[paid.number].balance == 0
    assert by_number[lost.number].balance > 0
    assert by_number[runs.number].last_paid_on == TODAY + timedelta(days=1)
    assert first.totals.records == 3
    # Three months on: the two that ended are told no more, and the other is late by the engine's own days.
    later = month_after(TODAY, 3)
    (record,) = rehearse(month_end=later, actor=accountant.actor).records
    days = (later - runs.installments.order_by("n")[0].due_date).days
    assert record.months_in_arrears == -(-days // 30)
    assert 0 < record.overdue < record.balance


def test_who_may_not_and_what_is_no_month(alpha: Branch, three: Any) -> None:
    month = month_after(TODAY + timedelta(days=1))
    for wrong in ("cashier", "officer", "auditor"):
        with pytest.raises(NotAllowed):
            make_file(month_end=month, actor=alpha.staff[wrong].actor)
        assert alpha.client(wrong).get("/admin/loans/bureaufile/").status_code == 403
    for day in (month - timedelta(days=1), month_after(date(2100, 1, 1))):
        with pytest.raises(InvalidInput):
            make_file(month_end=day, actor=alpha.staff["accountant"].actor)
    with pytest.raises(WrongState, match="nothing to tell"):
        make_file(month_end=date(2001, 1, 31), actor=alpha.staff["accountant"].actor)


def test_from_the_rehearsal_to_the_answer(alpha: Branch, three: tuple[Loan, Loan, Loan]) -> None:
    month, client = month_after(TODAY + timedelta(days=1)), alpha.client("accountant")
    page = client.get(f"/admin/loans/bureaufile/rehearsal/?month_end={month}").content.decode()
    assert "Make the file" in page
    assert not BureauFile.objects.exists()
    assert client.get("/admin/loans/bureaufile/rehearsal/?month_end=2026-02-30").status_code == 422
    assert client.get("/admin/loans/bureaufile/rehearsal/").status_code == 200
    assert client.post("/admin/loans/bureaufile/rehearsal/", {"month_end": month}).status_code == 302
    (file,) = BureauFile.objects.all()
    assert (file.records, file.left_out, file.sequence) == (3, 0, 1)
    assert client.post("/admin/loans/bureaufile/rehearsal/", {"month_end": month}).status_code == 422  # the same again
    content = client.get(f"/admin/loans/bureaufile/{file.pk}/download/").content
    assert content == bytes(file.content)
    trailer = content.decode().splitlines()[-1]
    assert trailer[1:10] == "000000003"
    assert int(trailer[10:25]) == file.balance * 100
    # Somebody is corrected: the next file of the month differs, and has its own number.
    BorrowerProfile.objects.filter(pk=alpha.borrower.pk).update(national_id="", date_of_birth=None)
    with pytest.raises(WrongState):
        make_file(month_end=month, actor=alpha.staff["accountant"].actor)
    assert len(rehearse(month_end=month, actor=alpha.staff["accountant"].actor).left_out) == 3
    assert "enter one" in client.get(f"/admin/loans/bureaufile/rehearsal/?month_end={month}").content.decode()
    BorrowerProfile.objects.filter(pk=alpha.borrower.pk).update(national_id="199005270001")
    assert make_file(month_end=month, actor=alpha.staff["accountant"].actor).sequence == 2

    url, number = f"/admin/loans/bureaufile/{file.pk}/answer/", three[0].number

    def answer(text: str) -> Any:
        return client.post(url, {"answer": SimpleUploadedFile("a.txt", text.encode())})

    assert answer("nonsense").status_code == 422
    assert answer("A|B-77|3\nR|LX999999-1|who?").status_code == 422
    assert answer("A|B-77|1").status_code == 422
    assert answer(f"A|B-77|2\nR|{number}|name differs").status_code == 302
    assert answer(f"A|B-77|2\nR|{number}|name differs").status_code == 422
    assert BureauReply.objects.get().refused == {number: "name differs"}
    assert "1 refused" in client.get("/admin/loans/bureaufile/").content.decode()
    assert "name differs" in client.get(f"/admin/loans/bureaufile/{file.pk}/change/").content.decode()
    with pytest.raises(NotAllowed):
        keep_answer(file_id=file.pk, content=b"A|x|3", actor=alpha.staff["cashier"].actor)


def test_a_file_is_never_changed(alpha: Branch, three: Any) -> None:
    file = make_file(month_end=month_after(TODAY + timedelta(days=1)), actor=alpha.staff["manager"].actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        BureauFile.objects.filter(pk=file.pk).update(records=0)


def test_the_month_before() -> None:
    assert last_month_end(date(2026, 3, 1)) == date(2026, 2, 28)
