"""Who may have borrowers and loans, who had them on a day, and whether officers keep to their branch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from apps.loans.book.models import LoanAssignment
from apps.loans.products.models import the_policy
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account


def officers() -> QuerySet[Account]:
    """Colleagues into whose hands borrowers and loans may be given."""
    colleagues = Account.objects.filter(role=Role.MFI_ADMIN, is_active=True)
    return colleagues.filter(pk__in=[account.pk for account in colleagues if account.may(Action.REVIEW)])


def officers_keep_to_branch() -> bool:
    """Whether the MFI has settled that officers see their own branch only."""
    return the_policy().officers_keep_to_branch


def held_on(loan_ids: Iterable[UUID], day: date) -> dict[UUID, LoanAssignment]:
    """In whose hands each of these loans was at the end of `day`; those of which nothing was told by then are left
    out."""
    told = LoanAssignment.objects.filter(loan_id__in=list(loan_ids), value_date__lte=day)
    last = told.order_by("loan_id", "-value_date", "-recorded_at", "-id").distinct("loan_id")
    return {one.loan_id: one for one in last.select_related("branch", "officer")}
