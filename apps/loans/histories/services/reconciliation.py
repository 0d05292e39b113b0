"""What the credit histories must hold, from the facts of each loan: to write it anew, and to compare."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from apps.credit.consents import consent_entry
from apps.credit.disputes import OPEN
from apps.credit.models import HistoriesMonth, OutboxEntry
from apps.credit.outbox import CreditEvent, entry_of
from apps.credit.reconciliation import (
    Report,
    begin_upgrade,
    kept_histories,
    missing_consents,
    replace_account,
    unknown_accounts,
)
from apps.credit.relay import relaying, write_entries
from apps.credit.retention import Cutoffs, cutoffs
from apps.loans.book.models import Loan, LoanEvent, LoanState
from apps.loans.book.projection import fold_loan, projected
from apps.loans.book.workflow import ENGINE_EVENTS
from apps.loans.histories.models import Dispute
from apps.loans.histories.services.disputes import outbox_entries_of_disputes
from apps.loans.histories.services.months import take_months
from apps.loans.recording.credit_events import HISTORY_EVENTS, credit_event, history_kinds, national_id, per_month
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import WrongState
from apps.users.consents.models import Consent

BATCH = 200


def _silent(done: int, total: int) -> None:
    """Says nothing."""


def events_told(loan: Loan) -> list[CreditEvent]:
    """What was told of a loan, folded anew after each of its facts, in the order in which they were recorded."""
    facts = list(loan.events.select_related("reverses").in_booking_order())
    told: list[CreditEvent] = []
    before: str | None = None
    for n, fact in enumerate(facts, start=1):
        if fact.type not in ENGINE_EVENTS and fact.type not in HISTORY_EVENTS:
            continue
        known = facts[:n]
        folded = fold_loan(loan, events=known, as_of=_recorded(loan, known))
        values, rows = projected(loan, known, folded)
        state = LoanState(loan=loan, **values)
        total = sum((row.principal + row.interest + row.fees for row in rows), Decimal(0))
        monthly = per_month(
            total, state.taken_on or state.disbursed_on, max((row.due_date for row in rows), default=None)
        )
        told += [credit_event(loan, state, fact, kind, monthly) for kind in history_kinds(fact, state.status, before)]
        before = state.status
    return told


def _recorded(loan: Loan, known: list[LoanEvent]) -> date | None:
    """The day on which the last fact was recorded, for a loan that moves with time: it was told as of then."""
    if not loan.terms.moves_with_time:
        return None
    return max([timezone.localdate(known[-1].recorded_at), *(e.value_date for e in known)])


def rebuild_histories(report: Report = _silent) -> int:
    """Writes every loan of the present MFI anew. Returns how many. Stopped half-way, it is run again.

    Raises:
        WrongState: the worker is relaying for longer than a moment. StoreError: MongoDB does not answer.
    """
    keys = list(Loan.objects.order_by("pk").values_list("pk", flat=True))
    _write_anew(keys, report)
    for n in range(0, len(consents := sharing_consents()), BATCH):
        write_entries([consent_entry(c, national_id(c.account)) for c in consents[n : n + BATCH]])
    HistoriesMonth.objects.all().delete()
    take_months()
    return len(keys)


def rewrite_histories(keys: list[UUID]) -> None:
    """Writes these loans anew, with their months.

    Raises:
        As `rebuild_histories`.
    """
    if keys:
        _write_anew(keys, _silent)
        HistoriesMonth.objects.all().delete()
        take_months()


def _write_anew(keys: list[UUID], report: Report) -> None:
    until = cutoffs(business_date())
    for n in range(0, len(keys), BATCH):
        with relaying() as mine:
            if not mine:
                raise WrongState("The worker is taking events to the histories; run this again in a moment.")
            for key in keys[n : n + BATCH]:
                LoanState.objects.select_for_update().filter(pk=key).first()  # no event of it comes in between
                loan = Loan.objects.select_related("borrower__profile", "product").get(pk=key)
                told = events_told(loan)
                entries = [] if _past(told, until) else [*map(entry_of, told), *outbox_entries_of_disputes(loan)]
                replace_account(key, entries)
        report(min(n + BATCH, len(keys)), len(keys))


def upgrade_histories(report: Report = _silent) -> int:
    """Brings the documents of the present MFI that an earlier release wrote to this one's form. Returns how many loans.

    What follows from PostgreSQL is written anew from it, loan by loan; inquiries, which are nowhere else, are completed
    where they stand. Stopped half-way it goes on with what is left.

    Raises:
        As `rebuild_histories`.
    """
    known = set(Loan.objects.filter(pk__in=begin_upgrade()).values_list("pk", flat=True))
    _write_anew(sorted(known), report)
    if known:  # their months went with them
        HistoriesMonth.objects.all().delete()
        take_months()
    return len(known)


def sharing_consents() -> list[Consent]:
    """The consents that the histories keep: those to sharing, as far as their time is not over."""
    until = cutoffs(business_date()).consents
    consents = Consent.objects.filter(purpose=Consent.Purpose.SHARING).select_related("account__profile")
    return [c for c in consents if (c.expires_on or c.given_on) >= until or (c.granted and not c.expires_on)]


def _past(told: list[CreditEvent], until: Cutoffs) -> bool:
    """Whether a loan ended so long ago that the histories keep it no longer."""
    return bool(told) and until.ended(told[-1].status, told[-1].value_date)


def compare_histories(report: Report = _silent) -> list[str]:
    """Every difference between the histories and the facts of the present MFI, in words; none where they agree.

    A loan of which something waits in the outbox is left out: what is on its way is not lost.

    Raises:
        StoreError: MongoDB does not answer.
    """
    keys = list(Loan.objects.order_by("pk").values_list("pk", flat=True))
    differences: list[str] = []
    for n in range(0, len(keys), BATCH):
        differences += _compare(keys[n : n + BATCH])
        report(min(n + BATCH, len(keys)), len(keys))
    consents = missing_consents(consent.pk for consent in sharing_consents())
    differences += [f"consent {consent}: it is missing" for consent in consents]
    return differences + [f"{account}: there is no such loan" for account in unknown_accounts(keys)]


def _compare(keys: list[UUID]) -> list[str]:
    until = cutoffs(business_date())
    waiting = set(OutboxEntry.objects.deliverable().filter(account__in=keys).values_list("account", flat=True))
    loans = Loan.objects.select_related("borrower__profile", "product").in_bulk(keys)
    kept, disputes = kept_histories(loans), _disputes(keys)
    differences: list[str] = []
    for key, loan in loans.items():
        told = [] if key in waiting else events_told(loan)
        if key not in waiting and not _past(told, until):  # what is past the retention job removes, or has done so
            apart = kept.differences(key, told, disputes.get(key, {}))
            differences += [f"{loan.number}: {difference}" for difference in apart]
    return differences


def _disputes(loans: list[UUID]) -> dict[UUID, dict[UUID, str]]:
    outcomes: dict[UUID, dict[UUID, str]] = {}
    for loan, key, outcome in Dispute.objects.filter(loan__in=loans).values_list("loan_id", "pk", "outcome"):
        outcomes.setdefault(loan, {})[key] = outcome or OPEN
    return outcomes
