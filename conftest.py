"""Two MFIs, made once a session; each test runs in a transaction of its own that is undone.

Named actors, fixed dates, no random data but hypothesis'.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context
from hypothesis import settings as hypothesis_settings

from apps.credit import store
from apps.loans.models import Loan, Product
from apps.loans.services import money, origination
from apps.loans.services.products import create_product
from apps.mfis.acting import SYSTEM
from apps.mfis.middleware import forget
from apps.mfis.models import MFI
from apps.users.models import Account
from apps.users.roles import Duty, Role
from apps.users.services.accounts import Person, create_staff, register_borrower, set_password
from apps.users.services.onboarding import onboard_mfi

PASSWORD = "maluti-mountains-7"
TODAY = date(2026, 3, 2)

hypothesis_settings.register_profile("ci", max_examples=60, deadline=None, print_blob=True)
hypothesis_settings.register_profile("nightly", max_examples=3000, deadline=None, print_blob=True)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@dataclass(frozen=True)
class Branch:
    """One MFI with its people and a product, as every test finds it."""

    mfi: MFI
    host: str
    staff: dict[str, Account]
    borrower: Account
    product: Product

    def client(self, who: Account | str | None = None) -> Client:
        """A browser at this MFI's address, signed in as a duty's holder or an account."""
        client = Client(HTTP_HOST=self.host)
        if who is not None:
            account = self.staff[who] if isinstance(who, str) else who
            with tenant_context(self.mfi):
                client.force_login(account, backend="apps.users.backends.EmailOrPhoneBackend")
        return client


def make_branch(
    subdomain: str, name: str, phone: str, national_id: str, borrower_name: str = "Mamello Khoabane"
) -> Branch:
    opened = onboard_mfi(
        name=name,
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
        staff = {"manager": opened.admin}
        for duty in (Duty.OFFICER, Duty.APPROVER, Duty.CASHIER, Duty.ACCOUNTANT, Duty.AUDITOR):
            staff[duty.value] = create_staff(
                full_name=f"{duty.label} of {name}",
                email=f"{duty.value}@{subdomain}.example",
                role=Role.MFI_ADMIN,
                duties=[duty],
                actor=SYSTEM,
            )
        for account in staff.values():
            set_password(account=account, password=PASSWORD, actor=SYSTEM)
        person = Person(borrower_name, phone=phone, national_id=national_id, date_of_birth=date(1990, 5, 27))
        borrower = register_borrower(person=person, password=PASSWORD, today=TODAY)
        product = create_product(
            by=staff["manager"],
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
            disbursement_fee_percent=Decimal(3),
        )
    return Branch(opened.mfi, f"{subdomain}.localhost", staff, borrower, product)


def queries(client: Client, path: str) -> int:
    """How many queries a page takes; whether the connection still stands in the schema is no matter of the page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return sum(not query["sql"].startswith("SET search_path") for query in captured)


@pytest.fixture(scope="session")
def branches(django_db_setup: None, django_db_blocker: Any) -> tuple[Branch, Branch]:
    with django_db_blocker.unblock():
        from apps.mfis.provisioning.template import rendered

        connection.set_schema_to_public()
        rendered()
        made = (
            make_branch("alpha", "Alpha Credit", "58120001", "100000000001"),
            make_branch("beta", "Beta Finance", "58120001", "100000000001", "Tumelo Sekonyela"),
        )
        connection.set_schema_to_public()
    return made


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps of an MFI for some seconds must not outlive the transaction that is undone.

    Within a test it is kept however slow the machine is, so that queries can be counted.
    """
    monkeypatch.setattr("apps.mfis.middleware.KEEP_SECONDS", 3600.0)
    forget()


@pytest.fixture
def alpha(branches: tuple[Branch, Branch], db: None) -> Iterator[Branch]:
    """The first MFI, with the connection in its schema.

    A copy: what a test changes in these objects is undone in the database, and must not outlive it in memory.
    """
    branch = deepcopy(branches[0])
    with tenant_context(branch.mfi):
        yield branch
    connection.set_schema_to_public()


@pytest.fixture
def beta(branches: tuple[Branch, Branch], db: None) -> Branch:
    return deepcopy(branches[1])


@pytest.fixture
def letsema_admin(db: None) -> Account:
    """Somebody of Letsema's own, in the public schema."""
    connection.set_schema_to_public()
    admin = create_staff(
        full_name="Naleli Moshoeshoe", email="naleli@letsema.example", role=Role.LETSEMA_ADMIN, actor=SYSTEM
    )
    set_password(account=admin, password=PASSWORD, actor=SYSTEM)
    return admin


@pytest.fixture
def public_client(letsema_admin: Account) -> Client:
    client = Client(HTTP_HOST="localhost")
    client.force_login(letsema_admin, backend="apps.users.backends.EmailOrPhoneBackend")
    return client


@pytest.fixture
def apply(alpha: Branch) -> Callable[..., Loan]:
    """Enters an application of the borrower on the fixed day."""

    def run(**values: Any) -> Loan:
        wanted = {
            "borrower": alpha.borrower,
            "product_id": alpha.product.pk,
            "principal": Decimal("1000.00"),
            "installments": 12,
            "purpose": "Stock",
            "by": alpha.borrower,
            "currency": "LSL",
            "on": TODAY,
            **values,
        }
        return Loan.objects.get(pk=origination.apply_for_loan(**wanted)["id"])

    return run


@pytest.fixture
def approved(alpha: Branch, apply: Callable[..., Loan]) -> Callable[..., Loan]:
    def run(**values: Any) -> Loan:
        loan, on = apply(**values), values.get("on", TODAY)
        origination.start_review(loan_id=loan.pk, by=alpha.staff["officer"], on=on)
        origination.recommend(loan_id=loan.pk, by=alpha.staff["officer"], reason="Papers seen", on=on)
        origination.approve(loan_id=loan.pk, by=alpha.staff["approver"], on=on)
        return loan

    return run


@pytest.fixture
def active(alpha: Branch, approved: Callable[..., Loan]) -> Callable[..., Loan]:
    def run(**values: Any) -> Loan:
        loan = approved(**values)
        on = values.get("on", TODAY)
        money.disburse(loan_id=loan.pk, by=alpha.staff["cashier"], channel="cash", on=on)
        return Loan.objects.select_related("state").get(pk=loan.pk)

    return run


# One worker begins with the cluster; the other goes through the pages in a browser, which are served once for all of
# them, and mostly waits for a slow line. Then what has a minute of faults, and the rest fills up both.
FIRST = ("test_cluster.py", "test_journeys.py", "test_day.py", "test_borrower.py", "test_portal.py", "test_chaos.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files come first, so that both workers end together."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture
def own_histories(settings: Any) -> Iterator[None]:
    """A database of credit histories of the test's own, on the server of MONGODB_URL."""
    base, _, options = settings.MONGODB_URL.partition("?")
    settings.MONGODB_URL = f"{base.rsplit('/', 1)[0]}/test_{uuid4().hex}?{options}"
    yield
    database = store.connect()
    database.client.drop_database(database.name)
