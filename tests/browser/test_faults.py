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
from apps.mfis.acting import SYSTEM
from apps.mfis.models import MFI
from apps.users.services.onboarding import onboard_mfi
from apps.users.services.accounts import Person, create_staff, register_borrower
from apps.users.services.tokens import create_token
from apps.loans.services import money, origination
from apps.loans.services.products import create_product
from apps.mfis.clock import business_date
from django_tenants.utils import tenant_context
opened = onboard_mfi(name="Faults", subdomain="faults", licence_type="credit_only_3", district="berea",
    contact_email="a@f.example", admin_name="Lineo M", admin_email="l@f.example", actor=SYSTEM, notify=False)
with tenant_context(opened.mfi):
    staff = {d: create_staff(full_name=d, email=d + "@f.example", role="mfi_admin", duties=[d], actor=SYSTEM)
             for d in ("officer", "approver", "cashier")}
    product = create_product(by=opened.admin, mfi=opened.mfi, name="P", rate=Decimal(24),
        interest_method="flat", principal_min=1, principal_default=1000, principal_max=9000, installments_min=1,
        installments_default=10, installments_max=12)
    who = register_borrower(person=Person("Palesa", phone="58123499"), today=business_date())
    loan = origination.apply_for_loan(borrower=who, product_id=product.pk, principal=Decimal(1000), installments=10,
        purpose="", by=who, currency="LSL")["id"]
    origination.start_review(loan_id=loan, by=staff["officer"])
    origination.recommend(loan_id=loan, by=staff["officer"], reason="seen")
    origination.approve(loan_id=loan, by=staff["approver"])
    money.disburse(loan_id=loan, by=staff["cashier"], channel="cash")
    print("RESULT " + json.dumps([create_token(account=who, name="t", actor=SYSTEM)[1], loan]))
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
from apps.mfis.models import MFI
from apps.users.models import Account
from apps.loans.services import money
from django_tenants.utils import tenant_context
with tenant_context(MFI.objects.get(subdomain="faults")):
    for n in range(5):
        money.record_repayment(loan_id="{loan}", by=Account.objects.get(email="cashier@f.example"),
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
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)
