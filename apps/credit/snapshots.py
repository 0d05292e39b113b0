"""Month by month in the credit histories: how each account stood, and what each borrower's score was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from apps.credit import repository
from apps.credit.profile import DEFAULT, MONTHS, NONE, month_ends
from apps.credit.repository import ScoreRecord, SnapshotRecord
from apps.credit.score import score_of
from apps.mfis.core.database import connection


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """One account at the end of a month. `code` is the month's sign in the payment profile."""

    account: UUID
    person: str
    status: str
    balance: Decimal
    overdue: Decimal
    days_past_due: int
    code: str


def write_snapshots(month_end: date, snapshots: Sequence[AccountSnapshot], gone: Iterable[UUID] = ()) -> None:
    """Writes how these accounts of the present MFI stood, in place of what was written of the month before.

    `gone` names accounts that did not stand then after all.

    Raises:
        StoreError: MongoDB does not answer, or refuses them. InvalidDocument: a snapshot breaks a rule of the document.
    """
    now, mfi = datetime.now(UTC), connection.schema_name
    records = [
        SnapshotRecord(
            id=snapshot_key(s.account, month_end),
            account=s.account,
            person=s.person,
            mfi=mfi,
            month_end=month_end,
            status=s.status,
            balance=s.balance,
            overdue=s.overdue,
            days_past_due=s.days_past_due,
            code=s.code,
            taken_at=now,
        )
        for s in snapshots
    ]
    repository.remove_snapshots([snapshot_key(account, month_end) for account in gone])
    repository.save_snapshots(records)


def snapshot_key(account: UUID, month_end: date) -> UUID:
    """The key of an account's snapshot at the end of a month."""
    return uuid5(account, f"month-{month_end}")


def write_scores(month_end: date, accounts: dict[UUID, list[UUID]], persons: dict[UUID, str]) -> int:
    """Writes the scores of borrowers at the end of a month, from the snapshots up to it. Returns how many.

    `accounts` holds each borrower's accounts, `persons` each borrower's key.

    Raises:
        StoreError: MongoDB does not answer, or refuses them.
    """
    profiles = profiles_from_snapshots([account for own in accounts.values() for account in own], month_end)
    scores = []
    for borrower, own in accounts.items():
        known = [profiles[account] for account in own if account in profiles]
        scores.append(_score_record(borrower, persons[borrower], month_end, known))
    repository.save_scores(scores)
    return len(scores)


def _score_record(borrower: UUID, person: str, month_end: date, profiles: list[str]) -> ScoreRecord:
    score = score_of(profiles)
    return ScoreRecord(
        id=score_key(borrower, month_end),
        person=person,
        mfi=connection.schema_name,
        month_end=month_end,
        points=score.points,
        band=score.band,
        score_version=score.version,
        reasons=[reason.code for reason in score.reasons],
        in_default=any(profile[0] in DEFAULT for profile in profiles),
    )


def score_key(borrower: UUID, month_end: date) -> UUID:
    """The key of a borrower's score at the end of a month."""
    return uuid5(borrower, f"score-{month_end}")


def profiles_from_snapshots(accounts: Iterable[UUID], month_end: date) -> dict[UUID, str]:
    """The 24-character profiles at the end of a month, put together from the months' own documents."""
    ends = month_ends(month_end)
    place = {end: n for n, end in enumerate(ends)}
    signs: dict[UUID, list[str]] = defaultdict(lambda: [NONE] * MONTHS)
    for account, end, sign in repository.signs_of_accounts(list(accounts), ends[-1], month_end):
        signs[account][place[end]] = sign
    return {account: "".join(own) for account, own in signs.items()}


def ended_months(since: date, today: date) -> list[date]:
    """The last days of the months that ended from `since` on, and before `today`; the earliest first."""
    ends, end = [], today.replace(day=1) - timedelta(days=1)
    while end >= since:
        ends.append(end)
        end = end.replace(day=1) - timedelta(days=1)
    return ends[::-1]
