"""Three hundred loans in every state, by calling the services with dates fixed to the day the story is told.

Told on another day, the same loans are told again with every date moved alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from apps.loans.applications.services import drafts
from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, reject, start_review, withdraw
from apps.loans.book.models import EventType, Installment, Loan, LoanEvent, LoanState, Status
from apps.loans.groups.models import Group
from apps.loans.groups.services import add_member, save_group
from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.manual import decide_journal, propose_journal
from apps.loans.ledger.models import GLAccount
from apps.loans.products.models import Product, usual_purpose_id
from apps.loans.servicing.services import reported_payments
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.many_repayments import ReceiptRow, record_repayments
from apps.loans.servicing.services.pay_out import disburse
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.write_off import propose_charge_off
from apps.mfis.core.roles import Role
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account
from config.demo.products import make_products

# What is said of the purpose, and which of the usual ones it is.
PURPOSES = (
    ("School fees", 9),
    ("Stock for the shop", 1),
    ("Seed and fertiliser", 3),
    ("A sewing machine", 6),
    ("Funeral costs", 12),
    ("Roof repair", 8),
    ("Taxi deposit", 7),
    ("Wool shearing season", 4),
    ("Medical bill", 10),
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


def make_loans(mfi: MFI, staff: Staff, count: int, today: date, progress: Callable[[], None]) -> None:
    """`count` loans of `mfi`, each with its own fixed fate. Run in the MFI's schema."""
    chance = random.Random(f"{mfi.subdomain}-{count}")  # noqa: S311 - the same loans each time
    products = make_products(mfi, staff.manager)
    _bring_in_capital(staff, count, today - timedelta(days=LONGEST_AGO))
    people = list(Account.objects.filter(role=Role.BORROWER).order_by("phone")[: count * 2])
    fates = [name for name, share in FATES for _ in range(share)]
    told = []
    for n in range(count):
        told.append(_tell(chance, mfi, staff, chance.choice(products), people[n], fates[(n * 37) % len(fates)], today))
        progress()
    receipts = [receipt for repaid in told for receipt in repaid.receipts]
    record_repayments(rows=receipts, actor=staff.cashier.actor, all_or_nothing=True)
    for repaid in told:
        if repaid.ending:
            repaid.ending()
    others = list(Account.objects.filter(role=Role.BORROWER, loans=None).order_by("phone")[:6])
    _form_group(mfi, staff, products[2], others[:5], today)
    drafts.save_draft(
        borrower=others[5], actor=staff.officer.actor, product_id=products[0].pk, purpose="Stock for the shop"
    )
    _charge_off_the_latest(staff)


def _form_group(mfi: MFI, staff: Staff, product: Product, members: list[Account], today: date) -> None:
    """Five market women who meet every week; four have a loan, and one of them is a week behind."""
    meets_from = today - timedelta(days=today.weekday() + 7 * 12 - 2)  # the Wednesday twelve weeks ago
    group = Group(name="Kopano market group", place="Church hall", meets_from=meets_from, officer=staff.officer)
    save_group(group=group, actor=staff.officer.actor)
    offices = ("chair", "treasurer", "secretary", "member", "member")
    for member, office in zip(members, offices, strict=False):
        add_member(
            group_id=group.pk, actor=staff.officer.actor, borrower_id=member.pk, office=office, joined_on=meets_from
        )
    applied = today - timedelta(days=45)
    for n, member in enumerate(members[:4]):
        application = apply_for_loan(
            borrower=member,
            request=LoanRequest(
                product_id=product.pk, principal=Decimal(1200), installments=12, purpose="Vegetables", group_id=group.pk
            ),
            actor=staff.officer.actor,
            currency=mfi.currency,
            value_date=applied,
        )
        loan_id = application.id
        _reach_approval(staff, loan_id, member, "paid_on_time", applied)
        disburse(loan_id=loan_id, actor=staff.cashier.actor, channel="cash", value_date=applied + timedelta(days=2))
        due = list(Installment.objects.filter(loan_id=loan_id, due_date__lt=today).order_by("n"))
        paid = due[: len(due) - (n == 3)]
        record_repayments(
            rows=[ReceiptRow(loan_id, row.outstanding, "cash", value_date=row.due_date) for row in paid],
            actor=staff.cashier.actor,
            all_or_nothing=True,
        )


def _charge_off_the_latest(staff: Staff) -> None:
    """The loan that is late the longest is charged off, and still owed."""
    state = LoanState.objects.filter(status=Status.ACTIVE).order_by("oldest_due_date", "loan__number").first()
    if state is None:
        return
    reason = "Four letters and two visits without an answer."
    propose_charge_off(loan_id=state.pk, actor=staff.officer.actor, reason=reason)
    decide_proposal(loan_id=state.pk, actor=staff.approver.actor, agree=True)


def _bring_in_capital(staff: Staff, count: int, on: date) -> None:
    """The owners' money, without which the cash book would begin below zero: proposed by one, posted by another."""
    ensure_chart()
    code = dict(GLAccount.objects.values_list("code", "pk"))
    each = Decimal(count * 2500)
    lines = [(code[c], each) for c in ("1010", "1020", "1031", "1032")]
    journal = propose_journal(
        actor=staff.accountant.actor,
        posted_on=on,
        narrative="Capital paid in",
        lines=[*lines, (code["3010"], -4 * each)],
    )
    decide_journal(journal_id=journal.id, actor=staff.manager.actor, post=True)


def _tell(
    chance: random.Random, mfi: MFI, staff: Staff, product: Product, borrower: Account, fate: str, today: date
) -> Repaid:
    """One loan's story, from its application to its pay-out, and what is received on it by the day."""
    waiting = fate in ("submitted", "under_review", "reviewed", "approved", "rejected", "withdrawn")
    age = chance.randint(1, 14) if waiting else chance.randint(*AGES.get(fate, (50, 250)))
    applied = today - timedelta(days=age)
    step = product.principal_max / 20
    principal = max(product.principal_min, (step * chance.randint(1, 12)).quantize(Decimal(100)))
    installments = chance.randint(product.installments_min, product.installments_default)
    if fate == "closed":
        installments = product.installments_min
    by_staff = chance.random() < 0.4
    purpose, number = chance.choice(PURPOSES)
    application = apply_for_loan(
        borrower=borrower,
        request=LoanRequest(
            product_id=product.pk,
            principal=principal,
            installments=installments,
            purpose=purpose,
            listed_purpose_id=usual_purpose_id(number),
        ),
        actor=(staff.officer if by_staff else borrower).actor,
        currency=mfi.currency,
        value_date=applied,
    )
    loan_id = application.id
    if not _reach_approval(staff, loan_id, borrower, fate, applied):
        return Repaid([])
    paid_out = min(applied + timedelta(days=3), today)
    channel = chance.choice(["cash", "mpesa", "ecocash", "bank"])
    disburse(
        loan_id=loan_id,
        actor=staff.cashier.actor,
        channel=channel,
        reference=_reference(chance, channel),
        value_date=paid_out,
    )
    return _repay(chance, staff, loan_id, fate, today)


def _reach_approval(staff: Staff, loan_id: UUID, borrower: Account, fate: str, applied: date) -> bool:
    """Takes the application as far as its fate lets it; True when it is to be paid out."""
    if fate == "submitted":
        return False
    if fate == "withdrawn":
        withdraw(loan_id=loan_id, actor=borrower.actor, value_date=applied + timedelta(days=1))
        return False
    start_review(loan_id=loan_id, actor=staff.officer.actor, value_date=applied)
    if fate == "under_review":
        return False
    if fate == "rejected":
        reason = "Installments would take more than half of the net pay."
        reject(loan_id=loan_id, actor=staff.approver.actor, reason=reason, value_date=applied + timedelta(days=1))
        return False
    finding = "Identity card seen; payslip and bank statement agree; purpose plausible."
    recommend(loan_id=loan_id, actor=staff.officer.actor, reason=finding, value_date=applied + timedelta(days=1))
    if fate == "reviewed":
        return False
    approve(loan_id=loan_id, actor=staff.approver.actor, value_date=applied + timedelta(days=1))
    return fate != "approved"


@dataclass(frozen=True, slots=True)
class Repaid:
    """What is received on one loan, and what happens after it."""

    receipts: list[ReceiptRow]
    ending: Callable[[], object] | None = None


def _repay(chance: random.Random, staff: Staff, loan_id: UUID, fate: str, day: date) -> Repaid:
    rows = list(Installment.objects.filter(loan_id=loan_id).order_by("n"))
    due = [r for r in rows if r.due_date <= day]
    unpaid = {"late": 1, "very_late": max(len(due) - 1, 1)}.get(fate, 0)
    paying = rows if fate in ("closed", "overpaid") else due[: len(due) - unpaid]
    receipts = []
    for row in paying:
        on = min(
            max(row.due_date - timedelta(days=chance.randint(0, 4)), rows[0].due_date - timedelta(days=row.days)), day
        )
        last = row is paying[-1]
        amount = row.outstanding + (Decimal(50) if last and fate == "overpaid" else 0)
        receipts += _receipt(chance, loan_id, amount, on)
    if fate == "late" and len(due) > 1 and chance.random() < 0.5:
        receipts += _receipt(chance, loan_id, (due[-1].outstanding / 3).quantize(Decimal("0.01")), day)
    if fate == "reversed" and paying:
        return Repaid(receipts, partial(_reverse_the_last, staff, loan_id))
    if fate == "paid_on_time" and chance.random() < 0.12 and len(paying) < len(rows):
        amount, reference = Decimal(chance.randint(1, 6) * 100), _reference(chance, "mpesa")
        return Repaid(receipts, partial(_report, loan_id, amount=amount, reference=reference, paid_on=day))
    return Repaid(receipts)


def _receipt(chance: random.Random, loan_id: UUID, amount: Decimal, on: date) -> list[ReceiptRow]:
    if amount <= 0:
        return []
    channel = chance.choice(["cash", "cash", "mpesa", "ecocash"])
    reference = _reference(chance, channel)
    return [ReceiptRow(loan_id, amount, channel, reference, on, accept_overpayment=True)]


def _reverse_the_last(staff: Staff, loan_id: UUID) -> None:
    receipt = LoanEvent.objects.filter(loan_id=loan_id, type=EventType.REPAYMENT).last()
    if receipt:
        reason = "Booked on the wrong loan."
        reverse_repayment(event_id=receipt.pk, actor=staff.accountant.actor, reason=reason)


def _report(loan_id: UUID, *, amount: Decimal, reference: str, paid_on: date) -> None:
    """The borrower reports a payment that nobody has confirmed yet."""
    loan = Loan.objects.select_related("borrower").get(pk=loan_id)
    reported_payments.report_payment(
        loan_id=loan_id,
        actor=loan.borrower.actor,
        amount=amount,
        channel="mpesa",
        reference=reference,
        paid_on=paid_on,
        accept_overpayment=True,
    )


def _reference(chance: random.Random, channel: str) -> str:
    return "" if channel == "cash" else f"{channel[:2].upper()}{chance.randint(10**8, 10**9 - 1)}"
