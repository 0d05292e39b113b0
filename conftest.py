"""Two MFIs, made once a session; each test runs in a transaction of its own that is undone.

Named actors, fixed dates, no random data but hypothesis'.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django_tenants.utils import tenant_context
from hypothesis import settings as hypothesis_settings

from apps.credit.tests import kept
from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, start_review
from apps.loans.book.models import Loan
from apps.loans.groups.tests.fixtures import friend, weekly, women  # noqa: F401 - fixtures of several rooms
from apps.loans.servicing.services import pay_out
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.roles import Role
from apps.mfis.tenancy.middleware import forget
from apps.users.accounts.models import Account
from apps.users.accounts.services.passwords import set_password
from apps.users.staff.services import create_staff
from tests.factories import PASSWORD, TODAY, Branch, find_branch, make_branch

hypothesis_settings.register_profile("ci", max_examples=60, deadline=None, print_blob=True)
hypothesis_settings.register_profile("nightly", max_examples=3000, deadline=None, print_blob=True)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def branches(django_db_setup: None, django_db_blocker: Any) -> tuple[Branch, Branch]:
    with django_db_blocker.unblock():
        from apps.mfis.tenancy.provisioning.template import rendered

        connection.set_schema_to_public()
        rendered()
        made = (
            find_branch("alpha") or make_branch("alpha", "Alpha Credit", "58120001", "100000000001"),
            find_branch("beta") or make_branch("beta", "Beta Finance", "58120001", "100000000001", "Tumelo Sekonyela"),
        )
        connection.set_schema_to_public()
    return made


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps of an MFI for some seconds must not outlive the transaction that is undone.

    Within a test it is kept however slow the machine is, so that queries can be counted.
    """
    monkeypatch.setattr("apps.mfis.tenancy.middleware.KEEP_SECONDS", 3600.0)
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
    client.force_login(letsema_admin, backend="apps.users.access.backends.EmailOrPhoneBackend")
    return client


@pytest.fixture
def apply(alpha: Branch) -> Callable[..., Loan]:
    """Enters an application of the borrower on the fixed day."""

    def run(**values: Any) -> Loan:
        asked = {
            "product_id": alpha.product.pk,
            "principal": Decimal("1000.00"),
            "installments": 12,
            "purpose": "Stock",
            **{name: values.pop(name) for name in [*values] if name in LoanRequest.__slots__},
        }
        call = {
            "borrower": alpha.borrower,
            "actor": alpha.borrower.actor,
            "currency": "LSL",
            "value_date": TODAY,
            **values,
        }
        return Loan.objects.get(pk=apply_for_loan(request=LoanRequest(**asked), **call).id)

    return run


@pytest.fixture
def approved(alpha: Branch, apply: Callable[..., Loan]) -> Callable[..., Loan]:
    def run(**values: Any) -> Loan:
        loan, on = apply(**values), values.get("value_date", TODAY)
        start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=on)
        recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Papers seen", value_date=on)
        approve(loan_id=loan.pk, actor=alpha.staff["approver"].actor, value_date=on)
        return loan

    return run


@pytest.fixture
def active(alpha: Branch, approved: Callable[..., Loan]) -> Callable[..., Loan]:
    def run(**values: Any) -> Loan:
        loan = approved(**values)
        on = values.get("value_date", TODAY)
        pay_out.disburse(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=on)
        return Loan.objects.select_related("state").get(pk=loan.pk)

    return run


# One worker begins with the cluster; the other goes through the pages in a browser, which are served once for all of
# them, and mostly waits for a slow line. Then what has a minute of faults, and the rest fills up both.
FIRST = (
    "test_cluster.py",
    "test_journeys.py",
    "test_day.py",
    "test_borrower.py",
    "test_portal.py",
    "test_cluster_faults.py",
    "test_chaos.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files come first, so that both workers end together."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture
def own_histories(settings: Any) -> Iterator[None]:
    """A database of credit histories of the test's own, on the server of MONGODB_URL."""
    base, _, options = settings.MONGODB_URL.partition("?")
    settings.MONGODB_URL = f"{base.rsplit('/', 1)[0]}/test_{uuid4().hex}?{options}"
    yield
    kept.drop()
