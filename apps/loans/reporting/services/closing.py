"""Closing periods and fiscal years. What is closed stays closed: later facts become adjustments on open days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.book.selectors.positions import ages_on
from apps.loans.domain.calendar import add_months
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import ClosingProposal, JournalEntry, JournalLine, PeriodClosing
from apps.loans.ledger.post import closed_through, post_entry
from apps.loans.ledger.provision import provisions_of
from apps.loans.ledger.queries import take_books_lock
from apps.loans.ledger.reports import year_start
from apps.loans.ledger.workflow import CLOSING
from apps.loans.products.models import the_policy
from apps.loans.reporting.selectors.figures import gather
from apps.loans.reporting.selectors.indicators import Indicator, indicators
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState
from apps.mfis.core.roles import Action
from apps.mfis.nodes.home import require_home

ONE_DAY = timedelta(days=1)


@command(Action.CLOSE_BOOKS)
def close_period(*, through: date, actor: Actor) -> PeriodClosing | ClosingProposal:
    """Closes the books through a day, or proposes it where the MFI's policy wants a second person for it.

    Raises:
        NotAllowed: no accountant. InvalidInput: a day that is not over. WrongState: closed already, or a closing waits
        for a second person. NotHome: the books are closed at the MFI's home.
    """
    _check_open(through)
    if actor.id is None or the_policy().closing_alone:
        return _close(through, actor)
    waiting = ClosingProposal.objects.filter(status=ClosingProposal.Status.PROPOSED).first()
    if waiting:
        raise WrongState(f"“{waiting}” still waits for a second person; decide on it first.")
    return ClosingProposal.objects.create(through=through, maker_id=actor.id, maker_name=actor.name)


@command(CLOSING["close"].duty)
def decide_closing(*, proposal_id: UUID, actor: Actor, close: bool, reason: str = "") -> ClosingProposal:
    """Closes the books as somebody proposed, or declines it. Never by the person who proposed it.

    Raises:
        NotFound, WrongState: gone, decided, or closed meanwhile. NotAllowed: duty, or own proposal. InvalidInput: no
        reason to decline. NotHome: the books are closed at the MFI's home.
    """
    proposal = ClosingProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound("There is no such proposal.")
    step = CLOSING["close" if close else "decline"]
    standing = f"This proposal is already {proposal.get_status_display().lower()}"
    step.check(actor, state=proposal.status, standing=standing, hands={proposal.maker_id}, reason=reason)
    if close:
        _check_open(proposal.through)
        proposal.closing = _close(proposal.through, actor)
    [proposal.status] = step.targets
    proposal.decided_by, proposal.decided_reason = actor.name, reason.strip()[:500]
    proposal.save()
    return proposal


def _check_open(through: date) -> None:
    """Refuses a day that cannot be closed; keeps everything else from being posted until the transaction ends."""
    if through >= business_date():
        raise InvalidInput("Only days that are over can be closed.", field="through")
    require_home()
    take_books_lock()
    closed = closed_through()
    if closed and through <= closed:
        raise WrongState(f"The books are already closed through {closed:%-d %b %Y}.")


def _close(through: date, actor: Actor) -> PeriodClosing:
    """Closes a day that is open. On the last day of a fiscal year the result goes to retained earnings first."""
    closed = closed_through()
    year_ends = _year_ends(closed, through)
    for end in year_ends:
        _carry_result(end, actor)
    since = closed + ONE_DAY if closed else through.replace(day=1)
    return PeriodClosing.objects.create(
        through=through,
        is_year_end=through in year_ends,
        actor_id=actor.id,
        actor_name=actor.name,
        figures=_frozen(since, through),
    )


def _frozen(since: date, through: date) -> dict[str, Any]:
    """The portfolio as it is closed, kept with the closing: what is entered later does not change it."""
    figures = gather(since, through)
    return {
        "since": since.isoformat(),
        "glp": str(figures.glp),
        "par30": str(figures.past_due[30]),
        "allowance": str(figures.allowance),
        "loans": figures.loans,
        "borrowers": len(figures.borrowers),
        "indicators": [_frozen_indicator(line) for line in indicators(figures)],
        "ageing": [
            {"label": b.label, "loans": b.loans, "principal": str(b.principal), "provision": str(b.provision)}
            for b in provisions_of(through, ages_on(through).rows)
        ],
    }


def _frozen_indicator(line: Indicator) -> dict[str, Any]:
    return {
        "name": line.name,
        "value": None if line.value is None else str(round(line.value, 6)),
        "is_amount": line.is_amount,
        "part": [line.part[0], str(line.part[1])],
        "whole": [line.whole[0], str(line.whole[1])],
    }


def _year_ends(closed: date | None, through: date) -> list[date]:
    """The last days of fiscal years that the closing covers, oldest first."""
    first = JournalEntry.objects.order_by("posted_on").values_list("posted_on", flat=True).first()
    if first is None:
        return []
    day = max(first, closed + ONE_DAY) if closed else first
    ends: list[date] = []
    while (end := add_months(year_start(day), 12) - ONE_DAY) <= through:
        ends.append(end)
        day = end + ONE_DAY
    return ends


def _carry_result(end: date, actor: Actor) -> None:
    """Empties income and expense accounts into retained earnings on the last day of the year."""
    earned = JournalLine.objects.filter(account__type__in=["income", "expense"], posted_on__lte=end).by_account()
    amounts = {account: -total for account, total in earned.items()}
    retained = accounts_by_role()["retained"]
    amounts[retained] = amounts.get(retained, Decimal(0)) - sum(amounts.values(), Decimal(0))
    post_entry(
        source=JournalEntry.Source.CLOSING,
        posted_on=end,
        amounts=amounts,
        actor=actor,
        narrative=f"Result of the year to {end:%-d %b %Y}",
    )
