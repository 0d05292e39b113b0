"""The chart of accounts, opening balances and journals by hand from spreadsheets."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command
from django_tenants.utils import tenant_context

from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.manual import decide_journal
from apps.loans.ledger.models import GLAccount, JournalEntry, JournalLine, ManualJournal
from apps.mfis.core.actor import Actor
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.users.accounts.models import Account
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in, run_rows
from tests.factories import Branch

D = Decimal

CHART = "GL Code,Account Name,Account Type,Account Usage\n"
TRANSPORT = "5120,Transport,Cost of Sales,Detail\n"
HEADING = "5000,Costs,Expense,Header\n"


@pytest.fixture
def accountant(alpha: Branch) -> Actor:
    ensure_chart()
    return alpha.staff["accountant"].actor


@pytest.fixture
def manager(alpha: Branch) -> Actor:
    return alpha.staff["manager"].actor


def chart(actor: Actor, *rows: str, **settings: object) -> ImportRun:
    return rehearsed("accounts", (CHART + "".join(rows)).encode(), actor=actor, **settings)


def test_accounts_come_in_and_headings_are_left_out(accountant: Actor) -> None:
    run = chart(accountant, TRANSPORT, HEADING, "1010,Petty cash,Bank,\n")
    assert (run.good, run.passed, run.faulty) == (1, 2, 0)
    notes = [row.note for row in rows_in(run, "passed")]
    assert notes[0].startswith("a heading")
    assert notes[1] == "already here; the file has another Name Petty cash (here: Cash on hand), which is left out"
    run_rows(run, actor=accountant)
    assert GLAccount.objects.get(code="5120").type == "expense"


def test_accounts_are_renamed_by_their_code_and_named_back(accountant: Actor) -> None:
    rows = (CHART + "1010,Petty cash,Asset,\n").encode()
    done = imported("accounts", rows, actor=accountant, mode="upsert", key="code")
    cash = GLAccount.objects.get(code="1010")
    assert (done.updated, cash.name, cash.role) == (1, "Petty cash", "cash")
    assert take_back(done, actor=accountant).taken_back == 1
    assert GLAccount.objects.get(code="1010").name == "Cash on hand"


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ("5120,Transport,Ledger,\n", "type", "write one of Asset, Liability, Equity, Income, Expense"),
        ("5120,,Expense,\n", "name", "cannot be blank"),
        ("5120,Transport,,\n", "type", "cannot be blank"),
        (",Transport,Expense,\n", "code", "it says which account is meant"),
        ("1234567890123,Transport,Expense,\n", "code", "at most 12 characters"),
        ("1.00E+03,Transport,Expense,\n", "code", "write its digits themselves"),
    ],
)
def test_a_fault_of_the_chart_is_named(accountant: Actor, row: str, field: str, said: str) -> None:
    (errors,) = errors_of(chart(accountant, row)).values()
    assert list(errors) == [field]
    assert said in errors[field][0]


def test_an_account_that_was_posted_to_stays(accountant: Actor, manager: Actor) -> None:
    done = imported("accounts", (CHART + TRANSPORT + TRANSPORT.replace("5120", "5121")).encode(), actor=accountant)
    run = imported("journals", JOURNALS.replace("5110", "5120").encode(), actor=accountant)
    for journal in ManualJournal.objects.filter(pk__in={row.record for row in rows_in(run, "done")}):
        decide_journal(journal_id=journal.pk, actor=manager, post=True)
    taken = take_back(done, actor=accountant)
    assert (taken.taken_back, taken.stayed) == (1, 1)
    assert rows_in(taken, "stayed")[0].note == "5120 Transport has been posted to; it stays."
    assert not GLAccount.objects.get(code="5121").is_active


BALANCES = (
    "Account Code,Account Name,Debit,Credit\n"
    '1020,Bank,"60,000.00",\n'
    "1500,Furniture and equipment,15000,\n"
    "2200,Borrowings,,40000\n"
    "3010,Capital,,35000\n"
    "4090,Other income,,0\n"
)
DAY = {"day": "2026-02-28"}


def balances(actor: Actor, content: str = BALANCES, **settings: object) -> ImportRun:
    return rehearsed("opening_balances", content.encode(), actor=actor, options=DAY, **settings)


def test_opening_balances_are_one_entry_that_a_second_person_posts(accountant: Actor, manager: Actor) -> None:
    run = balances(accountant, expected={"debit": "75000.00", "credit": "75000.00"})
    assert (run.good, run.passed, run.totals) == (4, 1, {"debit": "75000.00", "credit": "75000.00"})
    run_rows(run, actor=accountant)
    (journal,) = ManualJournal.objects.all()
    assert (journal.narrative, journal.maker_name) == ("Opening balances of 28 February 2026", accountant.name)
    with pytest.raises(NotAllowed, match="second person"):
        decide_journal(journal_id=journal.pk, actor=accountant, post=True)
    decide_journal(journal_id=journal.pk, actor=manager, post=True)
    assert JournalEntry.objects.get().posted_on.isoformat() == "2026-02-28"
    assert JournalLine.objects.filter(account__code="1020").total() == D(60000)


def test_a_trial_balance_that_does_not_balance_is_not_run(accountant: Actor) -> None:
    run = balances(accountant, BALANCES.replace("35000", "34999.50"))
    with pytest.raises(WrongState, match=r"Debits and credits differ by 0\.50"):
        run_rows(run, actor=accountant)
    run = balances(accountant, BALANCES.replace("3010,Capital", "3011,Capital"))
    with pytest.raises(InvalidInput, match=r"differ by 35,000\.00"):
        run_rows(run, actor=accountant, leaves_out_faulty=True)
    assert not ManualJournal.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("1020,Bank", "9999,Bank", "account_code", "bring the chart of accounts in first"),
        ("1020,Bank", "1020,Safe", "account_name", "1020 is “Bank” here, the file says “Safe”"),
        ("1020,Bank", "1500,Furniture and equipment", "account_code", "stands in row 2 already"),
        ("1020,Bank", ",Safe", "account_name", "No account is called “Safe”"),
        (",,40000", ",40000,40000", "credit", "not both"),
        (",,40000", ",-40000,", "debit", "write 40,000.00 as a credit"),
    ],
)
def test_a_fault_of_a_balance_is_named(accountant: Actor, old: str, new: str, field: str, said: str) -> None:
    (errors,) = errors_of(balances(accountant, BALANCES.replace(old, new))).values()
    assert list(errors) == [field]
    assert said in errors[field][0]


def test_what_loans_keep_stands_against_the_opening_balances(accountant: Actor) -> None:
    GLAccount.objects.get_or_create(role="opening", defaults={"code": "3090", "name": "Opening", "type": "equity"})
    imported(
        "opening_balances",
        BALANCES.replace("1500,Furniture and equipment", "1200,Loans to clients").encode(),
        actor=accountant,
        options=DAY,
    )
    codes = {str(account.pk): account.code for account in GLAccount.objects.all()}
    (journal,) = ManualJournal.objects.all()
    assert {codes[line["account"]]: line["amount"] for line in journal.lines}["3090"] == "15000.00"


def test_balances_are_opened_once_and_taken_back_while_they_wait(accountant: Actor, manager: Actor) -> None:
    done = run_rows(balances(accountant), actor=accountant)
    (errors, *_) = errors_of(balances(accountant, BALANCES + "\n")).values()
    assert "are here already" in errors[""][0]
    taken = take_back(done, actor=accountant)
    assert (taken.taken_back, ManualJournal.objects.get().status) == (4, "declined")
    again = run_rows(balances(accountant), actor=accountant)
    journal = ManualJournal.objects.get(status="proposed")
    decide_journal(journal_id=journal.pk, actor=manager, post=True)
    taken = take_back(again, actor=accountant)
    assert (taken.taken_back, taken.stayed) == (0, 4)
    assert "The entry was posted by" in rows_in(taken, "stayed")[0].note


def test_balances_in_a_closed_or_future_time_are_refused(accountant: Actor) -> None:
    run = rehearsed("opening_balances", BALANCES.encode(), actor=accountant, options={"day": "2199-12-31"})
    assert "The day is in the future" in errors_of(run)[2][""][0]
    with pytest.raises(InvalidInput, match="Day of the balances is needed"):
        rehearsed("opening_balances", BALANCES.encode(), actor=accountant)


JOURNALS = (
    "Transaction Date,Entry ID,Memo,GL Code,Debit,Credit\n"
    "2026-02-27,JV-1,Rent,5110,900,\n"
    "2026-02-28,JV-2,Interest,5200,50.25,\n"
    "2026-02-27,JV-1,Rent,1020,,900\n"
    "2026-02-28,JV-2,Interest,1020,,50.25\n"
)


def test_rows_of_one_reference_are_one_entry(accountant: Actor) -> None:
    done = imported("journals", JOURNALS.encode(), actor=accountant)
    assert (done.inserted, done.totals) == (4, {"debit": "950.25", "credit": "950.25"})
    first, second = ManualJournal.objects.order_by("narrative")
    assert (first.narrative, len(first.lines), first.status) == ("JV-1: Rent", 2, "proposed")
    assert {UUID(row.record) for row in rows_in(done, "done")} == {first.pk, second.pk}


@pytest.mark.parametrize(
    ("old", "new", "row", "field", "said"),
    [
        ("1020,,900", "1020,,899", 2, "", "Entry JV-1: Debits and credits differ by 1.00"),
        ("2026-02-27,JV-1,Rent,1020", "2026-02-26,JV-1,Rent,1020", 4, "posted_on", "has another day"),
        ("5110", "1200", 2, "account_code", "kept by the loans themselves"),
        ("900,\n", ",\n", 2, "debit", "Give a debit or a credit"),
        ("27,JV-1,Rent,1020", "27,,Rent,1020", 4, "reference", "the rows of one entry have the same"),
    ],
)
def test_a_faulty_row_keeps_its_entry_back(
    accountant: Actor, old: str, new: str, row: int, field: str, said: str
) -> None:
    run = rehearsed("journals", JOURNALS.replace(old, new).encode(), actor=accountant)
    assert run.good == 2
    errors = errors_of(run)
    assert said in errors[row][field][0]
    assert set(errors) == {2, 4}


def test_a_reference_is_entered_once(accountant: Actor) -> None:
    imported("journals", JOURNALS.encode(), actor=accountant)
    again = rehearsed("journals", (JOURNALS + "\n").encode(), actor=accountant)
    assert (again.passed, rows_in(again, "passed")[0].note) == (4, f"here already: waiting, by {accountant.name}")
    other = rehearsed("journals", JOURNALS.replace("900", "901").encode(), actor=accountant)
    assert "with other lines" in errors_of(other)[2]["reference"][0]


def test_what_was_posted_stays_and_what_waits_is_withdrawn(accountant: Actor, manager: Actor) -> None:
    done = imported("journals", JOURNALS.encode(), actor=accountant)
    decide_journal(journal_id=ManualJournal.objects.get(narrative="JV-1: Rent").pk, actor=manager, post=True)
    taken = take_back(done, actor=accountant)
    assert (taken.taken_back, taken.stayed) == (2, 2)
    assert ManualJournal.objects.get(narrative="JV-2: Interest").status == "declined"
    again = rehearsed("journals", JOURNALS.encode(), actor=accountant)
    assert (again.good, again.passed) == (2, 2)


@pytest.mark.parametrize("kind", ["accounts", "opening_balances", "journals"])
def test_the_books_are_the_accountants(alpha: Branch, kind: str) -> None:
    with pytest.raises(NotAllowed):
        rehearsed(kind, b"Account code\n1\n", actor=alpha.staff["cashier"].actor, options=DAY)


def test_letsema_brings_the_balances_of_one_mfi_in(alpha: Branch, beta: Branch, letsema_admin: Account) -> None:
    connection.set_schema_to_public()
    content = BALANCES.encode()
    imported("opening_balances", content, actor=letsema_admin.actor, mfi_id=beta.mfi.pk, options=DAY)
    with tenant_context(alpha.mfi):
        assert not ManualJournal.objects.exists()
    with tenant_context(beta.mfi):
        (journal,) = ManualJournal.objects.all()
        assert journal.maker_name == "Naleli Moshoeshoe of Letsema"
        decide_journal(journal_id=journal.pk, actor=beta.staff["accountant"].actor, post=True)


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("accounts", CHART + TRANSPORT, []),
        ("opening_balances", BALANCES, ["day=2026-02-28"]),
        ("journals", JOURNALS, []),
    ],
)
def test_the_command_proposes_for_one_mfi(
    accountant: Actor, name: str, content: str, options: list[str], tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.csv"
    path.write_text(content)
    out = io.StringIO()
    call_command(f"import_{name}", str(path), mfi="alpha", option=options, stdout=out)
    assert "imported." in out.getvalue()
