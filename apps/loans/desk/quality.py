"""What is missing or odd in what is kept of borrowers and loans: each fault by an index, so that it costs the same
however many there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from apps.loans.portfolios.queries import ENDED
from apps.mfis.core.clock import business_date
from apps.mfis.core.roles import Role
from apps.users.accounts.models import Account
from apps.users.duplicates.models import DuplicatePair

MOST_PAIRS = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is missing or odd. `found` says of which rows; `remedy` what to do about it."""

    code: str
    label: str
    remedy: str
    found: Callable[[], Q]


def _gone() -> list[Any]:
    """Colleagues whose accounts are closed; they are few, whatever they had."""
    return list(Account.objects.filter(is_active=False).exclude(role=Role.BORROWER).values_list("pk", flat=True))


def _alike() -> set[Any]:
    """Borrowers of the surest pairs that were found last; see the room of duplicates."""
    pairs = DuplicatePair.objects.values_list("first", "second")[:MOST_PAIRS]
    return {key for pair in pairs for key in pair}


def _unverified() -> Q:
    """As the index on accounts has it."""
    phone, verified = "account__phone", "account__verified_phone"
    differs = Q((f"{verified}__lt", F(phone))) | Q((f"{verified}__gt", F(phone)))
    is_borrowers = Q(account__role="borrower", account__phone__isnull=False, account__merged_into__isnull=True)
    return is_borrowers & (Q((f"{verified}__isnull", True)) | differs)


OF_BORROWERS = (
    Fault("no_id", "No national ID", "Enter it from the card.", lambda: Q(national_id__isnull=True)),
    Fault(
        "expired_id",
        "National ID expired",
        "Ask for the new card; lending goes on.",
        lambda: Q(national_id_expires__lt=business_date()),
    ),
    Fault("no_birth", "No date of birth", "Enter it.", lambda: Q(date_of_birth__isnull=True)),
    Fault("no_gender", "No gender", "Enter it; reports ask for it.", lambda: Q(gender="")),
    Fault("no_district", "No district", "Enter where they live.", lambda: Q(district="")),
    Fault("no_branch", "No branch", "Hand them over to a branch.", lambda: Q(branch__isnull=True)),
    Fault("no_officer", "No officer", "Hand them over to an officer.", lambda: Q(officer__isnull=True)),
    Fault(
        "officer_gone",
        "Officer whose account is closed",
        "Hand them over to a colleague.",
        lambda: Q(officer__in=_gone()),
    ),
    Fault("no_phone", "No phone", "Ask for a number.", lambda: Q(account__phone__isnull=True)),
    Fault(
        "phone_unverified",
        "Phone not verified",
        "The borrower shows it to be theirs by a code, on the portal.",
        _unverified,
    ),
    Fault(
        "alike",
        "Like another: ID, phone, or name and birth",
        "Compare them under “Registered twice?”, and merge who is one person.",
        lambda: Q(pk__in=_alike()),
    ),
)

# Every loan is in some portfolio: said, it is looked up by its index.
RUNNING = ~Q(state__status__in=ENDED) & Q(portfolio__pk__isnull=False)

OF_LOANS = (
    Fault("no_branch", "No branch", "Hand them over to a branch.", lambda: RUNNING & Q(portfolio__branch__isnull=True)),
    Fault(
        "no_officer",
        "No officer",
        "Hand them over to an officer.",
        lambda: RUNNING & Q(portfolio__officer__isnull=True),
    ),
    Fault(
        "officer_gone",
        "Officer whose account is closed",
        "Hand them over to a colleague.",
        lambda: RUNNING & Q(portfolio__officer__in=_gone()),
    ),
    Fault(
        "no_purpose",
        "No purpose of the list",
        "New applications choose one; of older loans it stays in words.",
        lambda: RUNNING & Q(listed_purpose__isnull=True),
    ),
)
