"""Groups: their members, who answers for whom, and collecting at a meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Sum

from apps.loans.models import Group, Installment, Loan, LoanState, Membership, Product
from apps.loans.models.policy import the_policy
from apps.loans.models.projection import Status
from apps.loans.services.money import record_repayment
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, ServiceError, WrongState
from apps.users.models import Account
from apps.users.roles import Action, Role
from apps.users.services.accounts import actor_of

ZERO = Decimal(0)
OWING = (Status.ACTIVE, Status.CHARGED_OFF)


def save_group(group: Group, *, by: Account) -> Group:
    """Saves a new or changed group.

    Raises:
        NotAllowed: duty. InvalidInput: with the sentences by field; or loans run on its meetings.
    """
    _check_may(by)
    try:
        group.full_clean()
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None
    before = Group.objects.filter(pk=group.pk).first()
    rhythm = ("meets_from", "meets_every", "frequency")
    if before and any(getattr(before, f) != getattr(group, f) for f in rhythm) and _running(group).exists():
        raise InvalidInput(
            "Loans fall due at its meetings; when it meets changes when they are repaid, or restructure them.",
            field="meets_from",
        )
    with acting(actor_of(by)):
        group.save()
    return group


def add_member(
    *, group_id: UUID, by: Account, borrower_id: UUID, office: str = Membership.Office.MEMBER, on: date | None = None
) -> Membership:
    """Takes a borrower into a group.

    Raises:
        NotAllowed: duty. NotFound: no such group or borrower. WrongState: in a group already.
    """
    _check_may(by)
    with acting(actor_of(by)):
        group = _lock(group_id)
        borrower = Account.objects.select_for_update().filter(pk=borrower_id, role=Role.BORROWER).first()
        if borrower is None:
            raise NotFound("There is no such borrower.")
        if office not in Membership.Office.values:
            raise InvalidInput("Choose what they are in the group.", field="office")
        now = Membership.objects.filter(borrower=borrower, left_on=None).select_related("group").first()
        if now:
            raise WrongState(f"{borrower.full_name} is in {now.group}; who leaves it can join another.")
        return Membership.objects.create(group=group, borrower=borrower, office=office, joined_on=on or business_date())


def leave_group(*, membership_id: UUID, by: Account, on: date | None = None) -> Membership:
    """Lets a member go: nobody leaves while a loan of the group is owed, for each answers for all.

    Raises:
        NotAllowed: duty. NotFound: no such member. WrongState: left before, or something is owed.
    """
    _check_may(by)
    with acting(actor_of(by)):
        member = Membership.objects.select_related("group", "borrower").filter(pk=membership_id).first()
        if member is None:
            raise NotFound("There is no such member.")
        _lock(member.group_id)
        member.refresh_from_db()
        if member.left_on:
            raise WrongState(f"{member.borrower.full_name} has left this group.")
        owing = _running(member.group).select_related("loan__borrower").first()
        if owing:
            raise WrongState(
                f"Loan {owing.loan.number} of {owing.loan.borrower.full_name} is not repaid; "
                "the members answer for it together until it is."
            )
        member.left_on = max(on or business_date(), member.joined_on)
        member.save(update_fields=["left_on"])
        return member


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
    if not Membership.objects.filter(group=group, borrower=borrower, left_on=None).exists():
        raise InvalidInput(f"{borrower.full_name} is not a member of {group}.", field="group_id")
    if product.frequency != group.frequency or product.repay_every % group.meets_every:
        raise InvalidInput(
            f"{group} meets {group.rhythm}; {product.name} is repaid every {product.repay_every} {product.frequency}.",
            field="product_id",
        )
    days = the_policy().group_arrears_days
    late = (
        _running(group)
        .filter(Q(oldest_due_date__lt=business_date() - timedelta(days=days)))
        .select_related("loan__borrower")
        .order_by("oldest_due_date")
        .first()
    )
    if late:
        raise InvalidInput(
            f"Loan {late.loan.number} of {late.loan.borrower.full_name} is more than {days} days late; the members of "
            f"{group} answer for it together, and no one of them is lent more until it is made good.",
            field="group_id",
        )


@dataclass(frozen=True, slots=True)
class Due:
    """What one loan of a group owes at a meeting: what is overdue and what falls due by then."""

    loan: Loan
    member: str
    overdue: Decimal
    now_due: Decimal
    outstanding: Decimal

    @property
    def expected(self) -> Decimal:
        return self.overdue + self.now_due


def due_at(group: Group, meeting: date) -> list[Due]:
    """What each running loan of the group owes by a meeting: two queries, whatever the group's size."""
    states = list(_running(group).select_related("loan__borrower").order_by("loan__borrower__full_name", "loan"))
    rows = Installment.objects.filter(loan__in=[s.pk for s in states], outstanding__gt=0, due_date__lte=meeting)
    sums = {
        loan: (overdue or ZERO, due or ZERO)
        for loan, overdue, due in rows.order_by()
        .values_list("loan")
        .annotate(
            overdue=Sum("outstanding", filter=Q(due_date__lt=meeting)),
            due=Sum("outstanding", filter=Q(due_date=meeting)),
        )
    }
    return [Due(s.loan, s.loan.borrower.full_name, *sums.get(s.pk, (ZERO, ZERO)), s.total_outstanding) for s in states]


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one line of a collection sheet: the receipt, or why there is none."""

    loan: Loan
    amount: Decimal
    number: str = ""
    error: str = ""


def collect(
    *,
    group_id: UUID,
    by: Account,
    amounts: dict[UUID, Decimal],
    channel: str,
    reference: str = "",
    on: date | None = None,
    key: str = "",
) -> list[Collected]:
    """Books what the members brought to a meeting: each line a receipt of its own, so that one fault stops no other.

    Sent again with the same `key`, nothing is booked twice. Loans of other groups are refused.

    Raises:
        NotAllowed: duty. NotFound: no such group, or a loan that is not the group's.
    """
    if not by.may(Action.RECORD_REPAYMENT):
        raise NotAllowed(f"Your duties do not include this: {Action.RECORD_REPAYMENT.label}.")
    group = find_group(group_id)
    loans = Loan.objects.filter(group=group, pk__in=amounts).in_bulk()
    if len(loans) != len(amounts):
        raise NotFound("This loan is not one of the group's.")
    found = []
    for loan_id, amount in amounts.items():
        if not amount:
            continue
        try:
            answer = record_repayment(
                loan_id=loan_id,
                by=by,
                amount=amount,
                channel=channel,
                reference=reference,
                on=on,
                key=f"{key}-{loan_id}"[:80] if key else "",
            )
            found.append(Collected(loans[loan_id], amount, str(answer["number"])))
        except ServiceError as error:
            found.append(Collected(loans[loan_id], amount, error=error.message))
    return found


def _running(group: Group) -> QuerySet[LoanState]:
    return LoanState.objects.filter(loan__group=group, status__in=OWING)


def _lock(group_id: UUID) -> Group:
    group = Group.objects.select_for_update().filter(pk=group_id).first()
    if group is None:
        raise NotFound("There is no such group.")
    return group


def _check_may(by: Account) -> None:
    if not by.may(Action.MANAGE_GROUPS):
        raise NotAllowed(f"Your duties do not include this: {Action.MANAGE_GROUPS.label}.")
