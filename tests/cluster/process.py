"""A process of one node: takes commands as lines of JSON, calls the product's own services, answers in lines of JSON.

Started by tests/cluster/nodes.py in the node's own environment, once Django is set up. What a service refuses is an
answer, not a failure.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection as plain
from django_tenants.utils import tenant_context

from apps.loans.applications.services import review
from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import recommend, start_review
from apps.loans.products.models import Product
from apps.loans.products.services import create_product
from apps.loans.reporting.services.closing import close_period
from apps.loans.servicing.services import pay_out
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.inbox import fold_arrivals
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import record_repayment
from apps.loans.servicing.services.write_off import propose_write_off
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.errors import NotHome, ServiceError
from apps.mfis.core.roles import Duty, Role
from apps.mfis.nodes.agent import reconcile
from apps.mfis.nodes.queries.schemas import schemas_here
from apps.mfis.nodes.services.conflicts import decide_conflict
from apps.mfis.tenancy.models import MFI
from apps.mfis.tenancy.services.branding import save_logo
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower, update_borrower
from apps.users.accounts.services.merging import merge_borrowers
from apps.users.accounts.services.people import Person
from apps.users.operators.services import onboard_mfi
from apps.users.staff.services import create_staff
from tests.cluster import load, observations
from tests.factories import open_tills, settle_alone

Answer = dict[str, Any]


def open_mfi(subdomain: str) -> Answer:
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
        settle_alone()
        open_tills()
        for duty in (Duty.OFFICER, Duty.APPROVER, Duty.CASHIER, Duty.ACCOUNTANT):
            create_staff(
                full_name=duty.label,
                email=f"{duty.value}@{subdomain}.example",
                role=Role.MFI_ADMIN,
                duties=[duty],
                actor=SYSTEM,
            )
        create_product(
            actor=opened.admin.actor,
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


def register(name: str, phone: str, national_id: str = "") -> Answer:
    person = Person(name, phone=phone, national_id=national_id, date_of_birth=date(1990, 5, 27))
    return {"id": str(register_borrower(person=person, actor=SYSTEM, today=business_date()).pk)}


def edit(account: str, **values: Any) -> Answer:
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


def apply(borrower: str, principal: str = "1000.00", key: str = "") -> Answer:
    who = Account.objects.get(pk=borrower)
    application = apply_for_loan(
        borrower=who,
        request=LoanRequest(
            product_id=Product.objects.get().pk, principal=Decimal(principal), installments=12, purpose="Stock"
        ),
        actor=who.actor,
        currency="LSL",
        idempotency_key=key,
    )
    return {"id": str(application.id), "number": application.number}


def approve(loan: str) -> Answer:
    key = UUID(loan)
    start_review(loan_id=key, actor=staff("officer").actor)
    recommend(loan_id=key, actor=staff("officer").actor, reason="Seen")
    return {"id": str(review.approve(loan_id=key, actor=staff("approver").actor).pk)}


def disburse(loan: str, key: str = "") -> Answer:
    paid = pay_out.disburse(loan_id=UUID(loan), actor=staff("cashier").actor, channel="cash", idempotency_key=key)
    return asdict(paid)


def lend(borrower: str, principal: str = "1000.00") -> Answer:
    loan = apply(borrower, principal)["id"]
    approve(loan)
    disburse(loan)
    return {"id": loan}


def repay(loan: str, amount: str, key: str = "", reference: str = "") -> Answer:
    """In cash, or by M-Pesa with its reference."""
    receipt = record_repayment(
        loan_id=UUID(loan),
        actor=staff("cashier").actor,
        amount=Decimal(amount),
        channel="mpesa" if reference else "cash",
        reference=reference,
        idempotency_key=key,
    )
    return asdict(receipt)


def reverse(event: str) -> Answer:
    reverse_repayment(event_id=UUID(event), actor=staff("accountant").actor, reason="Wrong loan")
    return {}


def write_off(loan: str) -> Answer:
    propose_write_off(loan_id=UUID(loan), actor=staff("officer").actor, reason="Gone")
    return {"id": str(decide_proposal(loan_id=UUID(loan), actor=staff("approver").actor, agree=True).id)}


def close_books() -> Answer:
    close_period(through=business_date() - timedelta(days=1), actor=staff("accountant").actor)
    return {}


def fold() -> Answer:
    return {"loans": fold_arrivals(actor=SYSTEM)}


def agent_round() -> Answer:
    done = reconcile()
    return {"did": done.did, "problems": done.problems}


def logo(size: int) -> Answer:
    """The MFI's logo: a picture of so many bytes, other ones on each node."""
    content = b"\x89PNG\r\n\x1a\n" + hashlib.shake_256(settings.NODE.encode()).digest(size - 8)
    save_logo(mfi=connection.tenant, content=content, actor=SYSTEM)
    return {}


def merge(kept: str, gone: str) -> Answer:
    return {"id": str(merge_borrowers(kept_id=UUID(kept), gone_id=UUID(gone), actor=SYSTEM, reason="One person").pk)}


def decide(conflict: str, decision: str) -> Answer:
    decide_conflict(conflict_id=UUID(conflict), decision=decision, actor=SYSTEM, reason="The clerk asked them")
    return {}


OWN = (
    open_mfi,
    register,
    edit,
    apply,
    approve,
    disburse,
    lend,
    repay,
    reverse,
    write_off,
    close_books,
    fold,
    agent_round,
    merge,
    decide,
    logo,
)
LOAD = (load.repay_for, load.many_events, load.large_transaction, load.many_people)
OBSERVATIONS = (
    observations.verify_books,
    observations.check_projection,
    observations.states,
    observations.present,
    observations.sql,
    observations.conflicts,
    observations.till,
    observations.cluster,
)
SERVICES: dict[str, Callable[..., Answer]] = {f.__name__: f for f in (*OWN, *LOAD, *OBSERVATIONS)}


def answer(line: str) -> Answer:
    """What came of one line: {"ok": …}, {"refused": …, "code": …} or {"failed": …}."""
    asked = json.loads(line)
    try:
        plain.close_if_unusable_or_obsolete()
        connection.set_schema_to_public()
        return _run(SERVICES[asked["do"]], asked.get("mfi", ""), asked.get("with", {}))
    except NotHome as error:
        return {"refused": error.message, "code": error.code, "home": error.home}
    except ServiceError as error:
        return {"refused": error.message, "code": error.code}
    except ObjectDoesNotExist as error:  # somebody who has not arrived here yet
        return {"refused": str(error), "code": "not_found"}
    except Exception as error:
        connection.close()
        return {"failed": f"{type(error).__name__}: {error}"[:500]}


def _run(service: Callable[..., Answer], subdomain: str, values: dict[str, Any]) -> Answer:
    if not subdomain:
        return {"ok": service(**values)}
    mfi = MFI.objects.filter(subdomain=subdomain).first()
    if mfi is None or mfi.schema_name not in schemas_here():  # as the middleware answers 404 and 503
        return {"refused": "not here", "code": "no_mfi"}
    with tenant_context(mfi):
        return {"ok": service(**values)}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(answer(line), default=str), flush=True)
