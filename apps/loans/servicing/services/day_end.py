"""The end of a business day: what time alone changes is brought up, posted, and kept.

Steps, in order: *refold* loans whose dues move with time; *accrue* income by product; *provision* for loans past due
and keep the portfolio's figures. Each step is a transaction of its own, marked when done: run again, the day does only
what is left, and a finished day does nothing. Missed days are caught up in order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.loans.book.models import Loan, LoanState, Status
from apps.loans.book.projection import project
from apps.loans.ledger.accrual import post_accruals
from apps.loans.ledger.post import ZERO, post_loan_adjustment
from apps.loans.ledger.provision import post_provision, provisions
from apps.loans.servicing.models import DayEnd
from apps.mfis.core.actor import SYSTEM, Actor, name_actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.roles import Action
from apps.mfis.nodes.home import require_home

LONGEST_CATCH_UP = 400  # days; before that nothing was lent that a day end would change

Progress = Callable[[str], None]


@command(Action.CLOSE_BOOKS, own_transaction=True)
def run_due_days(*, actor: Actor, through: date | None = None, progress: Progress | None = None) -> list[DayEnd]:
    """Ends every business day up to `through` (by default yesterday) that has not ended yet, oldest first.

    Raises:
        NotAllowed: duty. NotHome: days are ended at the MFI's home.
    """
    require_home()
    last = through or business_date() - timedelta(days=1)
    ended = DayEnd.objects.last_finished()
    first = ended + timedelta(days=1) if ended else _first_day(last)
    open_days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [end_day(day=day, actor=actor, is_last=day == last, progress=progress) for day in open_days]


def _first_day(last: date) -> date:
    """The day from which days are ended: the first pay-out or taking on, or the last day where nothing was lent."""
    first = LoanState.objects.all().first_day()
    return max(first, last - timedelta(days=LONGEST_CATCH_UP)) if first else last


@command(Action.CLOSE_BOOKS, own_transaction=True)
def end_day(*, day: date, actor: Actor, is_last: bool = True, progress: Progress | None = None) -> DayEnd:
    """Brings `day` to its end; each step once. Two sessions that end one day wait for each other.

    Of days that are caught up only the last is provisioned for and kept as a snapshot: how far loans were past due on
    the days before is no longer in their state, and what the last day posts covers them. Whoever has it run, the
    entries are the system's.

    Raises:
        NotAllowed: duty. NotHome: the day is ended at the MFI's home.
    """
    DayEnd.objects.get_or_create(day=day)
    for name in STEPS:
        _take_step(day, name, is_last=is_last, progress=progress)
    with transaction.atomic():
        day_end = DayEnd.objects.select_for_update().get(pk=day)
        if day_end.finished_at is None:
            day_end.finished_at = timezone.now()
            day_end.save(update_fields=["finished_at"])
    return day_end


@transaction.atomic
def _take_step(day: date, name: str, *, is_last: bool, progress: Progress | None) -> None:
    """Does one step of the day, if it is not done yet."""
    require_home()  # again: it may have moved meanwhile
    day_end = DayEnd.objects.select_for_update().get(pk=day)
    if name in day_end.steps:
        return
    name_actor(SYSTEM)
    day_end.steps[name] = STEPS[name](day) if is_last or name not in OF_THE_LAST_DAY else "caught up"
    day_end.save(update_fields=["steps"])
    if progress:
        progress(f"{day}: {name}: {day_end.steps[name]}")


def _refold(day: date) -> int:
    """Folds again the running loans whose penalties or interest grow with the days. Returns how many."""
    moving = Loan.objects.filter(state__status=Status.ACTIVE, state__folded_on__lt=day)
    loan_ids = list(moving.order_by("pk").values_list("pk", flat=True))
    for loan_id in loan_ids:
        LoanState.objects.select_for_update().get(pk=loan_id)
        loan = Loan.objects.get(pk=loan_id)
        now = project(loan, on=day)
        post_loan_adjustment(loan, now.folded, now.events, day)
    return len(loan_ids)


def _provision(day: date) -> dict[str, str | int]:
    """Ages the portfolio in one pass, posts the allowance, and keeps the day's figures."""
    buckets = provisions(day)
    post_provision(day, buckets)
    return {
        "outstanding_principal": str(sum((b.principal for b in buckets), ZERO)),
        "par1": str(sum((b.principal for b in buckets if b.minimum >= 1), ZERO)),
        "par30": str(sum((b.principal for b in buckets if b.minimum > 30), ZERO)),
        "loans": sum(b.loans for b in buckets),
        "allowance": str(sum((b.provision for b in buckets), ZERO)),
    }


STEPS: dict[str, Callable[[date], Any]] = {"refold": _refold, "accrue": post_accruals, "provision": _provision}

OF_THE_LAST_DAY = ("provision",)


def days_not_ended(today: date) -> int:
    """How many days are over and have not been ended, as the dashboard says it."""
    last = DayEnd.objects.last_finished()
    return 0 if last is None else max((today - timedelta(days=1) - last).days, 0)
