"""People and numbers are found as they are typed, not only as they are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.loans.book.models import Loan
from apps.loans.servicing.services.repayment import Receipt, record_repayment
from apps.mfis.core.database import fetch_one
from apps.mfis.core.folding import fold, search_words
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.django_db

WRITTEN = (
    "Tšepo",
    "'Mamosa",
    "’Mamosa",
    "ʼMamosa Ntšekhe-Moleko",
    "LA000123-4",
    "+266 5812 3456",
    "José  Ångström",
    "`x´y",
)


@pytest.mark.parametrize("text", WRITTEN)
def test_the_database_folds_as_python_does(alpha: Branch, text: str) -> None:
    assert fetch_one("SELECT public.letsema_fold(%s)", [text]) == (fold(text),)


@pytest.fixture
def people(alpha: Branch) -> dict[str, Account]:
    """Two people without a loan."""
    made = {}
    for number, name in enumerate(("Tšepo Ralikariki", "'Mamosa Ntšekhe")):
        person = Person(name, phone=f"5899100{number}", national_id=f"77000000{number}", date_of_birth=date(1990, 1, 1))
        made[name.split()[0]] = register_borrower(person=person, actor=alpha.staff["officer"].actor, today=TODAY)
    return made


def listed(alpha: Branch, query: str, at: str = "/admin/users/borrowerprofile/") -> str:
    answer = alpha.client("officer").get(at, {"q": query})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("typed", ["Tsepo", "tšepo", "TSEPO rali", "Tšepo"])
def test_a_name_is_found_without_its_accents(alpha: Branch, people: dict[str, Account], typed: str) -> None:
    for at in ("/admin/users/borrowerprofile/", "/admin/search/"):
        page = listed(alpha, typed, at)
        assert str(people["Tšepo"].pk) in page
        assert str(people["'Mamosa"].pk) not in page


@pytest.mark.parametrize("typed", ["'Mamosa", "’Mamosa", "ʼMamosa", "`mamosa", "‘Mamosa", "Mamosa", "ntsekhe"])
def test_a_name_is_found_with_any_apostrophe_or_none(alpha: Branch, people: dict[str, Account], typed: str) -> None:
    for at in ("/admin/users/borrowerprofile/", "/admin/search/"):
        assert str(people["'Mamosa"].pk) in listed(alpha, typed, at)


@pytest.mark.parametrize(
    "typed", ["58991000", "5899 1000", "+26658991000", "+266 5899 1000", "0026658991000", "26658991000"]
)
def test_a_phone_is_found_however_it_is_written(alpha: Branch, people: dict[str, Account], typed: str) -> None:
    own = reverse("admin:users_borrowerprofile_change", args=[people["Tšepo"].pk])
    assert str(people["Tšepo"].pk) in listed(alpha, typed)
    assert alpha.client("officer").get("/admin/search/", {"q": typed}).headers.get("Location") == own


def test_a_word_of_two_letters_begins_one(alpha: Branch, people: dict[str, Account]) -> None:
    assert str(people["Tšepo"].pk) in listed(alpha, "ra")
    assert str(people["Tšepo"].pk) in listed(alpha, "Ts ra")
    assert str(people["Tšepo"].pk) not in listed(alpha, "ik")
    assert str(people["Tšepo"].pk) in listed(alpha, "iki")


def test_a_national_id_opens_its_person(alpha: Branch, people: dict[str, Account]) -> None:
    own = reverse("admin:users_borrowerprofile_change", args=[people["Tšepo"].pk])
    assert alpha.client("officer").get("/admin/search/", {"q": "770000000"}).headers["Location"] == own


def paid(alpha: Branch, loan: Loan) -> Receipt:
    return record_repayment(
        loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(10), channel="mpesa", reference="QK7-A1Z"
    )


def test_an_exact_number_opens_its_page(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active(value_date=TODAY)
    receipt, client = paid(alpha, loan), alpha.client("cashier")
    own = reverse("admin:loans_loan_change", args=[loan.pk])
    for typed in (loan.number, loan.number.replace("-", ""), loan.number.lower(), receipt.number, "qk7a1z", "QK7-A1Z"):
        assert client.get("/admin/search/", {"q": typed}).headers.get("Location") == own, typed


def test_loans_are_listed_by_receipt_reference_or_part_of_a_number(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active(value_date=TODAY)
    receipt = paid(alpha, loan)
    for typed in (loan.number.replace("-", ""), receipt.number, receipt.number.replace("-", ""), "QK7A1", "khoabane"):
        assert str(loan.pk) in listed(alpha, typed, "/admin/loans/loan/"), typed
    assert str(loan.pk) not in listed(alpha, "nosuch", "/admin/loans/loan/")


def test_a_filter_keeps_the_words_and_the_words_keep_the_filter(alpha: Branch, active: Callable[..., Loan]) -> None:
    active(value_date=TODAY)
    answer = alpha.client("officer").get("/admin/loans/loan/", {"q": "Khoabane", "status": "active"})
    page = answer.content.decode()
    assert '<input type="hidden" name="status" value="active">' in page
    filters = [choice for spec in answer.context["cl"].filter_specs for choice in spec.choices(answer.context["cl"])]
    assert filters
    assert all("q=Khoabane" in choice["query_string"] for choice in filters)


def test_a_query_of_signs_alone_finds_all_and_breaks_nothing(alpha: Branch, people: dict[str, Account]) -> None:
    for typed in ("'", "%", "_", "\\", "  ", "(" * 200, "-"):
        assert alpha.client("officer").get("/admin/search/", {"q": typed}).status_code == 200


def test_words_of_a_query() -> None:
    assert search_words("00266 5899-1000") == ["26658991000"]
    assert search_words("Tšepo  Rali") == ["tsepo", "rali"]
