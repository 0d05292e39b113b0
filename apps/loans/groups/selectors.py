"""Which group a loan is asked for in, whether it may be, and which loans its members answer for."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from apps.loans.book.models import LoanState
from apps.loans.book.workflow import COLLECTED
from apps.loans.groups.models import Group, Membership
from apps.loans.products.models import Product, the_policy
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotFound
from apps.users.accounts.models import Account


def find_group(group_id: UUID | None) -> Group | None:
    """The group an application is made in, or None.

    Raises:
        NotFound: no such group.
    """
    if group_id is None:
        return None
    group = Group.objects.filter(pk=group_id).first()
    if group is None:
        raise NotFound("There is no such group.")
    return group


def check_group(group: Group | None, borrower: Account, product: Product) -> None:
    """Refuses a loan in a group that does not meet as it is repaid, or where a member is late.

    Raises:
        InvalidInput: naming what stands against it.
    """
    if group is None:
        return
    if not group.is_active:
        raise InvalidInput(f"{group} does not meet any more.", field="group_id")
    if not Membership.objects.current().filter(group=group, borrower=borrower).exists():
        raise InvalidInput(f"{borrower.full_name} is not a member of {group}.", field="group_id")
    if product.frequency != group.frequency or product.repay_every % group.meets_every:
        raise InvalidInput(
            f"{group} meets {group.rhythm}; {product.name} is repaid every {product.repay_every} {product.frequency}.",
            field="product_id",
        )
    _check_arrears(group)


def _check_arrears(group: Group) -> None:
    """Refuses where a loan of the group is past due for longer than the MFI allows."""
    days = the_policy().group_arrears_days
    past_due = running_loans(group).filter(oldest_due_date__lt=business_date() - timedelta(days=days))
    oldest = past_due.select_related("loan__borrower").order_by("oldest_due_date").first()
    if oldest:
        raise InvalidInput(
            f"Loan {oldest.loan.number} of {oldest.loan.borrower.full_name} is more than {days} days late; the members "
            f"of {group} answer for it together, and no one of them is lent more until it is made good.",
            field="group_id",
        )


def running_loans(group: Group) -> QuerySet[LoanState]:
    """Where the group's loans stand that are still collected."""
    return LoanState.objects.filter(loan__group=group, status__in=COLLECTED)
