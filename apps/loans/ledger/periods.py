"""Closing periods and fiscal years. What is closed stays closed: later facts become adjustments on open days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from apps.loans.domain.calendar import add_months
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.post import closed_through, post_entry
from apps.loans.ledger.provision import provisions_of
from apps.loans.ledger.reports import year_start
from apps.loans.models import JournalEntry, JournalLine, PeriodClosing
from apps.loans.selectors.as_of import loans_on
from apps.loans.selectors.indicators import gather, indicators
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, NotAllowed, WrongState
from apps.mfis.replication.home import require_home
from apps.users.models import Account
from apps.users.roles import Action
from apps.users.services.accounts import actor_of


def close_period(*, through: date, by: Account) -> PeriodClosing:
    """Closes the books through a day. On the last day of a fiscal year the result goes to retained earnings first.

    Raises:
        NotAllowed: no accountant. InvalidInput: a day that is not over. WrongState: closed already.
    """
    if not by.may(Action.CLOSE_BOOKS):
        raise NotAllowed(f"Your duties do not include this: {Action.CLOSE_BOOKS.label}.")
    if through >= business_date():
        raise InvalidInput("Only days that are over can be closed.", field="through")
    with acting(actor_of(by)):
        require_home()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(public.letsema_books_lock(current_schema()))")
        closed = closed_through()
        if closed and through <= closed:
            raise WrongState(f"The books are already closed through {closed:%-d %b %Y}.")
        year_ends = _year_ends(closed, through)
        for end in year_ends:
            _carry_result(end, by)
        since = closed + timedelta(days=1) if closed else through.replace(day=1)
        return PeriodClosing.objects.create(
            through=through,
            is_year_end=through in year_ends,
            actor_id=by.pk,
            actor_name=by.full_name,
            figures=_frozen(since, through),
        )


def _frozen(since: date, through: date) -> dict[str, Any]:
    """The portfolio as it is closed, kept with the closing: what is entered later does not change it."""
    figures = gather(since, through)
    ageing = ((then.days_late, then.principal) for then in loans_on(through) if then.is_active)
    return {
        "since": since.isoformat(),
        "glp": str(figures.glp),
        "par30": str(figures.late[30]),
        "allowance": str(figures.allowance),
        "loans": figures.loans,
        "borrowers": len(figures.borrowers),
        "indicators": [
            {
                "name": i.name,
                "value": None if i.value is None else str(round(i.value, 6)),
                "is_amount": i.is_amount,
                "part": [i.part[0], str(i.part[1])],
                "whole": [i.whole[0], str(i.whole[1])],
            }
            for i in indicators(figures)
        ],
        "ageing": [
            {"label": b.label, "loans": b.loans, "principal": str(b.principal), "provision": str(b.provision)}
            for b in provisions_of(through, ageing)
        ],
    }


def _year_ends(closed: date | None, through: date) -> list[date]:
    """The last days of fiscal years that the closing covers, oldest first."""
    first = JournalEntry.objects.order_by("posted_on").values_list("posted_on", flat=True).first()
    if first is None:
        return []
    day = max(first, closed + timedelta(days=1)) if closed else first
    found: list[date] = []
    while (end := add_months(year_start(day), 12) - timedelta(days=1)) <= through:
        found.append(end)
        day = end + timedelta(days=1)
    return found


def _carry_result(end: date, by: Account) -> None:
    """Empties income and expense accounts into retained earnings on the last day of the year."""
    rows = JournalLine.objects.filter(account__type__in=["income", "expense"], posted_on__lte=end)
    amounts = {
        account: -total for account, total in rows.values_list("account_id").annotate(t=Sum("amount")).order_by()
    }
    retained = accounts_by_role()["retained"]
    amounts[retained] = amounts.get(retained, Decimal(0)) - sum(amounts.values(), Decimal(0))
    post_entry(
        source=JournalEntry.Source.CLOSING,
        on=end,
        amounts=amounts,
        by=actor_of(by),
        narrative=f"Result of the year to {end:%-d %b %Y}",
    )
