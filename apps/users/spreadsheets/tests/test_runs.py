"""Runs: exactly once, paused and gone on with, taken back and run again; groups, totals, what is done once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import AlreadyExists, InvalidInput, NotAllowed, Unsure, WrongState
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account
from apps.users.spreadsheets.inline import run_rows, take_back
from apps.users.spreadsheets.kinds import KINDS, Column, Context, Interpreter, Kind, Made, Option, Row, register
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.services.retention import KEPT, WAITS, forget_old_runs
from apps.users.spreadsheets.services.uploads import discard_run
from apps.users.spreadsheets.services.work import pause_run, resume_run, start_run, work_on
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in
from apps.users.spreadsheets.values import Holds
from tests.factories import Branch

LOG: list[Any] = []


class Notes(Interpreter):
    """Writes down what it is asked for."""

    def interpret(self, rows: list[Row]) -> None:
        for row in rows:
            row.kept = {"loan": row.cells["loan"]}

    def write(self, rows: list[Row]) -> None:
        LOG.append(("write", [row.number for row in rows]))
        for row in rows:
            if row.values["amount"] == 13:
                raise InvalidInput("Thirteen is not taken.")
            row.record = row.cells["loan"]

    def undo(self, made: list[Made]) -> dict[str, str]:
        LOG.append(("undo", sorted(each.record for each in made)))
        return {each.record: "It stays." for each in made if each.record == "B"}

    def book(self, records: list[str]) -> None:
        LOG.append(("book", sorted(records), self.context.options))

    def unbook(self, records: list[str]) -> None:
        LOG.append(("unbook", sorted(records)))


class Payments(Kind):
    name, title, noun, action = "payments", "Import payments", "payments", Action.RECORD_REPAYMENT
    columns: ClassVar = (Column("loan", "Loan", required=True), Column("amount", "Amount", holds=Holds.AMOUNT))
    totals = ("amount",)
    group_by = "loan"
    chunk = 2
    options = (Option("cutover", "Cut-over day", holds=Holds.DATE),)

    def interpreter(self, context: Context) -> Interpreter:
        return Notes(context)


@pytest.fixture(autouse=True)
def payments(alpha: Branch) -> Iterator[None]:
    LOG.clear()
    register(Payments())
    yield
    del KINDS["payments"]


ROWS = b"Loan,Amount\nA,1\nB,2\nA,3\nC,4\nB,5\n"
PEOPLE = b"Name,Phone,Village\nKhotso Pheko,59900001,Peka\nThabo Tau,59900002,Teya\n"


def test_rows_of_one_record_are_written_together_and_booked_once() -> None:
    run = run_rows(rehearsed("payments", ROWS, options={"cutover": "2026-11-30"}), actor=SYSTEM)
    assert [entry[:2] for entry in LOG] == [
        ("write", [2, 4]),
        ("write", [3, 6]),
        ("write", [5]),
        ("book", ["A", "B", "C"]),
    ]
    assert LOG[-1][2]["cutover"].isoformat() == "2026-11-30"
    assert (run.state, run.inserted, run.totals) == ("done", 5, {"amount": "15.00"})


def test_of_a_record_with_a_faulty_row_none_is_written() -> None:
    run = rehearsed("payments", ROWS.replace(b"A,3", b"A,three"))
    assert list(errors_of(run)) == [2, 4]
    assert errors_of(run)[2] == {"": ["Row 4 of the same record is faulty; mend it, and this one goes with it."]}


def test_a_total_of_ones_own_that_differs_has_to_be_said_yes_to() -> None:
    run = rehearsed("payments", ROWS, expected={"amount": "M 15.50"})
    with pytest.raises(Unsure, match=r"Amount: the file adds up to 15.00, and you expected 15.50"):
        run_rows(run, actor=SYSTEM)
    start_run(run_id=run.pk, actor=SYSTEM, accepts_differences=True)
    assert work_on(run.pk).state == "done"
    assert Decimal(rehearsed("payments", ROWS, expected={"amount": "15"}).expected["amount"]) == 15


def test_a_chunk_that_is_refused_pauses_the_run_and_leaves_what_came_before() -> None:
    run = rehearsed("payments", ROWS.replace(b"C,4", b"C,13"))
    with pytest.raises(InvalidInput, match="Thirteen"):
        run_rows(run, actor=SYSTEM)
    run.refresh_from_db()
    assert (run.state, run.inserted, run.error) == ("paused", 4, "Thirteen is not taken.")
    assert [row.number for row in rows_in(run, "waiting")] == [5]
    resume_run(run_id=run.pk, actor=SYSTEM)
    assert (work_on(run.pk).state, ImportRun.objects.get(pk=run.pk).inserted) == ("paused", 4)


def test_a_pause_holds_after_the_rows_that_are_being_written() -> None:
    run = rehearsed("payments", ROWS)
    start_run(run_id=run.pk, actor=SYSTEM)
    work_on(run.pk, lambda now: pause_run(run_id=run.pk, actor=SYSTEM) if now.handled == 2 else None)
    run.refresh_from_db()
    assert (run.state, run.inserted) == ("paused", 2)
    resume_run(run_id=run.pk, actor=SYSTEM)
    assert (work_on(run.pk).state, ImportRun.objects.get(pk=run.pk).inserted) == ("done", 5)


def test_what_rests_on_something_stays_and_the_rest_is_taken_back() -> None:
    run = take_back(imported("payments", ROWS), actor=SYSTEM)
    assert (run.state, run.taken_back, run.stayed) == ("undone", 3, 2)
    assert {row.note for row in rows_in(run, "stayed")} == {"It stays."}
    assert LOG[-1] == ("unbook", ["A", "C"])
    again = take_back(run, actor=SYSTEM)
    assert (again.taken_back, again.stayed) == (3, 2)


def test_the_same_file_is_run_once_unless_it_was_taken_back(alpha: Branch) -> None:
    first, second = rehearsed("people", PEOPLE), rehearsed("people", PEOPLE)
    run_rows(first, actor=alpha.staff["officer"].actor)
    with pytest.raises(AlreadyExists, match=r"was run by Letsema on .*, just so"):
        run_rows(second, actor=SYSTEM)
    assert Account.objects.filter(full_name="Khotso Pheko").count() == 1
    take_back(first, actor=SYSTEM)
    assert run_rows(rehearsed("people", PEOPLE), actor=SYSTEM).inserted == 2
    assert Account.objects.filter(full_name="Khotso Pheko", withdrawn_at=None).count() == 1


def test_people_are_brought_up_to_date_and_back_again(alpha: Branch) -> None:
    officer = alpha.staff["officer"].actor
    imported("people", PEOPLE, actor=officer)
    news = PEOPLE.replace(b"Peka", b"Mapoteng") + b"Palesa Shale,59900003,Roma\n"
    run = imported("people", news, actor=officer, mode="upsert", key="phone")
    assert (run.inserted, run.updated, run.passed) == (1, 1, 1)
    khotso = Account.objects.select_related("profile").get(full_name="Khotso Pheko")
    assert khotso.profile.village == "Mapoteng"
    assert list(errors_of(rehearsed("people", b"Name,Phone\nX Y,59900008\n", mode="update", key="phone"))) == [2]
    take_back(run, actor=officer)
    khotso.profile.refresh_from_db()
    assert khotso.profile.village == "Peka"
    assert Account.objects.get(full_name="Palesa Shale").withdrawn_at


def test_people_are_invited_as_they_are_brought_in(alpha: Branch) -> None:
    imported("people", PEOPLE, options={"invite": "yes"}, actor=alpha.staff["officer"].actor)
    assert Account.objects.get(full_name="Khotso Pheko").invitations.count() == 1


def test_whoever_lost_the_duty_meanwhile_writes_nothing(alpha: Branch) -> None:
    officer = alpha.staff["officer"]
    run = rehearsed("people", PEOPLE, actor=officer.actor)
    start_run(run_id=run.pk, actor=officer.actor)
    Account.objects.filter(pk=officer.pk).update(duties=["auditor"])
    done = work_on(run.pk)
    assert (done.state, done.inserted) == ("paused", 2)
    assert "Your duties do not include this" in done.error
    assert not Account.objects.filter(full_name="Khotso Pheko").exists()


def test_what_may_not_be_done_now_is_refused(alpha: Branch) -> None:
    run = rehearsed("people", PEOPLE)
    for step in (pause_run, resume_run):
        with pytest.raises(WrongState):
            step(run_id=run.pk, actor=SYSTEM)
    with pytest.raises(NotAllowed):
        start_run(run_id=run.pk, actor=alpha.staff["auditor"].actor)
    discard_run(run_id=run.pk, actor=SYSTEM)
    assert not ImportRow.objects.filter(run=run).exists()
    with pytest.raises(WrongState):
        start_run(run_id=run.pk, actor=SYSTEM)


def test_what_stood_in_rows_is_forgotten_after_a_while() -> None:
    left, done = rehearsed("people", PEOPLE), imported("people", PEOPLE.replace(b"5990", b"5991"))
    now = timezone.now()
    assert forget_old_runs(now) == 0
    assert forget_old_runs(now + WAITS + timedelta(days=1)) == 1
    assert ImportRun.objects.get(pk=left.pk).state == "discarded"
    assert forget_old_runs(now + KEPT + timedelta(days=1)) == 1
    (row, _) = rows_in(done, "done")
    assert (row.cells, row.kept, bool(row.record)) == (None, None, True)
    with pytest.raises(WrongState, match="kept no longer"):
        take_back(done, actor=SYSTEM)
