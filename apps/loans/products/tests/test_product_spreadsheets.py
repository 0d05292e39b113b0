"""Products and public holidays from spreadsheets."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.products.models import Product, PublicHoliday
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotAllowed, WrongState
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account
from apps.users.spreadsheets.inline import take_back
from apps.users.spreadsheets.kinds import KINDS
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.tests.rehearsals import errors_of, imported, rehearsed, rows_in, run_rows
from tests.factories import Branch

HEAD = (
    "Product name,Min principal,Default principal,Max principal,Minimum repayments,Number of repayments,Max repayments,"
    "Repayment frequency type,Interest rate,Interest rate frequency,Interest method,Amortization,Penalty rate\n"
)
FARM = "Farm loan,500,5000,20000,3,12,24,Monthly,2.5,Per month,Flat,Equal installments,1.5%\n"


def products(branch: Branch, *rows: str, who: str = "manager", **settings: object) -> ImportRun:
    return rehearsed("products", (HEAD + "".join(rows)).encode(), actor=branch.staff[who].actor, **settings)


def test_a_product_is_made_in_the_words_of_another_system(alpha: Branch) -> None:
    run = products(alpha, FARM)
    assert (run.good, run.faulty) == (1, 0), errors_of(run)
    assert (rows_in(run, "waiting")[0].kept or {})["frequency"] == "Months"
    done = run_rows(run, actor=alpha.staff["manager"].actor)
    farm = Product.objects.get(name="Farm loan")
    assert [row.record for row in rows_in(done, "done")] == [str(farm.pk)]
    assert (farm.frequency, farm.rate, farm.rate_per, farm.interest_method) == (
        "months",
        Decimal("2.5"),
        "month",
        "flat",
    )
    assert (farm.repay_every, farm.days_in_year, farm.penalty_percent) == (1, "actual", Decimal("1.5"))


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("2.5,Per month", "12,Per month", "rate", "is 144 % a year. Is it meant so?"),
        ("2.5,Per month", "0.25,Per month", "rate", "may be 0.25% or 25"),
        ("Flat", "Compound", "interest_method", "write one of Declining balance, Flat"),
        ("500,5000", "6000,5000", "", "must be in that order"),
        ("Farm loan", "", "name", "it says which product is meant"),
        (",2.5,", ",,", "rate", "each product says its own"),
        ("1.5%", "150%", "penalty_percent", "less than or equal to 100"),
    ],
)
def test_a_fault_is_named_with_its_remedy(alpha: Branch, old: str, new: str, field: str, said: str) -> None:
    (errors,) = errors_of(products(alpha, FARM.replace(old, new))).values()
    assert said in " ".join(errors[field])


def test_unusual_rates_may_be_meant(alpha: Branch) -> None:
    run = products(alpha, FARM.replace("2.5,Per month", "12,Per month"), options={"confirmed": "yes"})
    assert run.good == 1


def test_the_licence_holds_for_rows_too(alpha: Branch) -> None:
    MFI.objects.filter(pk=alpha.mfi.pk).update(licence_type="money_lender")
    (errors,) = errors_of(products(alpha, FARM)).values()
    assert "breaks the Money Lenders Order" in errors["rate"][0]


def test_a_change_makes_a_new_version_and_is_taken_back_by_another(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    content = b"Product name,Interest rate\nBusiness loan,22%\n"
    assert rehearsed("products", content, actor=manager, targets={1: "name", 2: "rate"}, mode="update", key="name").good
    done = run_rows(ImportRun.objects.latest("uploaded_at"), actor=manager)
    assert done.updated == 1
    changed = Product.objects.get(name="Business loan")
    assert (changed.rate, changed.version) == (Decimal(22), 2)
    take_back(done, actor=manager)
    before = Product.objects.get(name="Business loan")
    assert (before.rate, before.version) == (Decimal(24), 3)


def test_a_product_that_was_lent_by_stays(alpha: Branch, apply: Callable[..., Loan]) -> None:
    manager = alpha.staff["manager"].actor
    done = imported("products", (HEAD + FARM + FARM.replace("Farm", "School")).encode(), actor=manager)
    loan = apply(product_id=Product.objects.get(name="Farm loan").pk)
    taken = take_back(done, actor=manager)
    assert (taken.taken_back, taken.stayed) == (1, 1)
    assert loan.number in rows_in(taken, "stayed")[0].note
    assert not Product.objects.get(name="School loan").is_active
    again = products(alpha, FARM.replace("Farm", "School"))  # it is taken up again
    assert (again.good, (rows_in(again, "waiting")[0].kept or {})["name"]) == (1, "School loan (in use again)")


def test_only_a_manager_brings_products_in(alpha: Branch) -> None:
    with pytest.raises(NotAllowed):
        products(alpha, FARM, who="officer")


def test_the_same_file_is_run_once_and_its_rows_are_passed_over(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    imported("products", (HEAD + FARM).encode(), actor=manager)
    again = products(alpha, FARM)
    assert [row.note for row in rows_in(again, "passed")] == ["already here"]
    other = rehearsed("products", (HEAD + FARM).encode(), actor=manager, mode="upsert", key="name")
    assert [row.note for row in rows_in(other, "passed")] == ["nothing would change"]


HOLIDAYS = "Date,Holiday name\n2027-03-11,Moshoeshoe's Day\n4 October 2027,Independence Day\n"


def test_holidays_come_in_once_and_go_again(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    done = imported("holidays", HOLIDAYS.encode(), actor=manager)
    assert list(PublicHoliday.objects.values_list("day", flat=True)) == [date(2027, 3, 11), date(2027, 10, 4)]
    run = rehearsed("holidays", (HOLIDAYS + "11 March 2027,Again\n03/04/2027,When\n").encode(), actor=manager)
    assert (run.passed, errors_of(run)[4]["day"]) == (
        2,
        ["11 March 2027 stands in row 2 already; leave one of them out."],
    )
    assert "may be" in errors_of(run)[5]["day"][0]
    take_back(done, actor=manager)
    assert not PublicHoliday.objects.filter(is_active=True).exists()


def test_a_holiday_that_was_renamed_since_keeps_its_name(alpha: Branch) -> None:
    manager = alpha.staff["manager"].actor
    imported("holidays", HOLIDAYS.encode(), actor=manager)
    renamed = HOLIDAYS.replace("Independence Day", "Boipuso").encode()
    done = imported("holidays", renamed, actor=manager, mode="upsert", key="day")
    PublicHoliday.objects.filter(name="Boipuso").update(name="Letsatsi la Boipuso")
    assert take_back(done, actor=manager).stayed == 1


def test_letsema_imports_for_many_and_each_gets_its_own(alpha: Branch, beta: Branch, letsema_admin: Account) -> None:
    connection.set_schema_to_public()
    content = b"MFI,Date,Holiday name\nalpha,2027-03-11,Moshoeshoe\nbeta,2027-10-04,Independence\n"
    done = imported("holidays", content, actor=letsema_admin.actor)
    for branch, day in ((alpha, date(2027, 3, 11)), (beta, date(2027, 10, 4))):
        with tenant_context(branch.mfi):
            assert [holiday.day for holiday in PublicHoliday.objects.all()] == [day]
    connection.set_schema_to_public()
    with pytest.raises(WrongState, match="No row of the file can be imported"):
        imported("holidays", content, actor=letsema_admin.actor)
    assert take_back(done, actor=letsema_admin.actor).taken_back == 2


@pytest.mark.parametrize("name", ["products", "holidays"])
def test_the_command_imports_for_one_mfi(alpha: Branch, name: str, tmp_path: Path) -> None:
    content = {"products": HEAD + FARM, "holidays": HOLIDAYS}[name]
    path = tmp_path / f"{name}.csv"
    path.write_text(content)
    out = io.StringIO()
    call_command(f"import_{name}", str(path), mfi="alpha", stdout=out)
    assert f"{KINDS[name].noun} imported." in out.getvalue()
