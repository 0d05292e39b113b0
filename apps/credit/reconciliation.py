"""What the credit histories hold beside what they should: the differences in words, and writing an account anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from apps.credit import repository
from apps.credit.consents import CONSENT
from apps.credit.disputes import entry_key
from apps.credit.models import OutboxEntry
from apps.credit.outbox import CreditEvent
from apps.credit.relay import write_entries
from apps.credit.repository import AccountRecord
from apps.mfis.core.database import connection

Report = Callable[[int, int], None]
# What is compared of an account: fields that its last event and its record have in common.
COMPARED = ("status", "principal", "outstanding", "oldest_due_date", "disbursed_on", "closed_on")


@dataclass(frozen=True, slots=True)
class KeptHistories:
    """What the histories hold of some accounts, by account."""

    accounts: dict[UUID, AccountRecord]
    events: dict[UUID, set[UUID]]
    disputes: dict[UUID, dict[UUID, str]]  # the outcome of each

    def differences(self, account: UUID, told: list[CreditEvent], disputes: dict[UUID, str]) -> list[str]:
        """In words, what is kept of an account otherwise than by what was told of it; none where they agree."""
        differences = _events_apart(told, self.events.get(account, set()))
        differences += _account_apart(told, self.accounts.get(account))
        if self.disputes.get(account, {}) != disputes:
            differences.append("its disputes are not as they were decided")
        return differences


def kept_histories(accounts: Collection[UUID]) -> KeptHistories:
    """What the histories hold of these accounts, whichever MFI they say it is of.

    Raises:
        StoreError: MongoDB does not answer.
    """
    return KeptHistories(
        accounts={record.id: record for record in repository.accounts_by_id(accounts)},
        events=repository.event_ids_of_accounts(accounts),
        disputes=repository.outcomes_of_disputes(accounts),
    )


def _events_apart(told: list[CreditEvent], kept: set[UUID]) -> list[str]:
    wanted = {entry_key(event.event_id, event.kind) for event in told}
    missing, more = len(wanted - kept), len(kept - wanted)
    return [f"{missing} event(s) are missing"] * bool(missing) + [f"{more} event(s) too many"] * bool(more)


def _account_apart(told: list[CreditEvent], kept: AccountRecord | None) -> list[str]:
    if not told:
        return ["the account should not be"] if kept else []
    if kept is None:
        return ["the account is missing"]
    pairs = [(name, getattr(kept, name), getattr(told[-1], name)) for name in COMPARED]
    return [f"{name.replace('_', ' ')} is {has}, not {right}" for name, has, right in pairs if has != right]


def missing_consents(given: Iterable[UUID]) -> list[UUID]:
    """Those of the present MFI's consents that neither the histories have nor the outbox is taking there.

    Raises:
        StoreError: MongoDB does not answer.
    """
    kept = repository.consent_ids_of(connection.schema_name)
    payloads = OutboxEntry.objects.waiting().filter(event_type=CONSENT).values_list("payload", flat=True)
    on_the_way = {UUID(payload["id"]) for payload in payloads}
    return [consent for consent in given if consent not in kept | on_the_way]


def unknown_accounts(known: Iterable[UUID]) -> list[UUID]:
    """The accounts that are kept of the present MFI and are not among those it knows, in their order as text.

    Raises:
        StoreError: MongoDB does not answer.
    """
    return sorted(repository.account_ids_of(connection.schema_name) - set(known), key=str)


def begin_upgrade() -> set[UUID]:
    """The present MFI's accounts of which something is kept in the form of an earlier release: to be written anew.

    Inquiries, which are nowhere else, are completed where they stand.

    Raises:
        StoreError: MongoDB does not answer.
    """
    repository.complete_inquiries(connection.schema_name)
    return repository.accounts_of_earlier_version(connection.schema_name)


def replace_account(account: UUID, entries: list[OutboxEntry]) -> None:
    """Writes an account anew from entries made of its facts, in their order; what it had beside them goes.

    What waits for it in the outbox is in the facts too, and counts as relayed. Call it under `relaying()`.

    Raises:
        StoreError: MongoDB does not answer, or refuses them. InvalidDocument: one breaks a rule of its kind.
    """
    repository.remove_accounts([account])
    if entries:
        write_entries(entries)
    OutboxEntry.objects.waiting().filter(account=account).update(
        relayed_at=timezone.now(), dead_letter=False, last_error=""
    )
