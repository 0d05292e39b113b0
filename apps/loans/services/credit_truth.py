"""What the credit histories must hold, from the facts of each loan: to write it anew, and to compare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.credit.consents import CONSENT, consent_entry
from apps.credit.disputes import OPEN, disputes_kept, entry_key
from apps.credit.documents import (
    SCHEMA_VERSION,
    CreditAccount,
    CreditConsent,
    CreditCorrection,
    CreditDispute,
    CreditEventDocument,
)
from apps.credit.lookups import complete_inquiries
from apps.credit.models import HistoriesMonth, OutboxEntry
from apps.credit.outbox import CreditEvent, entry_of
from apps.credit.relay import relaying, replace_account, write_entries
from apps.credit.retention import Cutoffs, cutoffs
from apps.credit.store import connect
from apps.loans.models import Dispute, Loan, LoanEvent, LoanState
from apps.loans.projection import ENGINE_EVENTS, fold_loan, projected
from apps.loans.services.credit_months import take_months
from apps.loans.services.disputes import disputes_told
from apps.loans.services.recording import TOLD, a_month, credit_event, kinds_told, national_id
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import WrongState
from apps.users.models import Consent

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
    _write_anew(keys, report)
    for n in range(0, len(consents := sharing_consents()), BATCH):
        write_entries([consent_entry(c, national_id(c.account)) for c in consents[n : n + BATCH]])
    HistoriesMonth.objects.all().delete()
    take_months()
    return len(keys)


def _write_anew(keys: list[UUID], report: Callable[[int, int], None]) -> None:
    until = cutoffs(business_date())
    for n in range(0, len(keys), BATCH):
        with relaying() as mine:
            if not mine:
                raise WrongState("The worker is taking events to the histories; run this again in a moment.")
            for key in keys[n : n + BATCH]:
                LoanState.objects.select_for_update().filter(pk=key).first()  # no event of it comes in between
                loan = Loan.objects.select_related("borrower__profile", "product").get(pk=key)
                told = events_told(loan)
                entries = [] if _past(told, until) else [*map(entry_of, told), *disputes_told(loan)]
                replace_account(key, entries)
        report(min(n + BATCH, len(keys)), len(keys))


def upgrade_histories(report: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Brings the documents of the present MFI that an earlier release wrote to this one's form. Returns how many loans.

    What follows from PostgreSQL is written anew from it, loan by loan; look-ups, which are nowhere else, are completed
    where they stand. Stopped half-way it goes on with what is left.

    Raises:
        As `rebuild_histories`.
    """
    connect()
    old = {"mfi": connection.schema_name, "version": {"$lt": SCHEMA_VERSION}}
    complete_inquiries(connection.schema_name)
    found: set[UUID] = {d["_id"] for d in CreditAccount._get_collection().find(old, {"_id": 1})}
    for kind in (CreditEventDocument, CreditDispute, CreditCorrection):
        found |= {d["account"] for d in kind._get_collection().find(old, {"account": 1})}
    known = set(Loan.objects.filter(pk__in=found).values_list("pk", flat=True))
    _write_anew(sorted(known), report)
    if known:  # their months went with them
        HistoriesMonth.objects.all().delete()
        take_months()
    return len(known)


def sharing_consents() -> list[Consent]:
    """The consents that the histories keep: those to sharing, as far as their time is not over."""
    until = cutoffs(business_date()).consents
    found = Consent.objects.filter(purpose=Consent.Purpose.SHARING).select_related("account__profile")
    return [c for c in found if (c.expires_on or c.given_on) >= until or (c.granted and not c.expires_on)]


def _past(told: list[CreditEvent], until: Cutoffs) -> bool:
    """Whether a loan ended so long ago that the histories keep it no longer."""
    return bool(told) and until.ended(told[-1].status, told[-1].value_date)


def compare_histories(report: Callable[[int, int], None] = lambda done, of: None) -> list[str]:
    """Every difference between the histories and the facts of the present MFI, in words; none where they agree.

    A loan of which something waits in the outbox is left out: what is on its way is not lost.

    Raises:
        PyMongoError, StoreAway: MongoDB does not answer.
    """
    connect()
    mfi, until = connection.schema_name, cutoffs(business_date())
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
                told = events_told(loan)
                if _past(told, until):
                    continue  # the retention job removes it, or has done so
                apart = _apart(told, accounts.get(key), events.get(key, set()))
                if kept.get(key, {}) != disputed.get(key, {}):
                    apart.append("its disputes are not as they were decided")
                found += [f"{loan.number}: {x}" for x in apart]
        report(min(n + BATCH, len(keys)), len(keys))
    kept_consents = {d["_id"] for d in CreditConsent._get_collection().find({"mfi": mfi}, {"_id": 1})}
    outbox = OutboxEntry.objects.filter(relayed_at=None, event_type=CONSENT)
    on_the_way = {UUID(payload["id"]) for payload in outbox.values_list("payload", flat=True)}
    found += [f"consent {c.pk}: it is missing" for c in sharing_consents() if c.pk not in kept_consents | on_the_way]
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


def _apart(told: list[CreditEvent], account: dict[str, Any] | None, there: set[UUID]) -> list[str]:
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
