"""The relay to the credit histories, and reading them, with 10,000 and 200,000 accounts, in one run.

    uv run python bench/credit.py [ACCOUNTS …]

The relay is compared with bare pymongo writing the same documents by the same keys (once as upserts, as a relay that
may repeat itself must, and once as plain inserts) into another database of the same server. Of an inquiry only whether
its time grows counts. Servers are embedded, on this machine.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.server import migrated, throw_away_server
from config.embedded.mongo import EmbeddedMongo

SIZES = [int(x) for x in sys.argv[1:]] or [10_000, 200_000]
BATCH = 500
INQUIRIES = 300


def fill(count: int) -> list[UUID]:
    """So many loans' pay-outs in the outbox; a person for every two."""
    from apps.credit.models import OutboxEntry
    from apps.credit.outbox import CreditEvent, entry_of
    from apps.mfis.core.tables import new_id

    loans: list[UUID] = []
    person = new_id()
    for n in range(0, count, 5000):
        entries = []
        for k in range(n, min(n + 5000, count)):
            if k % 2 == 0:
                person = new_id()
            loans.append(new_id())
            entries.append(
                entry_of(
                    CreditEvent(
                        event_id=new_id(),
                        loan_id=loans[-1],
                        loan_number=f"LA{k:06d}-0",
                        person_key_source="",
                        borrower_id=person,
                        kind="disbursement",
                        value_date=date(2026, 1, 5),
                        amount=Decimal(1000),
                        status="active",
                        principal=Decimal(1000),
                        outstanding=Decimal(1134),
                        installments=12,
                        currency="LSL",
                        oldest_due_date=date(2026, 2, 5),
                        disbursed_on=date(2026, 1, 5),
                        closed_on=None,
                        monthly_installment=Decimal("94.56"),
                    )
                )
            )
        OutboxEntry.objects.bulk_create(entries)
    return loans


def copy(source: Any, target: Any, write: Callable[[Any, list[dict[str, Any]]], None]) -> float:
    """Documents a second written into an empty database, the reading not counted."""
    from apps.credit.documents import CreditAccount, CreditEventDocument, CreditPerson

    spent, written = 0.0, 0
    for document in (CreditEventDocument, CreditAccount, CreditPerson):
        name = document._meta["collection"]
        for index, how in source[name].index_information().items():
            if index != "_id_":
                target[name].create_index(how["key"])
        batch: list[dict[str, Any]] = []
        for kept in source[name].find():
            batch.append(kept)
            if len(batch) == BATCH:
                began = time.perf_counter()
                write(target[name], batch)
                spent += time.perf_counter() - began
                written += len(batch)
                batch = []
    return written / spent


def upsert(collection: Any, documents: list[dict[str, Any]]) -> None:
    from apps.credit.repository import replace_each

    replace_each(collection, documents)


def insert(collection: Any, documents: list[dict[str, Any]]) -> None:
    collection.insert_many(documents)


def asked(loans: list[UUID], mfi: str) -> tuple[float, float]:
    """Median ms of reading one borrower's history, and of an inquiry across MFIs."""
    from apps.credit.history import credit_history
    from apps.credit.inquiries import Inquiry, make_inquiry
    from apps.credit.repository import accounts_by_id
    from apps.mfis.core.tables import new_id

    chance, reading, asking = random.Random(1), [], []
    for _ in range(INQUIRIES):
        loan = chance.choice(loans)
        began = time.perf_counter()
        assert credit_history(loan_ids=[loan]).accounts
        reading.append((time.perf_counter() - began) * 1000)
        (account,) = accounts_by_id([loan])
        inquiry = Inquiry(
            person=account.person,
            mfi=f"not_{mfi}",
            account=new_id(),
            loan=new_id(),
            asked_by=new_id(),
            purpose="application",
            consent=new_id(),
            consent_version=1,
        )
        began = time.perf_counter()
        assert make_inquiry(inquiry, as_of=date(2026, 1, 20)).lenders == 1
        asking.append((time.perf_counter() - began) * 1000)
    return statistics.median(reading), statistics.median(asking)


def measure(size: int, relayed_into: Any, mfi: Any) -> None:
    """Prints the figures of one size, at an MFI of its own."""
    from django_tenants.utils import tenant_context

    from apps.credit.relay import relay_outbox

    with tenant_context(mfi):
        loans = fill(size)
        for name in ("events", "accounts", "people"):
            relayed_into[name].delete_many({})
        began = time.perf_counter()
        done = relay_outbox()
        spent = time.perf_counter() - began
        rate = (2 * done.count + relayed_into["people"].count_documents({})) / spent
        assert (done.count, done.error) == (size, ""), done
        print(f"{size} accounts: {rate:.0f} documents a second relayed", flush=True)
        reading, asking = asked(loans, mfi.schema_name)
        print(f"   a history in {reading:.2f} ms, an inquiry across MFIs in {asking:.2f} ms", flush=True)
        for name, write in (("inserts", insert), ("upserts", upsert)):
            bare = copy(relayed_into, relayed_into.client[f"bare_{name}_{size}"], write)
            print(f"   bare {name} {bare:.0f} ({bare / rate:.2f} times)", flush=True)


def onboard(size: int) -> Any:
    from apps.mfis.core.actor import SYSTEM
    from apps.users.operators.services import onboard_mfi

    opened = onboard_mfi(
        name=f"Bench {size}",
        subdomain=f"bench{size}",
        licence_type="credit_only_2",
        district="berea",
        contact_email="a@bench.example",
        admin_name="Lineo Matete",
        admin_email="l@bench.example",
        actor=SYSTEM,
        notify=False,
    )
    return opened.mfi


def main() -> None:
    with throw_away_server(), tempfile.TemporaryDirectory() as folder:
        mongo = EmbeddedMongo(Path(folder), throw_away=True)
        mongo.start()
        os.environ["MONGODB_URL"] = mongo.url()
        migrated()
        from django.conf import settings

        from apps.credit import inquiries
        from apps.credit.repository import connect

        settings.MONGODB_URL = mongo.url()
        settings.MONGODB_TIMEOUT_MS = 60_000  # many documents are read and written at once here
        inquiries.MAXIMUM_A_DAY = 10**9  # the same person is asked about again and again here
        try:
            for size in SIZES:
                measure(size, connect(), onboard(size))
        finally:
            mongo.stop()


if __name__ == "__main__":
    main()
