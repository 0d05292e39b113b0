"""Loads the demonstration: five MFIs and their people from the spreadsheets, staff, and loans in every state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan, Status
from apps.loans.reporting.services.snapshots import take_snapshot
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.roles import Duty, Role
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import update_borrower
from apps.users.accounts.services.passwords import set_password
from apps.users.accounts.services.people import Person
from apps.users.spreadsheets.inline import rehearse_file, run_rows
from apps.users.spreadsheets.kinds import kind_named
from apps.users.spreadsheets.services.uploads import discard_run
from apps.users.staff.services import create_staff
from config.demo.loans import Staff, make_loans
from config.demo.policy import told_by_one
from config.demo.portfolios import make_portfolios

FIXTURES = Path(settings.ROOT) / "fixtures"
ADMIN_EMAIL = "admin@letsema.example"
SHARES = {"maluti": 120, "thaba-bosiu": 80, "senqu": 50, "mafeteng": 30, "khubelu": 20}
NAMES = {
    Duty.OFFICER: "Mpho Ntsane",
    Duty.APPROVER: "Lebohang Makhetha",
    Duty.CASHIER: "Keneuoe Thamae",
    Duty.ACCOUNTANT: "Tšeliso Majara",
}
Say = Callable[[str], None]


def load_demo(*, password: str, loans: dict[str, int] | None = None, say: Say = print) -> None:
    """Loads whatever of the demonstration is not there yet. Everybody signs in with `password`."""
    connection.set_schema_to_public()
    _letsema_admin(password)
    _import("mfis", say)
    _import("people", say)
    for subdomain, count in (loans or SHARES).items():
        mfi = MFI.objects.get(subdomain=subdomain)
        # One transaction an MFI: a start that was killed leaves it whole or not at all.
        with tenant_context(mfi), transaction.atomic():
            if not Account.objects.filter(email=f"officer@{subdomain}.example").exists():
                staff = _staff(mfi, password)
                make_portfolios(mfi, staff.officer, staff.manager, password, business_date())
                _loans(mfi, staff, count, say)
                _borrower(mfi, password)
        take_snapshot(mfi=mfi, actor=SYSTEM)


def _letsema_admin(password: str) -> None:
    if not Account.objects.filter(email=ADMIN_EMAIL).exists():
        admin = create_staff(full_name="Naleli Moshoeshoe", email=ADMIN_EMAIL, role=Role.LETSEMA_ADMIN, actor=SYSTEM)
        set_password(account=admin, password=password, actor=SYSTEM)


def _import(kind: str, say: Say) -> None:
    run = rehearse_file(kind, FIXTURES / f"{kind}.xlsx", actor=SYSTEM)
    if not run.good:
        discard_run(run_id=run.pk, actor=SYSTEM)
        return
    done = run_rows(run, actor=SYSTEM, leaves_out_faulty=True)
    left_out = f", {done.faulty} faulty rows left out" if done.faulty else ""
    say(f"  {done.inserted} {kind_named(kind).noun} imported from fixtures/{kind}.xlsx{left_out}")


def _staff(mfi: MFI, password: str) -> Staff:
    manager = Account.objects.get(email=f"manager@{mfi.subdomain}.example")
    set_password(account=manager, password=password, actor=SYSTEM)
    colleagues = {}
    for duty, name in NAMES.items():
        email = f"{duty.value}@{mfi.subdomain}.example"
        colleagues[duty.value] = create_staff(
            full_name=name, email=email, role=Role.MFI_ADMIN, duties=[duty], actor=SYSTEM
        )
        set_password(account=colleagues[duty.value], password=password, actor=SYSTEM)
    return Staff(manager=manager, **colleagues)


def _borrower(mfi: MFI, password: str) -> None:
    """One borrower who can sign in to the portal: the one with the most receipts on a loan that still runs."""
    punctual = Loan.objects.filter(state__status=Status.ACTIVE, state__oldest_due_date__gt=business_date())
    running = punctual.annotate(n=Count("events")).order_by("-n", "number")
    loan = running.select_related("borrower", "borrower__profile").first()
    if loan is None:
        return
    account, profile = loan.borrower, loan.borrower.profile
    known = {name: getattr(profile, name) or "" for name in ("national_id", "district", "village", "employer")}
    person = Person(
        full_name=account.full_name,
        phone=account.phone or "",
        email=f"borrower@{mfi.subdomain}.example",
        date_of_birth=profile.date_of_birth,
        net_monthly_income=profile.net_monthly_income,
        **known,
    )
    update_borrower(account=account, person=person, actor=SYSTEM, today=business_date())
    account.refresh_from_db()
    set_password(account=account, password=password, actor=SYSTEM)


def _loans(mfi: MFI, staff: Staff, count: int, say: Say) -> None:
    done = 0

    def progress() -> None:
        nonlocal done
        done += 1
        if done % 40 == 0 or done == count:
            say(f"  {mfi.name}: {done} of {count} loans")

    with told_by_one(staff.manager.actor):
        make_loans(mfi, staff, count, business_date(), progress)
