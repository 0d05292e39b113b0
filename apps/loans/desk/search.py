"""The search at the top of every page: people and loans, by name or by any number that is written on a paper."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from apps.loans.book.models import Loan, LoanEvent
from apps.mfis.core.folding import fold, search_words
from apps.mfis.core.searching import exactly, search
from apps.users.accounts.models import BorrowerProfile

PEOPLE = ("account__full_name", "account__phone", "account__email", "national_id")
LOANS = ("number", "borrower__full_name", "borrower__phone", "borrower__email", "borrower__profile__national_id")
RECEIPTS = ("number", "reference")
MOST = 20  # of each kind on the page; the lists have them all


@dataclass(frozen=True, slots=True)
class Found:
    """What a query finds, at most twenty of each."""

    people: list[BorrowerProfile]
    loans: list[Loan]
    receipts: list[LoanEvent]

    @property
    def nothing(self) -> bool:
        return not (self.people or self.loans or self.receipts)


def find(query: str) -> Found:
    """People, loans and receipts of which every word of the query is part."""
    people = search(BorrowerProfile.objects.select_related("account"), PEOPLE, query)
    loans = search(Loan.objects.projected().select_related("borrower", "state", "product"), LOANS, query)
    receipts = search(_receipts(), RECEIPTS, query)
    return Found(list(people.order_by("account__full_name")[:MOST]), list(loans[:MOST]), list(receipts[:MOST]))


def exact_page(query: str) -> str:
    """The address of the one record whose number is exactly what was typed; empty where none or several have it."""
    word = "".join(search_words(query)) or fold(query)
    if not any(character.isdigit() for character in word):
        return ""
    pages = {*_loan_pages(word), *_person_pages(word)}
    return pages.pop() if len(pages) == 1 else ""


def _loan_pages(word: str) -> set[str]:
    numbered = exactly(Loan.objects.projected(), ("number",), word).values_list("pk", flat=True)[:2]
    received = exactly(_receipts(), RECEIPTS, word).values_list("loan_id", flat=True)[:2]
    return {reverse("admin:loans_loan_change", args=[loan]) for loan in {*numbered, *received}}


def _person_pages(word: str) -> set[str]:
    """By national ID or phone, which is stored with the country's code."""
    known = BorrowerProfile.objects.filter(account__merged_into=None, account__withdrawn_at=None)
    people = set(exactly(known, ("national_id", "account__phone"), word).values_list("pk", flat=True)[:2])
    if len(word) == 8:
        people |= set(exactly(known, ("account__phone",), f"266{word}").values_list("pk", flat=True)[:2])
    return {reverse("admin:users_borrowerprofile_change", args=[person]) for person in people}


def _receipts() -> QuerySet[LoanEvent]:
    return LoanEvent.objects.exclude(number="", reference="").select_related("loan__borrower").latest_first()
