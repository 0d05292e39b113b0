"""Three hundred loans in every state, by calling the services with dates fixed to the day the story is told.

Told on another day, the same loans are told again with every date moved alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.manual import decide_journal, propose_journal
from apps.loans.models import GLAccount, Group, Installment, Loan, LoanEvent, LoanState, Product
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.loans.services import drafts, groups, money, notices, origination, servicing
from apps.loans.services.products import create_product
from apps.mfis.models import MFI
from apps.users.models import Account
from apps.users.roles import Role

PURPOSES = (
    "School fees",
    "Stock for the shop",
    "Seed and fertiliser",
    "A sewing machine",
    "Funeral costs",
    "Roof repair",
    "Taxi deposit",
    "Wool shearing season",
    "Medical bill",
)
# How the loans of one MFI end, in hundredths: what happens to the k-th loan is fixed.
LONGEST_AGO = 330  # days: the oldest story begins after it
AGES = {"very_late": (90, 180), "closed": (120, 320), "paid_on_time": (6, 110), "late": (20, 120)}
FATES = (
    ("submitted", 7),
    ("under_review", 4),
    ("reviewed", 5),
    ("rejected", 6),
    ("withdrawn", 3),
    ("approved", 4),
    ("paid_on_time", 42),
    ("late", 8),
    ("very_late", 3),
    ("closed", 13),
    ("reversed", 3),
    ("overpaid", 2),
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who acts in one MFI's story."""

    manager: Account
    officer: Account
    approver: Account
    cashier: Account
    accountant: Account


def make_products(mfi: MFI, manager: Account) -> list[Product]:
    """What a lender of this licence would offer."""
    lender = mfi.is_money_lender
    common: dict[str, Any] = {"by": manager, "mfi": mfi}
    business = create_product(
        **common,
        name="Business loan",
        description="For stock and tools, repaid monthly.",
        rate=Decimal(24),
        rate_per="year",
        interest_method="declining_balance",
        principal_min=Decimal(1000),
        principal_default=Decimal(6000),
        principal_max=Decimal(30000),
        installments_min=3,
        installments_default=12,
        installments_max=24,
        disbursement_fee_percent=Decimal(0 if lender else 3),
    )
    salary = create_product(
        **common,
        name="Salary loan",
        description="For people paid monthly; the same amount each month.",
        rate=Decimal(2),
        rate_per="month",
        interest_method="flat",
        principal_min=Decimal(500),
        principal_default=Decimal(3000),
        principal_max=Decimal(15000),
        installments_min=1,
        installments_default=6,
        installments_max=12,
    )
    market = create_product(
        **common,
        name="Market loan",
        description="Small and short, repaid weekly.",
        rate=Decimal(25),
        rate_per="year",
        interest_method="declining_balance",
        amortization="equal_principal",
        frequency="weeks",
        principal_min=Decimal(200),
        principal_default=Decimal(1000),
        principal_max=Decimal(5000),
        installments_min=4,
        installments_default=12,
        installments_max=26,
    )
    return [business, salary, market]


def make_loans(mfi: MFI, staff: Staff, count: int, today: date, progress: Callable[[], None]) -> None:
    """`count` loans of `mfi`, each with its own fixed fate. Run in the MFI's schema."""
    chance = random.Random(f"{mfi.subdomain}-{count}")  # noqa: S311 - the same loans each time
    products = make_products(mfi, staff.manager)
    _bring_in_capital(staff, count, today - timedelta(days=LONGEST_AGO))
    people = list(Account.objects.filter(role=Role.BORROWER).order_by("phone")[: count * 2])
    fates = [name for name, share in FATES for _ in range(share)]
    for n in range(count):
        _tell(chance, mfi, staff, chance.choice(products), people[n], fates[(n * 37) % len(fates)], today)
        progress()
    others = list(Account.objects.filter(role=Role.BORROWER, loans=None).order_by("phone")[:6])
    _form_group(mfi, staff, products[2], others[:5], today)
    drafts.save_draft(borrower=others[5], by=staff.officer, product_id=products[0].pk, purpose="Stock for the shop")
    _charge_off_the_latest(staff)


def _form_group(mfi: MFI, staff: Staff, product: Product, members: list[Account], today: date) -> None:
    """Five market women who meet every week; four have a loan, and one of them is a week behind."""
    meets_from = today - timedelta(days=today.weekday() + 7 * 12 - 2)  # the Wednesday twelve weeks ago
    group = Group(name="Kopano market group", place="Church hall", meets_from=meets_from, officer=staff.officer)
    groups.save_group(group, by=staff.officer)
    offices = ("chair", "treasurer", "secretary", "member", "member")
    for member, office in zip(members, offices, strict=False):
        groups.add_member(group_id=group.pk, by=staff.officer, borrower_id=member.pk, office=office, on=meets_from)
    applied = today - timedelta(days=45)
    for n, member in enumerate(members[:4]):
        answer = origination.apply_for_loan(
            borrower=member,
            product_id=product.pk,
            principal=Decimal(1200),
            installments=12,
            purpose="Vegetables",
            by=staff.officer,
            currency=mfi.currency,
            on=applied,
            group_id=group.pk,
        )
        loan_id = UUID(str(answer["id"]))
        _reach_approval(staff, loan_id, member, "paid_on_time", applied)
        money.disburse(loan_id=loan_id, by=staff.cashier, channel="cash", on=applied + timedelta(days=2))
        due = list(Installment.objects.filter(loan_id=loan_id, due_date__lt=today).order_by("n"))
        for row in due[: len(due) - (n == 3)]:
            money.record_repayment(
                loan_id=loan_id, by=staff.cashier, amount=row.outstanding, channel="cash", on=row.due_date
            )


def _charge_off_the_latest(staff: Staff) -> None:
    """The loan that is late the longest is charged off, and still owed."""
    state = LoanState.objects.filter(status=Status.ACTIVE).order_by("oldest_due_date", "loan__number").first()
    if state is None:
        return
    reason = "Four letters and two visits without an answer."
    servicing.propose_charge_off(loan_id=state.pk, by=staff.officer, reason=reason)
    servicing.decide_proposal(loan_id=state.pk, by=staff.approver, agree=True)


def _bring_in_capital(staff: Staff, count: int, on: date) -> None:
    """The owners' money, without which the cash book would begin below zero: proposed by one, posted by another."""
    ensure_chart()
    code = dict(GLAccount.objects.values_list("code", "pk"))
    each = Decimal(count * 2500)
    lines = [(code[c], each) for c in ("1010", "1020", "1031", "1032")]
    journal = propose_journal(
        by=staff.accountant, on=on, narrative="Capital paid in", lines=[*lines, (code["3010"], -4 * each)]
    )
    decide_journal(journal_id=journal.pk, by=staff.manager, post=True)


def _tell(
    chance: random.Random, mfi: MFI, staff: Staff, product: Product, borrower: Account, fate: str, today: date
) -> None:
    """One loan's story, from its application to where it stands on the day."""
    waiting = fate in ("submitted", "under_review", "reviewed", "approved", "rejected", "withdrawn")
    age = chance.randint(1, 14) if waiting else chance.randint(*AGES.get(fate, (50, 250)))
    applied = today - timedelta(days=age)
    step = product.principal_max / 20
    principal = max(product.principal_min, (step * chance.randint(1, 12)).quantize(Decimal(100)))
    installments = chance.randint(product.installments_min, product.installments_default)
    if fate == "closed":
        installments = product.installments_min
    by_staff = chance.random() < 0.4
    answer = origination.apply_for_loan(
        borrower=borrower,
        product_id=product.pk,
        principal=principal,
        installments=installments,
        purpose=chance.choice(PURPOSES),
        by=staff.officer if by_staff else borrower,
        currency=mfi.currency,
        on=applied,
    )
    loan_id = UUID(answer["id"])
    if not _reach_approval(staff, loan_id, borrower, fate, applied):
        return
    paid_out = min(applied + timedelta(days=3), today)
    channel = chance.choice(["cash", "mpesa", "ecocash", "bank"])
    money.disburse(
        loan_id=loan_id, by=staff.cashier, channel=channel, reference=_reference(chance, channel), on=paid_out
    )
    _repay(chance, staff, loan_id, fate, today)


def _reach_approval(staff: Staff, loan_id: UUID, borrower: Account, fate: str, applied: date) -> bool:
    """Takes the application as far as its fate lets it; True when it is to be paid out."""
    if fate == "submitted":
        return False
    if fate == "withdrawn":
        origination.withdraw(loan_id=loan_id, by=borrower, on=applied + timedelta(days=1))
        return False
    origination.start_review(loan_id=loan_id, by=staff.officer, on=applied)
    if fate == "under_review":
        return False
    if fate == "rejected":
        reason = "Installments would take more than half of the net pay."
        origination.reject(loan_id=loan_id, by=staff.approver, reason=reason, on=applied + timedelta(days=1))
        return False
    finding = "Identity card seen; payslip and bank statement agree; purpose plausible."
    origination.recommend(loan_id=loan_id, by=staff.officer, reason=finding, on=applied + timedelta(days=1))
    if fate == "reviewed":
        return False
    origination.approve(loan_id=loan_id, by=staff.approver, on=applied + timedelta(days=1))
    return fate != "approved"


def _repay(chance: random.Random, staff: Staff, loan_id: UUID, fate: str, day: date) -> None:
    rows = list(Installment.objects.filter(loan_id=loan_id).order_by("n"))
    due = [r for r in rows if r.due_date <= day]
    unpaid = {"late": 1, "very_late": max(len(due) - 1, 1)}.get(fate, 0)
    paying = rows if fate in ("closed", "overpaid") else due[: len(due) - unpaid]
    for row in paying:
        on = min(
            max(row.due_date - timedelta(days=chance.randint(0, 4)), rows[0].due_date - timedelta(days=row.days)), day
        )
        last = row is paying[-1]
        amount = row.outstanding + (Decimal(50) if last and fate == "overpaid" else 0)
        _pay(chance, staff, loan_id, amount, on)
    if fate == "late" and len(due) > 1 and chance.random() < 0.5:
        _pay(chance, staff, loan_id, (due[-1].outstanding / 3).quantize(Decimal("0.01")), day)
    if fate == "reversed" and paying:
        receipt = LoanEvent.objects.filter(loan_id=loan_id, type=EventType.REPAYMENT).last()
        if receipt:
            reason = "Booked on the wrong loan."
            money.reverse_repayment(event_id=receipt.pk, by=staff.accountant, reason=reason)
    if fate == "paid_on_time" and chance.random() < 0.12:
        loan = Loan.objects.select_related("borrower", "state").get(pk=loan_id)
        if loan.state.status != Status.ACTIVE:
            return
        notices.report_payment(
            loan_id=loan_id,
            by=loan.borrower,
            amount=Decimal(chance.randint(1, 6) * 100),
            channel="mpesa",
            reference=_reference(chance, "mpesa"),
            paid_on=day,
        )


def _pay(chance: random.Random, staff: Staff, loan_id: UUID, amount: Decimal, on: date) -> None:
    if amount <= 0:
        return
    channel = chance.choice(["cash", "cash", "mpesa", "ecocash"])
    money.record_repayment(
        loan_id=loan_id, by=staff.cashier, amount=amount, channel=channel, reference=_reference(chance, channel), on=on
    )


def _reference(chance: random.Random, channel: str) -> str:
    return "" if channel == "cash" else f"{channel[:2].upper()}{chance.randint(10**8, 10**9 - 1)}"
