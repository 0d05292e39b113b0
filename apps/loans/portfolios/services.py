"""Giving borrowers and loans into other hands: facts with a day, so that who had them on any day stays known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from apps.loans.book.models import Loan, LoanAssignment, LoanPortfolio
from apps.loans.portfolios.queries import Meant, count_meant, write_hand_over
from apps.loans.portfolios.selectors import officers
from apps.loans.recording.services import REASON_LENGTH, check_value_date
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.database import lock
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action
from apps.mfis.nodes.home import require_home
from apps.users.accounts.models import Account, Branch

FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is handed over: borrowers and loans by their keys, or all of a branch, an officer, a district.

    `with_loans` lets the running loans of the borrowers go with them. What is asked by several filters is what all of
    them hold.
    """

    borrowers: tuple[UUID, ...] = ()
    loans: tuple[UUID, ...] = ()
    from_branch: UUID | None = None
    without_branch: bool = False
    from_officer: UUID | None = None
    without_officer: bool = False
    district: str = ""
    with_loans: bool = True

    @property
    def by_filter(self) -> bool:
        """Whether anything is asked for but keys."""
        asked = (self.from_branch, self.without_branch, self.from_officer, self.without_officer, self.district)
        return any(asked)

    @property
    def values(self) -> dict[str, Any]:
        """As the statements take them."""
        told = {**asdict(self), "by_filter": self.by_filter}
        told |= {name: [str(key) for key in told[name]] for name in ("borrowers", "loans")}
        return {name: str(value) if isinstance(value, UUID) else value for name, value in told.items()}


@dataclass(frozen=True, slots=True)
class Handed:
    """How many borrowers and running loans are in other hands now."""

    borrowers: int
    loans: int


@command(Action.MANAGE_PEOPLE, Action.ASSIGN)
def hand_over(
    *,
    chosen: Chosen,
    actor: Actor,
    reason: str,
    branch_id: UUID | None = None,
    officer_id: UUID | None = None,
    value_date: date | None = None,
    idempotency_key: str = "",
) -> Handed:
    """Gives borrowers and running loans to another branch, another officer, or both, from a day on; what is not said
    stays. It costs the same few statements however many they are.

    Raises:
        NotAllowed: duty. InvalidInput: nobody is meant, nothing would change hands, no reason, a branch or an officer
            that is none, or a day in the future or before the last hand-over of one of them.
    """
    day = value_date or business_date()
    check_value_date(day, not_before=FIRST_DAY)
    _check(branch_id, officer_id, reason)
    require_home()
    lock("hand over")
    to = {"branch": branch_id and str(branch_id), "officer": officer_id and str(officer_id), "day": day}
    said = {"reason": reason.strip()[:REASON_LENGTH], "actor_id": actor.id and str(actor.id), "actor_name": actor.name}
    values = {**chosen.values, **to, **said}
    _check_meant(count_meant(values), day)
    borrowers, loans = write_hand_over(values)
    if not borrowers and not loans:
        raise InvalidInput("They are in these hands already; nothing would change.", field="officer")
    return Handed(borrowers, loans)


def meant_by(chosen: Chosen) -> Meant:
    """How many borrowers and running loans would be handed over."""
    nothing: Mapping[str, Any] = {"branch": None, "officer": None, "day": business_date()}
    return count_meant({**chosen.values, **nothing})


def _check(branch_id: UUID | None, officer_id: UUID | None, reason: str) -> None:
    if not branch_id and not officer_id:
        raise InvalidInput("Choose a branch, an officer, or both.", field="branch")
    if branch_id and not Branch.objects.open().filter(pk=branch_id).exists():
        raise InvalidInput("Choose an open branch.", field="branch")
    if officer_id and not officers().filter(pk=officer_id).exists():
        raise InvalidInput("Choose a colleague who reviews applications and whose account is open.", field="officer")
    if not reason.strip():
        raise InvalidInput("Give a reason; it stays with the record.", field="reason")


def _check_meant(meant: Meant, day: date) -> None:
    if not meant.borrowers and not meant.loans:
        raise InvalidInput("Nobody is meant by this; choose borrowers or loans, or other filters.")
    if meant.handed_since:
        raise InvalidInput(
            f"Some of them came into other hands after {day:%-d %b %Y}, the last on {meant.handed_since:%-d %b %Y}; "
            "choose that day or a later one.",
            field="value_date",
        )


def take_in_hand(loan: Loan, officer: Account, actor: Actor, day: date) -> None:
    """Puts a loan that nobody has into the hands of whoever reviews it, inside the caller's command."""
    held = LoanPortfolio.objects.filter(loan=loan).first()
    if held is None or held.officer_id:
        return
    LoanAssignment.objects.create(
        loan=loan,
        branch_id=held.branch_id or officer.branch_id,
        officer=officer,
        value_date=max(day, held.since),
        reason="Takes up the application",
        actor_id=actor.id,
        actor_name=actor.name,
    )
