"""The search at the top of every page: people and loans, by name or by any number that is written on a paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.urls import reverse

from apps.loans.book.models import Loan, LoanEvent
from apps.mfis.core.folding import fold, search_words
from apps.mfis.core.searching import exactly, search
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.reach import within_reach

PEOPLE = ("account__full_name", "account__phone", "account__email", "national_id")
LOANS = (
    "number",
    "external_number",
    "borrower__full_name",
    "borrower__phone",
    "borrower__email",
    "borrower__profile__national_id",
)
RECEIPTS = ("number", "reference")
M = TypeVar("M", bound=Model)

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


def find(query: str, viewer: Account) -> Found:
    """People, loans and receipts that `viewer` sees, of which every word of the query is part."""
    people = search(_people(viewer), PEOPLE, query).order_by("account__full_name")
    loans = search(_loans(viewer), LOANS, query)
    receipts = search(_receipts(viewer), RECEIPTS, query)
    return Found(
        list(_first(people).select_related("account")),
        list(_first(loans).select_related("borrower", "state", "product")),
        list(_first(receipts).select_related("loan__borrower")),
    )


def _first(found: QuerySet[M]) -> QuerySet[M]:
    """The first rows of them. They are sorted by their keys alone: of what two letters find, whole rows are many."""
    keys = list(found.values_list("pk", flat=True)[:MOST])
    rows = found.model._default_manager.filter(pk__in=keys)
    return rows.order_by(*(found.query.order_by or found.model._meta.ordering or ()))


def exact_page(query: str, viewer: Account) -> str:
    """The address of the one record whose number is exactly what was typed; empty where none or several have it."""
    word = "".join(search_words(query)) or fold(query)
    if not any(character.isdigit() for character in word):
        return ""
    pages = {*_loan_pages(word, viewer), *_person_pages(word, viewer)}
    return pages.pop() if len(pages) == 1 else ""


def _loan_pages(word: str, viewer: Account) -> set[str]:
    numbered = exactly(_loans(viewer), ("number", "external_number"), word).values_list("pk", flat=True)[:2]
    received = exactly(_receipts(viewer), RECEIPTS, word).values_list("loan_id", flat=True)[:2]
    return {reverse("admin:loans_loan_change", args=[loan]) for loan in {*numbered, *received}}


def _person_pages(word: str, viewer: Account) -> set[str]:
    """By national ID or phone, which is stored with the country's code."""
    known = _people(viewer).filter(account__merged_into=None, account__withdrawn_at=None)
    people = set(exactly(known, ("national_id", "account__phone"), word).values_list("pk", flat=True)[:2])
    if len(word) == 8:
        people |= set(exactly(known, ("account__phone",), f"266{word}").values_list("pk", flat=True)[:2])
    return {reverse("admin:users_borrowerprofile_change", args=[person]) for person in people}


def _people(viewer: Account) -> QuerySet[BorrowerProfile]:
    return within_reach(BorrowerProfile.objects.all(), viewer, "")


def _loans(viewer: Account) -> QuerySet[Loan]:
    return within_reach(Loan.objects.there(), viewer, "portfolio__")


def _receipts(viewer: Account) -> QuerySet[LoanEvent]:
    numbered = LoanEvent.objects.exclude(number="", reference="").latest_first()
    return within_reach(numbered, viewer, "loan__portfolio__")
