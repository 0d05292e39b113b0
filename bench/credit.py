"""The relay to the credit histories, and reading them, with 10,000 and 200,000 accounts, in one run.

    uv run python bench/credit.py [ACCOUNTS …]

The relay is compared with bare pymongo writing the same documents by the same keys (once as upserts, as a relay that
may repeat itself must, and once as plain inserts) into another database of the same server. Of a look-up only whether
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
LOOKS = 300


def fill(count: int) -> list[UUID]:
    """So many loans' pay-outs in the outbox; a person for every two."""
    from apps.credit.models import OutboxEntry
    from apps.credit.outbox import CreditEvent, entry_of
    from apps.mfis.models import new_id

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
        for found in source[name].find():
            batch.append(found)
            if len(batch) == BATCH:
                began = time.perf_counter()
                write(target[name], batch)
                spent += time.perf_counter() - began
                written += len(batch)
                batch = []
    return written / spent


def upsert(collection: Any, documents: list[dict[str, Any]]) -> None:
    from pymongo import ReplaceOne

    collection.bulk_write([ReplaceOne({"_id": d["_id"]}, d, upsert=True) for d in documents])


def insert(collection: Any, documents: list[dict[str, Any]]) -> None:
    collection.insert_many(documents)


def looks(loans: list[UUID], mfi: str) -> tuple[float, float]:
    """Median ms of reading one borrower's history, and of a look-up across MFIs."""
    from apps.credit.documents import CreditAccount
    from apps.credit.history import credit_history
    from apps.credit.lookups import Inquiry, look_up
    from apps.mfis.models import new_id

    chance, read, asked = random.Random(1), [], []
    for _ in range(LOOKS):
        loan = chance.choice(loans)
        began = time.perf_counter()
        assert credit_history(loan_ids=[loan]).accounts
        read.append((time.perf_counter() - began) * 1000)
        person = CreditAccount._get_collection().find_one({"_id": loan})["person"]
        inquiry = Inquiry(
            person=person,
            mfi=f"not_{mfi}",
            account=new_id(),
            loan=new_id(),
            asked_by=new_id(),
            purpose="application",
            consent=new_id(),
            consent_version=1,
        )
        began = time.perf_counter()
        assert look_up(inquiry, on=date(2026, 1, 20)).lenders == 1
        asked.append((time.perf_counter() - began) * 1000)
    return statistics.median(read), statistics.median(asked)


def main() -> None:
    with throw_away_server(), tempfile.TemporaryDirectory() as folder:
        mongo = EmbeddedMongo(Path(folder), throw_away=True)
        mongo.start()
        os.environ["MONGODB_URL"] = mongo.url()
        migrated()
        from django.conf import settings
        from django_tenants.utils import tenant_context
        from pymongo import MongoClient

        from apps.credit import lookups
        from apps.credit.relay import relay_outbox
        from apps.credit.store import connect
        from apps.mfis.acting import SYSTEM
        from apps.users.services.onboarding import onboard_mfi

        settings.MONGODB_URL = mongo.url()
        patient: MongoClient[dict[str, Any]] = MongoClient(mongo.url(), uuidRepresentation="standard")
        lookups.MOST_A_DAY = 10**9  # the same person is looked at again and again here
        try:
            for size in SIZES:
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
                with tenant_context(opened.mfi):
                    loans = fill(size)
                    database = connect()
                    for name in ("events", "accounts", "people"):
                        database[name].delete_many({})
                    began = time.perf_counter()
                    done = relay_outbox()
                    spent = time.perf_counter() - began
                    rate = (2 * done.count + database["people"].count_documents({})) / spent
                    assert (done.count, done.error) == (size, ""), done
                    print(f"{size} accounts: {rate:.0f} documents a second relayed", flush=True)
                    read, asked = looks(loans, opened.mfi.schema_name)
                    print(f"   a history in {read:.2f} ms, a look-up across MFIs in {asked:.2f} ms", flush=True)
                    for name, write in (("inserts", insert), ("upserts", upsert)):
                        bare = copy(database, patient[f"bare_{name}_{size}"], write)
                        print(f"   bare {name} {bare:.0f} ({bare / rate:.2f} times)", flush=True)
        finally:
            mongo.stop()


if __name__ == "__main__":
    main()
