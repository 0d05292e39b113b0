"""A purpose is chosen from the MFI's list, or said in words."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from apps.loans.book.models import Loan
from apps.loans.products.models import LoanPurpose, usual_purpose_id
from apps.mfis.core.errors import InvalidInput
from tests.factories import Branch

Maker = Callable[..., Loan]


def test_an_mfi_begins_with_usual_purposes(alpha: Branch) -> None:
    assert LoanPurpose.objects.offered().count() == 13
    assert LoanPurpose.objects.get(pk=usual_purpose_id(3)).sector == "agriculture"


def test_a_listed_purpose_is_kept_beside_the_words(alpha: Branch, apply: Maker) -> None:
    loan = apply(listed_purpose_id=usual_purpose_id(9), purpose="")
    assert (loan.purpose, loan.purpose_told) == ("School or college fees", "School or college fees")
    assert loan.listed_purpose
    assert loan.listed_purpose.sector == "education"


def test_words_say_more(alpha: Branch, apply: Maker) -> None:
    loan = apply(listed_purpose_id=usual_purpose_id(9), purpose="Form D")
    assert loan.purpose_told == "School or college fees: Form D"


def test_words_alone_stay_valid(alpha: Branch, apply: Maker) -> None:
    loan = apply(purpose="A wedding")
    assert (loan.listed_purpose, loan.purpose_told) == (None, "A wedding")


def test_what_is_not_offered_is_refused(alpha: Branch, apply: Maker) -> None:
    LoanPurpose.objects.filter(pk=usual_purpose_id(9)).update(is_active=False)
    for unknown in (usual_purpose_id(9), UUID(int=5)):
        with pytest.raises(InvalidInput) as refused:
            apply(listed_purpose_id=unknown)
        assert refused.value.field == "listed_purpose_id"


def test_loans_are_filtered_by_the_sector_of_their_purpose(alpha: Branch, apply: Maker) -> None:
    loan = apply(listed_purpose_id=usual_purpose_id(9))
    client = alpha.client("manager")
    assert loan.number in client.get("/admin/loans/loan/?sector=education").content.decode()
    assert loan.number not in client.get("/admin/loans/loan/?sector=trade").content.decode()
    assert loan.number not in client.get("/admin/loans/loan/?sector=none").content.decode()


def test_the_list_is_a_managers(alpha: Branch) -> None:
    form = {"name": "Beekeeping", "name_st": "Ho rua linotši", "sector": "agriculture", "is_active": "on"}
    assert alpha.client("officer").post("/admin/loans/loanpurpose/add/", form).status_code == 403
    assert alpha.client("manager").post("/admin/loans/loanpurpose/add/", form).status_code == 302
    told = alpha.client(alpha.borrower).get("/api/v1/purposes").json()
    assert "Beekeeping" in [purpose["name"] for purpose in told]
