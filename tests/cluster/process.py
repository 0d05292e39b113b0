"""A process of one node: takes commands as lines of JSON, calls the product's own services, answers in lines of JSON.

Started by tests/cluster/nodes.py in the node's own environment, once Django is set up. What a service refuses is an
answer, not a failure.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from django.db import connection as plain
from django.db.models import Sum
from django_tenants.utils import tenant_context

from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.periods import close_period
from apps.loans.models import JournalLine, Loan, LoanEvent, Product
from apps.loans.services import money, origination, servicing
from apps.loans.services.arrivals import fold_arrivals
from apps.loans.services.books import check_books
from apps.loans.services.products import create_product
from apps.loans.services.projection_check import differences
from apps.mfis.acting import SYSTEM, acting
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import NotHome, ServiceError
from apps.mfis.models import MFI
from apps.mfis.replication.agent import reconcile
from apps.mfis.replication.conflicts import decide as decide_conflict
from apps.mfis.replication.conflicts import open_conflicts as list_conflicts
from apps.mfis.replication.streams import schemas_here
from apps.mfis.services.branding import save_logo
from apps.users.models import Account
from apps.users.roles import Duty, Role
from apps.users.services.accounts import Person, create_staff, register_borrower, update_borrower
from apps.users.services.merging import merge_borrowers
from apps.users.services.onboarding import onboard_mfi

Said = dict[str, Any]
LONG_AGO = date(2020, 1, 1)


def open_mfi(subdomain: str) -> Said:
    opened = onboard_mfi(
        name=subdomain.title(),
        subdomain=subdomain,
        licence_type="credit_only_2",
        district="leribe",
        contact_email=f"office@{subdomain}.example",
        admin_name="Nthabiseng Letsie",
        admin_email=f"manager@{subdomain}.example",
        actor=SYSTEM,
        notify=False,
    )
    with tenant_context(opened.mfi):
        for duty in (Duty.OFFICER, Duty.APPROVER, Duty.CASHIER, Duty.ACCOUNTANT):
            create_staff(
                full_name=duty.label,
                email=f"{duty.value}@{subdomain}.example",
                role=Role.MFI_ADMIN,
                duties=[duty],
                actor=SYSTEM,
            )
        create_product(
            by=opened.admin,
            mfi=opened.mfi,
            name="Business loan",
            rate=Decimal(24),
            rate_per="year",
            interest_method="declining_balance",
            principal_min=Decimal(100),
            principal_default=Decimal(1000),
            principal_max=Decimal(50000),
            installments_min=1,
            installments_default=12,
            installments_max=36,
        )
    return {"id": str(opened.mfi.pk)}


def staff(duty: str) -> Account:
    return Account.objects.get(email__startswith=f"{duty}@")


def register(name: str, phone: str, national_id: str = "") -> Said:
    person = Person(name, phone=phone, national_id=national_id, date_of_birth=date(1990, 5, 27))
    return {"id": str(register_borrower(person=person, password=None, today=business_date()).pk)}


def edit(account: str, **values: Any) -> Said:
    """Changes some particulars, as a clerk's form does: all of them are sent."""
    who = Account.objects.select_related("profile").get(pk=account)
    profile = who.profile
    known = {
        "full_name": who.full_name,
        "phone": who.phone or "",
        "email": who.email or "",
        "national_id": profile.national_id or "",
        "date_of_birth": profile.date_of_birth,
        "district": profile.district,
        "village": profile.village,
        "employer": profile.employer,
        "net_monthly_income": profile.net_monthly_income,
    }
    update_borrower(account=who, person=Person(**{**known, **values}), actor=SYSTEM, today=business_date())
    return {}


def apply(borrower: str, principal: str = "1000.00", key: str = "") -> Said:
    who = Account.objects.get(pk=borrower)
    answer = origination.apply_for_loan(
        borrower=who,
        product_id=Product.objects.get().pk,
        principal=Decimal(principal),
        installments=12,
        purpose="Stock",
        by=who,
        currency="LSL",
        key=key,
    )
    return dict(answer)


def approve(loan: str) -> Said:
    key = UUID(loan)
    origination.start_review(loan_id=key, by=staff("officer"))
    origination.recommend(loan_id=key, by=staff("officer"), reason="Seen")
    return {"id": str(origination.approve(loan_id=key, by=staff("approver")).pk)}


def disburse(loan: str, key: str = "") -> Said:
    return dict(money.disburse(loan_id=UUID(loan), by=staff("cashier"), channel="cash", key=key))


def lend(borrower: str, principal: str = "1000.00") -> Said:
    loan = apply(borrower, principal)["id"]
    approve(loan)
    disburse(loan)
    return {"id": loan}


def repay(loan: str, amount: str, key: str = "") -> Said:
    return dict(
        money.record_repayment(loan_id=UUID(loan), by=staff("cashier"), amount=Decimal(amount), channel="cash", key=key)
    )


def repay_for(loans: list[str], seconds: float) -> Said:
    """Receipts one after the other over these loans: how many in the time. For benchmarks."""
    began, count, by = time.monotonic(), 0, staff("cashier")
    while time.monotonic() - began < seconds:
        loan = UUID(loans[count % len(loans)])
        money.record_repayment(loan_id=loan, by=by, amount=Decimal("0.10"), channel="cash")
        count += 1
    return {"count": count, "seconds": time.monotonic() - began}


def reverse(event: str) -> Said:
    money.reverse_repayment(event_id=UUID(event), by=staff("accountant"), reason="Wrong loan")
    return {}


def write_off(loan: str) -> Said:
    servicing.propose_write_off(loan_id=UUID(loan), by=staff("officer"), reason="Gone")
    return {"id": str(servicing.decide_proposal(loan_id=UUID(loan), by=staff("approver"), agree=True).pk)}


def close_books() -> Said:
    close_period(through=business_date() - timedelta(days=1), by=staff("accountant"))
    return {}


def many_events(loans: list[str], count: int) -> Said:
    """Facts by the thousand over these loans, for catching up: notes, appended by the database itself.

    In pieces: within one transaction the head of the chain leaves a dead version behind for each link, and the next
    link looks through all of them.
    """
    for first in range(1, count + 1, 2_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO loans_loanevent (id, node, loan_id, type, value_date, channel, reference, reason, "
                "actor_name, idempotency_key, number, payload) SELECT public.letsema_uuid7(), public.letsema_node(), "
                "(%s::uuid[])[1 + g %% %s], 'note', current_date, '', '', 'n' || g, 'Load', '', '', '{}' "
                "FROM generate_series(%s, %s) g",
                [loans, len(loans), first, min(count, first + 1_999)],
            )
    return {}


def large_transaction(count: int) -> Said:
    """So many facts in one transaction: commands, as though each had been sent and answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO users_command (id, node, name, body_hash, answer) SELECT public.letsema_uuid7(), "
            "public.letsema_node(), 'load', 'n' || g, '{}' FROM generate_series(1, %s) g",
            [count],
        )
    return {}


def many_people(count: int) -> Said:
    """Revisions by the thousand, in one transaction."""
    with acting(SYSTEM):
        Account.objects.bulk_create(
            Account(role=Role.BORROWER, full_name=f"Person {n}", phone=f"+26657{n:06d}") for n in range(count)
        )
    return {}


def fold() -> Said:
    return {"loans": fold_arrivals()}


def verify_books() -> Said:
    return {"breaks": list(check_books().breaks)}


def check_projection() -> Said:
    found = [f"{loan.number}: {line}" for loan in Loan.objects.select_related("state") for line in differences(loan)]
    return {"differences": found}


def states() -> Said:
    """Status and balances of every loan, to be compared between nodes."""
    return {
        str(loan.pk): [loan.state.status, str(loan.state.principal_outstanding), str(loan.state.total_paid)]
        for loan in Loan.objects.select_related("state").filter(state__isnull=False).order_by("pk")
    }


def present(ids: list[str]) -> Said:
    """Which of these rows are here, whatever they are."""
    found = {str(pk) for pk in LoanEvent.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    found |= {str(pk) for pk in Loan.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    found |= {str(pk) for pk in Account.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    return {"missing": sorted(set(ids) - found)}


def sql(statement: str) -> Said:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {"rows": [[str(v) if v is not None else None for v in row] for row in cursor.fetchall()]}


def agent_round() -> Said:
    done = reconcile()
    return {"did": done.did, "problems": done.problems}


def logo(size: int) -> Said:
    """The MFI's logo: a picture of so many bytes, other ones on each node."""
    content = b"\x89PNG\r\n\x1a\n" + hashlib.shake_256(settings.NODE.encode()).digest(size - 8)
    save_logo(mfi=connection.tenant, content=content, actor=SYSTEM)
    return {}


def merge(kept: str, gone: str) -> Said:
    return {"id": str(merge_borrowers(kept_id=UUID(kept), gone_id=UUID(gone), actor=SYSTEM, reason="One person").pk)}


def conflicts() -> Said:
    found = list_conflicts().values("id", "what", "table_name", "row_id", "column_name", "kept", "discarded")
    return {"open": [{**c, "id": str(c["id"]), "row_id": str(c["row_id"])} for c in found]}


def decide(conflict: str, decision: str) -> Said:
    decide_conflict(conflict_id=UUID(conflict), decision=decision, actor=SYSTEM, reason="The clerk asked them")
    return {}


def cluster(arguments: list[str]) -> Said:
    """`manage.py cluster …` without starting a process for it: what it printed, and its exit status."""
    printed, code = io.StringIO(), 0
    try:
        call_command("cluster", *arguments, stdout=printed)
    except SystemExit as end:
        code = int(end.code or 0)
    return {"printed": printed.getvalue(), "code": code}


def till() -> Said:
    """What the books hold in the cash account."""
    held = JournalLine.objects.filter(account_id=accounts_by_role()["cash"]).aggregate(t=Sum("amount"))["t"]
    return {"cash": str(held or 0)}


SERVICES: dict[str, Callable[..., Said]] = {
    f.__name__: f
    for f in (
        open_mfi,
        register,
        edit,
        apply,
        approve,
        disburse,
        lend,
        repay,
        repay_for,
        reverse,
        write_off,
        close_books,
        many_events,
        large_transaction,
        many_people,
        fold,
        verify_books,
        check_projection,
        states,
        present,
        sql,
        agent_round,
        merge,
        conflicts,
        decide,
        till,
        logo,
        cluster,
    )
}


def answer(line: str) -> Said:
    asked = json.loads(line)
    run, values = SERVICES[asked["do"]], asked.get("with", {})
    try:
        plain.close_if_unusable_or_obsolete()
        connection.set_schema_to_public()
        if not asked.get("mfi"):
            return {"ok": run(**values)}
        mfi = MFI.objects.filter(subdomain=asked["mfi"]).first()
        if mfi is None or mfi.schema_name not in schemas_here():  # as the middleware answers 404 and 503
            return {"refused": "not here", "code": "no_mfi"}
        with tenant_context(mfi):
            return {"ok": run(**values)}
    except NotHome as error:
        return {"refused": error.message, "code": error.code, "home": error.home}
    except ServiceError as error:
        return {"refused": error.message, "code": error.code}
    except ObjectDoesNotExist as error:  # somebody who has not arrived here yet
        return {"refused": str(error), "code": "not_found"}
    except Exception as error:
        connection.close()
        return {"failed": f"{type(error).__name__}: {error}"[:500]}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(answer(line), default=str), flush=True)
