"""What a borrower's page says of who they are, in sections, and in whose hands they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from apps.loans.domain.money import format_money
from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account, BorrowerAssignment, BorrowerProfile


class Section(NamedTuple):
    """A heading, and what stands under it; what is not known is left out."""

    title: str
    facts: list[tuple[str, str]]


def particulars(profile: BorrowerProfile) -> list[Section]:
    """The borrower's particulars; a section of which nothing is known is left out."""
    sections = [Section(title, [(label, text) for label, text in facts if text]) for title, facts in _all(profile)]
    return [section for section in sections if section.facts]


def _all(profile: BorrowerProfile) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    income = profile.net_monthly_income
    dependants = "" if profile.dependants is None else str(profile.dependants)
    place = ", ".join(filter(None, (profile.village, profile.get_district_display())))
    yield (
        "Household",
        [
            ("Gender", profile.get_gender_display()),
            ("Marital status", profile.get_marital_status_display()),
            ("Dependants", dependants),
            ("Education", profile.get_education_display()),
            ("Lives in", place),
            ("Landmark", profile.landmark),
        ],
    )
    yield (
        "Work and income",
        [
            ("Occupation", profile.occupation),
            ("Business sector", profile.get_sector_display()),
            ("Employer", profile.employer_name),
            ("Employee number", profile.employee_number),
            ("Client number", profile.client_number or ""),
            ("Net income", "" if income is None else format_money(income)),
        ],
    )
    yield (
        "Next of kin",
        [("Name", profile.kin_name), ("Relation", profile.kin_relation), ("Phone", format_phone(profile.kin_phone))],
    )
    wallet = " ".join(filter(None, (profile.get_wallet_display(), format_phone(profile.wallet_number))))
    bank = ", ".join(filter(None, (profile.bank_name, profile.bank_branch_code, profile.bank_account)))
    yield "Where money goes to them", [("Wallet", wallet), ("Bank account", bank)]


def assignments_of(account: Account) -> list[BorrowerAssignment]:
    """In whose hands the borrower was, the latest first."""
    told = account.assignments.select_related("branch", "officer")
    return list(told.order_by("-value_date", "-recorded_at", "-id")[:20])
