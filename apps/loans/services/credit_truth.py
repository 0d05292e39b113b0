"""What the credit histories must hold, from the facts of each loan: to write it anew, and to compare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.credit.disputes import OPEN, disputes_kept, entry_key
from apps.credit.documents import CreditAccount, CreditEventDocument
from apps.credit.models import OutboxEntry
from apps.credit.outbox import CreditEvent, entry_of
from apps.credit.relay import relaying, replace_account
from apps.credit.store import connect
from apps.loans.models import Dispute, Loan, LoanEvent, LoanState
from apps.loans.projection import ENGINE_EVENTS, fold_loan, projected
from apps.loans.services.disputes import disputes_told
from apps.loans.services.recording import TOLD, a_month, credit_event, kinds_told
from apps.mfis.database import connection
from apps.mfis.errors import WrongState

BATCH = 200
SAID = ("status", "principal", "outstanding", "oldest_due_date", "disbursed_on", "closed_on")


def events_told(loan: Loan) -> list[CreditEvent]:
    """What was told of a loan, folded anew after each of its facts, in the order in which they were recorded."""
    facts = list(loan.events.order_by("recorded_at", "id"))
    told: list[CreditEvent] = []
    before: str | None = None
    for n, fact in enumerate(facts, start=1):
        if fact.type not in ENGINE_EVENTS and fact.type not in TOLD:
            continue
        known = facts[:n]
        folded = fold_loan(loan, events=known, as_of=_recorded(loan, known))
        values, rows = projected(loan, known, folded)
        state = LoanState(loan=loan, **values)
        total = sum((row.principal + row.interest + row.fees for row in rows), Decimal(0))
        monthly = a_month(total, state.disbursed_on, max((row.due_date for row in rows), default=None))
        told += [credit_event(loan, state, fact, kind, monthly) for kind in kinds_told(fact.type, state.status, before)]
        before = state.status
    return told


def _recorded(loan: Loan, known: list[LoanEvent]) -> date | None:
    """The day on which the last fact was recorded, for a loan that moves with time: it was told as of then."""
    if not loan.terms.moves_with_time:
        return None
    return max([timezone.localdate(known[-1].recorded_at), *(e.value_date for e in known)])


def rebuild_histories(report: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Writes every loan of the present MFI anew. Returns how many. Stopped half-way, it is run again.

    Raises:
        WrongState: the worker is relaying for longer than a moment. PyMongoError, StoreAway: MongoDB does not answer.
    """
    keys = list(Loan.objects.order_by("pk").values_list("pk", flat=True))
    for n in range(0, len(keys), BATCH):
        with relaying() as mine:
            if not mine:
                raise WrongState("The worker is taking events to the histories; run this again in a moment.")
            for key in keys[n : n + BATCH]:
                LoanState.objects.select_for_update().filter(pk=key).first()  # no event of it comes in between
                loan = Loan.objects.select_related("borrower__profile", "product").get(pk=key)
                replace_account(key, [*(entry_of(event) for event in events_told(loan)), *disputes_told(loan)])
        report(min(n + BATCH, len(keys)), len(keys))
    return len(keys)


def compare_histories(report: Callable[[int, int], None] = lambda done, of: None) -> list[str]:
    """Every difference between the histories and the facts of the present MFI, in words; none where they agree.

    A loan of which something waits in the outbox is left out: what is on its way is not lost.

    Raises:
        PyMongoError, StoreAway: MongoDB does not answer.
    """
    connect()
    mfi = connection.schema_name
    waiting = set(OutboxEntry.objects.filter(relayed_at=None, set_aside=False).values_list("account", flat=True))
    keys = list(Loan.objects.order_by("pk").values_list("pk", flat=True))
    found: list[str] = []
    for n in range(0, len(keys), BATCH):
        loans = Loan.objects.select_related("borrower__profile", "product").in_bulk(keys[n : n + BATCH])
        wanted = {"$in": list(loans)}
        accounts = {d["_id"]: d for d in CreditAccount._get_collection().find({"_id": wanted})}
        events: dict[UUID, set[UUID]] = {}
        for document in CreditEventDocument._get_collection().find({"account": wanted}, {"account": 1}):
            events.setdefault(document["account"], set()).add(document["_id"])
        kept, disputed = disputes_kept(list(loans)), _disputes(list(loans))
        for key, loan in loans.items():
            if key not in waiting:
                apart = _apart(loan, accounts.get(key), events.get(key, set()))
                if kept.get(key, {}) != disputed.get(key, {}):
                    apart.append("its disputes are not as they were decided")
                found += [f"{loan.number}: {x}" for x in apart]
        report(min(n + BATCH, len(keys)), len(keys))
    known = set(keys)
    strangers = [
        d["_id"] for d in CreditAccount._get_collection().find({"mfi": mfi}, {"_id": 1}) if d["_id"] not in known
    ]
    return found + [f"{key}: there is no such loan" for key in sorted(strangers, key=str)]


def _disputes(loans: list[UUID]) -> dict[UUID, dict[UUID, str]]:
    found: dict[UUID, dict[UUID, str]] = {}
    for loan, key, outcome in Dispute.objects.filter(loan__in=loans).values_list("loan_id", "pk", "outcome"):
        found.setdefault(loan, {})[key] = outcome or OPEN
    return found


def _apart(loan: Loan, account: dict[str, Any] | None, there: set[UUID]) -> list[str]:
    told = events_told(loan)
    wanted = {entry_key(event.event_id, event.kind) for event in told}
    found = []
    if missing := len(wanted - there):
        found.append(f"{missing} event(s) are missing")
    if more := len(there - wanted):
        found.append(f"{more} event(s) too many")
    if not told or account is None:
        return [*found, *(["the account is missing"] if told else ["the account should not be"] if account else [])]
    for name in SAID:
        right, kept = getattr(told[-1], name), _plain(account[name])
        if kept != right:
            found.append(f"{name.replace('_', ' ')} is {kept}, not {right}")
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    return value.to_decimal() if hasattr(value, "to_decimal") else value
