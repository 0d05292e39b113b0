"""Programs of test_histories_killed.py: one posts repayments through the service, the other relays outboxes.

python -m tests.posting post SCHEMA COUNT SEED
python -m tests.posting relay SCHEMA …
"""

from __future__ import annotations

import random
import sys
import time
from decimal import Decimal

import django

django.setup()

from django_tenants.utils import tenant_context  # noqa: E402

from apps.credit.relay import relay_outbox  # noqa: E402
from apps.loans.book.models import Loan  # noqa: E402
from apps.loans.servicing.services import repayment  # noqa: E402
from apps.mfis.core.roles import Role  # noqa: E402
from apps.mfis.tenancy.models import MFI  # noqa: E402
from apps.users.accounts.models import Account  # noqa: E402
from tests.factories import TODAY  # noqa: E402


def post(schema: str, count: int, seed: int) -> None:
    """Posts so many repayments on the MFI's running loans; a refusal ends it with a traceback."""
    chance = random.Random(seed)
    with tenant_context(MFI.objects.get(schema_name=schema)):
        cashier = next(a for a in Account.objects.filter(role=Role.MFI_ADMIN) if "cashier" in a.duties)
        loans = list(Loan.objects.filter(state__status="active").order_by("pk").values_list("pk", flat=True))
        for n in range(count):
            repayment.record_repayment(
                loan_id=chance.choice(loans),
                actor=cashier.actor,
                amount=Decimal(chance.randint(1, 99)) / 100,
                channel="cash",
                value_date=TODAY,
                idempotency_key=f"{seed}-{n}",
            )
    print(f"posted {count}")


def relay(schemas: list[str]) -> None:
    """Relays for ever, as the worker does."""
    mfis = list(MFI.objects.filter(schema_name__in=schemas))
    while True:
        for mfi in mfis:
            with tenant_context(mfi):
                relay_outbox(batch=50)
        time.sleep(0.05)


if __name__ == "__main__":
    if sys.argv[1] == "post":
        post(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        relay(sys.argv[2:])
