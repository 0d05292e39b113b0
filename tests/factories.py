"""What tests are made of: an MFI with its people, with usual values that a test may override."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from apps.loans.book.key_facts import facts_hash, facts_of
from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import GLAccount
from apps.loans.products.models import Product, the_policy
from apps.loans.products.quotes import checked_terms
from apps.loans.products.services import create_product
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.roles import Duty, Role
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.passwords import set_password
from apps.users.accounts.services.people import Person
from apps.users.operators.services import onboard_mfi
from apps.users.staff.services import create_staff

PASSWORD = "maluti-mountains-7"
TODAY = date(2026, 3, 2)


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
                client.force_login(account, backend="apps.users.access.backends.EmailOrPhoneBackend")
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
        borrower = register_borrower(person=person, password=PASSWORD, actor=SYSTEM, today=TODAY)
        product = _business_loan(opened.mfi, staff["manager"])
        settle_alone()
        open_tills()
    return Branch(opened.mfi, f"{subdomain}.localhost", staff, borrower, product)


def agreed(product: Product, principal: str = "1000.00", installments: int = 6) -> str:
    """The hash of the key facts of a loan of the product paid out today, as whoever applies for it has seen them."""
    on = business_date()
    return facts_hash(facts_of(product, checked_terms(product, Decimal(principal), installments, on, "LSL"), on))


def _business_loan(mfi: MFI, manager: Account) -> Product:
    return create_product(
        actor=manager.actor,
        mfi=mfi,
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


# Where one person suffices for everything, and no account is held at zero: what most tests are not about.
ALONE: dict[str, Any] = {
    "overpayment_limit": None,
    "refund_alone": None,
    "goodwill_alone": None,
    "waiver_alone": None,
    "reversal_alone": None,
    "refund_reversal_alone": None,
    "past_month_alone": None,
    "duties_apart": False,
    "closing_alone": True,
}


def settle_alone(**values: Any) -> None:
    """The policy of the present MFI in which one person suffices, with `values` of the test's own."""
    policy = the_policy()
    for name, value in (ALONE | values).items():
        setattr(policy, name, value)
    policy.save()


def open_tills() -> None:
    """Lets money go out of the accounts of the present MFI though none was brought in."""
    ensure_chart()
    GLAccount.objects.filter(type="asset").update(may_go_below_zero=True)


def queries(client: Client, path: str) -> int:
    """How many queries a page takes; whether the connection still stands in the schema is no matter of the page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return sum(not query["sql"].startswith("SET search_path") for query in captured)


def find_branch(subdomain: str) -> Branch | None:
    """The branch as a database that was kept has it already."""
    mfi = MFI.objects.filter(subdomain=subdomain).first()
    if mfi is None:
        return None
    with tenant_context(mfi):
        people = list(Account.objects.filter(role=Role.MFI_ADMIN))
        staff = {person.duties[0]: person for person in people}
        borrower, product = Account.objects.get(role=Role.BORROWER), Product.objects.get()
    return Branch(mfi, f"{subdomain}.localhost", staff, borrower, product)
