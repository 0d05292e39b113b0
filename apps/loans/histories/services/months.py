"""Takes each month that is over to the credit histories: how every loan stood, and what every borrower's score was.

A month is taken once; loans of which something was booked into it later are taken again. Written twice it is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from apps.credit.models import HistoriesMonth, OutboxEntry
from apps.credit.outbox import person_key
from apps.credit.profile import CLOSED, LOST, MONTHS, months_before, sign_of
from apps.credit.retention import ENDED, Cutoffs, cutoffs
from apps.credit.snapshots import AccountSnapshot, ended_months, write_scores, write_snapshots
from apps.loans.book.models import Loan, LoanEvent, LoanState, Status
from apps.loans.book.queries.days import Standing
from apps.loans.book.selectors.positions import standings_on
from apps.loans.recording.credit_events import HISTORY_EVENTS, national_id
from apps.mfis.core.clock import business_date

BATCH = 500

OVERLAP = timedelta(minutes=1)  # what was being booked while a month was read is looked at again

Report = Callable[[date, int], None]


def _silent(month: date, loans: int) -> None:
    """Says nothing."""


def take_months(*, today: date | None = None, report: Report = _silent) -> list[HistoriesMonth]:
    """Takes what is missing of the last 24 months, the earliest first. Returns the months that were touched.

    Raises:
        StoreError: MongoDB does not answer; what was taken stands, the rest is taken the next time.
    """
    today = today or business_date()
    taken = HistoriesMonth.objects.in_bulk()
    paid_out = LoanState.objects.filter(disbursed_on__isnull=False).order_by("disbursed_on")
    first = paid_out.values_list("disbursed_on", flat=True).first()
    began = min([*taken, *([first] if first else [])], default=today)  # a month taken stays, its loans may be undone
    now, touched = timezone.now(), []
    changed = _changed(min((month.taken_at for month in taken.values()), default=now) - OVERLAP)
    for month_end in ended_months(max(began, months_before(today, MONTHS)), today):
        loans = {loan for loan, day in changed if day <= month_end} if month_end in taken else None
        if loans is None or loans:
            touched.append(_take(month_end, loans, now, report))
    HistoriesMonth.objects.update(taken_at=now)  # all of them are as the facts are known now
    return touched


def _changed(since: datetime) -> set[tuple[UUID, date]]:
    """The loans of which something was booked since, and into which day.

    What came from another node carries that node's time; when it was told here says when it came.
    """
    booked = LoanEvent.objects.filter(recorded_at__gt=since).order_by()
    told = OutboxEntry.objects.filter(queued_at__gt=since, payload__has_key="value_date").order_by()
    return set(booked.values_list("loan_id", "value_date")) | {
        (account, date.fromisoformat(day)) for account, day in told.values_list("account", "payload__value_date")
    }


def _take(month_end: date, loans: set[UUID] | None, now: datetime, report: Report) -> HistoriesMonth:
    """One month, of all loans or of some. Scores are written for everybody whose loans were looked at."""
    until, count = cutoffs(timezone.localdate(now)), 0
    borrowers: dict[UUID, str] = {}
    gone = set(loans or ())
    found = standings_on(month_end, loans=loans)
    while batch := list(islice(found, BATCH)):
        over = _past([loan.pk for loan, _ in batch], until)
        standings = []
        for loan, standing in batch:
            borrowers[loan.borrower_id] = _person(loan)
            stood = None if loan.pk in over else account_snapshot(loan, standing, month_end)
            if stood:
                standings.append(stood)
        gone -= {s.account for s in standings}
        write_snapshots(month_end, standings)
        count += len(batch)
        report(month_end, count)
    write_snapshots(month_end, [], gone)
    scores = 0
    keys = list(borrowers)
    for n in range(0, len(keys), BATCH):
        some = keys[n : n + BATCH]
        scores += write_scores(month_end, _accounts(some), {key: borrowers[key] for key in some})
    if loans is None:
        return HistoriesMonth.objects.create(month_end=month_end, taken_at=now, accounts=count, scores=scores)
    return HistoriesMonth.objects.get(pk=month_end)


def _past(keys: list[UUID], until: Cutoffs) -> set[UUID]:
    """The loans that ended so long ago that the histories keep them no longer."""
    ended = LoanState.objects.filter(pk__in=keys, status__in=ENDED).values_list("pk", "status")
    told = LoanEvent.objects.filter(loan__in=[pk for pk, _ in ended], type__in=HISTORY_EVENTS).order_by()
    last = dict(told.values_list("loan").annotate(Max("value_date")))
    return {pk for pk, status in ended if pk in last and until.ended(status, last[pk])}


def _accounts(borrowers: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    own: dict[UUID, list[UUID]] = defaultdict(list)
    for loan, borrower in Loan.objects.filter(borrower__in=list(borrowers)).values_list("pk", "borrower_id"):
        own[borrower].append(loan)
    return own


def _person(loan: Loan) -> str:
    return person_key(national_id(loan.borrower), otherwise=loan.borrower_id)


def account_snapshot(loan: Loan, standing: Standing, month_end: date) -> AccountSnapshot | None:
    """How a loan stood at the end of a month; None where it had ended before that month began."""
    closed = standing.status in (Status.CLOSED, Status.OVERPAID)
    if closed and standing.closed_on and standing.closed_on < month_end.replace(day=1):
        return None
    lost = standing.status in (Status.WRITTEN_OFF, Status.CHARGED_OFF)
    return AccountSnapshot(
        account=loan.pk,
        person=_person(loan),
        status=standing.status,
        balance=Decimal(0) if closed else standing.balance,
        overdue=Decimal(0) if closed else standing.overdue,
        days_past_due=0 if closed else standing.days_past_due,
        code=CLOSED if closed else LOST if lost else sign_of(standing.days_past_due),
    )
