"""The end of a business day: what time alone changes is brought up, posted, and kept.

Steps, in order: *refold* loans whose dues move with time; *accrue* income by product; *provision* for late loans and
keep the portfolio's figures; *reminders*: whom to remind of what falls due. Each step is a transaction of its own,
marked when done: run again, the day does only what is left, and a finished day does nothing. Missed days are caught
up in order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.loans.ledger.accrual import post_accruals
from apps.loans.ledger.post import ZERO, post_loan_adjustment
from apps.loans.ledger.provision import post_provision, provisions
from apps.loans.models import DayEnd, Installment, Loan, LoanState
from apps.loans.models.projection import Status
from apps.loans.projection import project
from apps.mfis.acting import SYSTEM, name_actor
from apps.mfis.clock import business_date
from apps.mfis.replication.home import require_home

REMIND_DAYS_BEFORE = 3
LONGEST_CATCH_UP = 400  # days; before that nothing was lent that a day end would change
Progress = Callable[[str], None]


def run_due_days(*, through: date | None = None, progress: Progress | None = None) -> list[DayEnd]:
    """Ends every business day up to `through` (by default yesterday) that has not ended yet, oldest first."""
    require_home()
    last = through or business_date() - timedelta(days=1)
    done = DayEnd.objects.filter(finished_at__isnull=False).order_by("-day").values_list("day", flat=True).first()
    first = done + timedelta(days=1) if done else _first_day(last)
    open_days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [end_day(day, is_last=day == last, progress=progress) for day in open_days]


def _first_day(last: date) -> date:
    """The day from which days are ended: the first pay-out, or today where nothing was lent."""
    first = (
        LoanState.objects.exclude(disbursed_on=None)
        .order_by("disbursed_on")
        .values_list("disbursed_on", flat=True)
        .first()
    )
    return max(first, last - timedelta(days=LONGEST_CATCH_UP)) if first else last


def end_day(day: date, *, is_last: bool = True, progress: Progress | None = None) -> DayEnd:
    """Brings `day` to its end; each step once. Two sessions that end one day wait for each other.

    Of days that are caught up only the last is provisioned for and kept as a snapshot: how late loans were on the
    days before is no longer in their state, and what the last day posts covers them.
    """
    DayEnd.objects.get_or_create(day=day)
    for name, step in STEPS.items():
        with transaction.atomic():
            require_home()  # again: it may have moved meanwhile
            run = DayEnd.objects.select_for_update().get(pk=day)
            if name in run.steps:
                continue
            name_actor(SYSTEM)
            run.steps[name] = step(day) if is_last or name not in OF_THE_LAST_DAY else "caught up"
            run.save(update_fields=["steps"])
            if progress:
                progress(f"{day}: {name}: {run.steps[name]}")
    with transaction.atomic():
        run = DayEnd.objects.select_for_update().get(pk=day)
        if run.finished_at is None:
            run.finished_at = timezone.now()
            run.save(update_fields=["finished_at"])
    return run


def _refold(day: date) -> int:
    """Folds again the running loans whose penalties or interest grow with the days. Returns how many."""
    moving = Loan.objects.filter(state__status=Status.ACTIVE, state__folded_on__lt=day)
    keys = list(moving.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        LoanState.objects.select_for_update().get(pk=key)
        loan = Loan.objects.get(pk=key)
        now = project(loan, on=day)
        post_loan_adjustment(loan, now.folded, now.events, day)
    return len(keys)


def _accrue(day: date) -> int:
    return post_accruals(day)


def _provision(day: date) -> dict[str, str | int]:
    """Ages the portfolio in one pass, posts the allowance, and keeps the day's figures."""
    buckets = provisions(day)
    post_provision(day, buckets)
    return {
        "outstanding_principal": str(sum((b.principal for b in buckets), ZERO)),
        "par1": str(sum((b.principal for b in buckets if b.least >= 1), ZERO)),
        "par30": str(sum((b.principal for b in buckets if b.least > 30), ZERO)),
        "loans": sum(b.loans for b in buckets),
        "allowance": str(sum((b.provision for b in buckets), ZERO)),
    }


def _reminders(day: date) -> int:
    """How many installments fall due soon: the reminders of the day."""
    return reminders_due(day).count()


def reminders_due(day: date) -> QuerySet[Installment]:
    """Unpaid installments that fall due REMIND_DAYS_BEFORE days after `day`, or were due the day before it."""
    wanted = [day + timedelta(days=REMIND_DAYS_BEFORE), day - timedelta(days=1)]
    return Installment.objects.filter(due_date__in=wanted, outstanding__gt=0).select_related("loan", "loan__borrower")


STEPS: dict[str, Callable[[date], Any]] = {
    "refold": _refold,
    "accrue": _accrue,
    "provision": _provision,
    "reminders": _reminders,
}


OF_THE_LAST_DAY = ("provision", "reminders")


def behind(on: date) -> int:
    """How many days have not been ended, as the dashboard says it."""
    last = DayEnd.objects.filter(finished_at__isnull=False).order_by("-day").values_list("day", flat=True).first()
    if last is None:
        return 0
    return max((on - timedelta(days=1) - last).days, 0)
