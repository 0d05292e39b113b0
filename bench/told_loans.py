"""The loans that a big book is made of: one of each fate, each of its own borrower, told by the services themselves.

Nothing of Django is imported before a function is called: a server must run and be named first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from bench.lender import Lender, apply

if TYPE_CHECKING:
    from apps.loans.book.models import Installment

TODAY = date.today()  # noqa: DTZ011

# How the loans of the book stand, in the order in which templates are told; of forty.
FATES = (
    "submitted",
    "under_review",
    "reviewed",
    "approved",
    "rejected",
    "rejected",
    "withdrawn",
    *["on_time"] * 20,
    *["late"] * 5,
    *["very_late"] * 2,
    *["closed"] * 4,
    "written_off",
    "charged_off",
    "proposed",
    "on_time",
)


def tell_templates(lender: Lender) -> None:
    """The loans that are copied, one of each fate, each of its own borrower, over two years."""
    for n, fate in enumerate(FATES):
        ago = 3 + n if n < 7 else {"closed": 400, "very_late": 200, "late": 90}.get(fate, 10) + 4 * n
        _tell(lender, fate, f"5700{n:04d}", Decimal(1000 + 150 * n), TODAY - timedelta(days=ago))


def _tell(lender: Lender, fate: str, phone: str, principal: Decimal, day: date) -> None:
    from apps.loans.applications.services.drafts import save_draft
    from apps.loans.book.models import Loan

    loan_id = apply(lender, phone, principal, day)
    if fate == "submitted":
        save_draft(borrower=Loan.objects.get(pk=loan_id).borrower, actor=lender.manager.actor, purpose="Seed")
    if _decided(lender, loan_id, fate, day):
        _pay_out(lender, loan_id, fate, day)
        ENDINGS.get(fate, lambda *_: None)(lender, loan_id)


def _decided(lender: Lender, loan_id: UUID, fate: str, day: date) -> bool:
    """Takes the application as far as its fate lets it; True where it is to be paid out."""
    from apps.loans.applications.services.review import approve, recommend, reject, start_review, withdraw
    from apps.loans.book.models import Loan

    manager = lender.manager.actor
    if fate == "withdrawn":
        withdraw(loan_id=loan_id, actor=Loan.objects.get(pk=loan_id).borrower.actor, value_date=day)
    if fate in ("submitted", "withdrawn"):
        return False
    start_review(loan_id=loan_id, actor=manager, value_date=day)
    if fate == "under_review":
        return False
    if fate == "rejected":
        reject(loan_id=loan_id, actor=lender.second.actor, reason="Too much for the pay.", value_date=day)
        return False
    recommend(loan_id=loan_id, actor=manager, reason="Papers seen", value_date=day)
    if fate != "reviewed":
        approve(loan_id=loan_id, actor=lender.second.actor, value_date=day)
    return fate not in ("reviewed", "approved")


def _pay_out(lender: Lender, loan_id: UUID, fate: str, day: date) -> None:
    """Pays out, and enters the receipts that the fate wants, each on its due date."""
    from apps.loans.book.models import Installment
    from apps.loans.servicing.services.pay_out import disburse
    from apps.loans.servicing.services.repayment import record_repayment

    disburse(loan_id=loan_id, actor=lender.manager.actor, channel="cash", value_date=day)
    due: list[Installment] = list(Installment.objects.filter(loan_id=loan_id, due_date__lte=TODAY).order_by("n"))
    unpaid = {"late": 1, "proposed": 2, "very_late": 4, "written_off": 12, "charged_off": 12}.get(fate, 0)
    for row in due[: max(len(due) - unpaid, 0)]:
        channel = ("cash", "cash", "mpesa", "ecocash")[row.n % 4]
        record_repayment(
            loan_id=loan_id,
            actor=lender.manager.actor,
            amount=row.outstanding,
            channel=channel,
            reference="" if channel == "cash" else f"QK{str(loan_id.int)[-8:]}{row.n}",
            value_date=row.due_date,
        )


def _late(lender: Lender, loan_id: UUID) -> None:
    """Somebody answers for it, a thing is pledged, a payment is reported, a promise made."""
    from apps.loans.book.models import Loan, LoanEvent
    from apps.loans.security.services import add_collateral, add_guarantor
    from apps.loans.servicing.services.notes import take_note
    from apps.loans.servicing.services.reported_payments import report_payment_stepwise

    loan, actor = Loan.objects.select_related("borrower").get(pk=loan_id), lender.manager.actor
    add_guarantor(
        loan_id=loan_id, actor=actor, full_name="Pheello Mokoena", amount=Decimal(500), phone="58990000", confirmed=True
    )
    add_collateral(
        loan_id=loan_id,
        actor=actor,
        what="equipment",
        description="Plough",
        serial=f"PL{loan.number}",
        value=Decimal(900),
        confirmed=True,
    )
    report_payment_stepwise(
        loan_id=loan_id,
        actor=loan.borrower.actor,
        amount=Decimal(50),
        channel="mpesa",
        reference=f"RP{loan_id.int % 10**8}",
    )
    if LoanEvent.objects.filter(type="promise").exists():
        return
    promised = TODAY + timedelta(days=1)
    take_note(loan_id=loan_id, actor=actor, text="By the month's end.", promised_on=promised, amount=Decimal(100))


def _very_late(lender: Lender, loan_id: UUID) -> None:
    """The borrower complains, and disputes what is told of the loan."""
    from apps.loans.book.models import Loan
    from apps.loans.histories.services.disputes import open_dispute
    from apps.users.complaints.services import complain

    borrower = Loan.objects.select_related("borrower").get(pk=loan_id).borrower
    complain(actor=borrower.actor, about="charges", text="Too much was charged.")
    open_dispute(actor=borrower.actor, loan_id=loan_id, entry=None, text="This is not as it was.")


def _given_up(step: str) -> Callable[[Lender, UUID], None]:
    def run(lender: Lender, loan_id: UUID) -> None:
        from apps.loans.servicing.services import write_off
        from apps.loans.servicing.services.proposals import decide_proposal

        getattr(write_off, f"propose_{step}")(loan_id=loan_id, actor=lender.manager.actor, reason="No answer.")
        decide_proposal(loan_id=loan_id, actor=lender.second.actor, agree=True)

    return run


def _proposed(lender: Lender, loan_id: UUID) -> None:
    from apps.loans.servicing.services.write_off import propose_write_off

    propose_write_off(loan_id=loan_id, actor=lender.manager.actor, reason="No answer.")


ENDINGS: dict[str, Callable[[Lender, UUID], None]] = {
    "late": _late,
    "very_late": _very_late,
    "written_off": _given_up("write_off"),
    "charged_off": _given_up("charge_off"),
    "proposed": _proposed,
}
