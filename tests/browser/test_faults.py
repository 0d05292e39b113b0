"""PostgreSQL or MongoDB is killed in the middle: the pages say so, and nothing acknowledged is missing."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

import psycopg2
import pytest

from tests.browser.conftest import Served
from tests.browser.test_day import MFI, call

pytestmark = [pytest.mark.browser, pytest.mark.faults]


def get(served: Served, path: str, mfi: str = MFI) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{served.system.port}{path}")
    request.add_header("Host", f"{mfi}.localhost:{served.system.port}" if mfi else f"localhost:{served.system.port}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def query(served: Served, statement: str) -> Any:
    connection = psycopg2.connect(served.system.environment["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    connection.close()
    return found


@pytest.fixture(scope="module")
def borrower(served: Served) -> str:
    """A borrower's token at an MFI of these tests' own, with an active loan to pay on."""
    script = """
import json
from decimal import Decimal
from apps.mfis.core.actor import SYSTEM
from apps.mfis.tenancy.models import MFI
from apps.users.operators.services import onboard_mfi
from apps.users.accounts.services.people import Person
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.staff.services import create_staff
from apps.users.access.services.tokens import create_token
from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services import review
from apps.loans.servicing.services.pay_out import disburse
from apps.loans.products.services import create_product
from apps.mfis.core.clock import business_date
from tests.factories import open_tills
from django_tenants.utils import tenant_context
opened = onboard_mfi(name="Faults", subdomain="faults", licence_type="credit_only_3", district="berea",
    contact_email="a@f.example", admin_name="Lineo M", admin_email="l@f.example", actor=SYSTEM, notify=False)
with tenant_context(opened.mfi):
    open_tills()
    staff = {d: create_staff(full_name=d, email=d + "@f.example", role="mfi_admin", duties=[d], actor=SYSTEM)
             for d in ("officer", "approver", "cashier")}
    product = create_product(actor=opened.admin.actor, mfi=opened.mfi, name="P", rate=Decimal(24),
        interest_method="flat", principal_min=1, principal_default=1000, principal_max=9000, installments_min=1,
        installments_default=10, installments_max=12)
    who = register_borrower(person=Person("Palesa", phone="58123499"), actor=SYSTEM, today=business_date())
    asked = LoanRequest(product_id=product.pk, principal=Decimal(1000), installments=10)
    loan = apply_for_loan(borrower=who, request=asked, actor=who.actor, currency="LSL").id
    review.start_review(loan_id=loan, actor=staff["officer"].actor)
    review.recommend(loan_id=loan, actor=staff["officer"].actor, reason="seen")
    review.approve(loan_id=loan, actor=staff["approver"].actor)
    disburse(loan_id=loan, actor=staff["cashier"].actor, channel="cash")
    print("RESULT " + json.dumps([create_token(actor=who.actor, name="t").secret, str(loan)]))
"""
    out = served.manage("shell", "-v", "0", "-c", script)
    return out.split("RESULT ")[1].strip()


def test_postgresql_killed(served: Served, borrower: str) -> None:
    token, loan = json.loads(borrower)
    acknowledged = []
    for n in range(10):
        body = {"amount": "10.00", "channel": "mpesa", "reference": f"BEFORE{n}"}
        acknowledged.append(call(served, "POST", f"/api/v1/loans/{loan}/payments", body, token, "faults")["id"])
    postgres = served.system.postgres
    assert postgres is not None
    postgres.kill()
    for path, mfi in (("/", ""), ("/invitation/whatever/", "faults")):
        status, page = get(served, path, mfi)
        assert status == 503
        assert "cannot reach its database" in page
    status, problem = get(served, "/api/v1/products", "faults")
    assert (status, json.loads(problem)["status"]) == (503, 503)
    assert get(served, "/healthz", "")[0] == 503
    postgres.start()
    for _ in range(40):
        if get(served, "/healthz", "")[0] == 200:
            break
        time.sleep(0.25)
    assert get(served, "/admin/login/", "faults")[0] == 200
    kept = {str(row[0]) for row in query(served, "SELECT id FROM faults.loans_paymentnotice")}
    assert set(acknowledged) <= kept


def test_mongodb_killed(served: Served, borrower: str) -> None:
    token, loan = json.loads(borrower)
    mongo = served.system.mongo
    assert mongo is not None
    mongo.kill()
    script = f"""
from decimal import Decimal
from uuid import UUID
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account
from apps.loans.servicing.services.repayment import record_repayment
from django_tenants.utils import tenant_context
with tenant_context(MFI.objects.get(subdomain="faults")):
    for n in range(5):
        record_repayment(loan_id=UUID("{loan}"), actor=Account.objects.get(email="cashier@f.example").actor,
            amount=Decimal(20), channel="mpesa", reference=f"M{{n}}")
"""
    served.manage("shell", "-v", "0", "-c", script)  # lending goes on
    history = call_get(served, "/api/v1/credit-history", token)
    assert (history["available"], history["waiting"] >= 5) == (False, True)
    mongo.start()
    for _ in range(160):
        if query(served, "SELECT count(*) FROM faults.credit_outboxentry WHERE relayed_at IS NULL")[0][0] == 0:
            break
        time.sleep(0.25)
    history = call_get(served, "/api/v1/credit-history", token)
    assert (history["available"], history["waiting"]) == (True, 0)
    kinds = [e["kind"] for e in history["accounts"][0]["events"]]
    assert kinds == ["disbursement"] + ["repayment"] * 5


def call_get(served: Served, path: str, token: str) -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{served.system.port}{path}")
    request.add_header("Host", f"faults.localhost:{served.system.port}")
    request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        raise AssertionError((refused.code, refused.read().decode())) from refused
