"""How each transition of a loan is called well, and how a loan is brought to each state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from apps.loans.applications.models import Document
from apps.loans.applications.services import amend, review
from apps.loans.applications.services.documents import add_document, deactivate_document
from apps.loans.book.key_facts import facts_hash, facts_of
from apps.loans.book.models import EventType, Loan, LoanState, Status
from apps.loans.book.tests.waiting import WHY, proposed
from apps.loans.book.workflow import LOAN, REVERSIBLE
from apps.loans.histories.services.inquiries import ask_other_lenders
from apps.loans.products.models import Product
from apps.loans.security.models import Guarantor
from apps.loans.security.services import add_collateral, add_guarantor, release
from apps.loans.servicing.services.change_of_terms import propose_restructuring
from apps.loans.servicing.services.charges import add_charge, waive
from apps.loans.servicing.services.correction import correct_repayment, reverse_repayment
from apps.loans.servicing.services.credits import credit_goodwill, refund
from apps.loans.servicing.services.notes import take_note
from apps.loans.servicing.services.pay_out import disburse, undo_disbursement
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import pay_off, record_repayment
from apps.loans.servicing.services.write_off import (
    propose_charge_off,
    propose_undoing_write_off,
    propose_write_off,
    record_recovery,
)
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import NotFound, ServiceError, WrongState
from apps.users.consents.services import give_consent
from tests.factories import Branch

D = Decimal

PDF = b"%PDF-1.7 a payslip"
NOTHING = uuid4()  # a key that no record has


def begun() -> date:
    """The day on which the loans of these tests begin."""
    return business_date() - timedelta(days=40)


@dataclass(frozen=True)
class Recipe:
    """A call of the service that makes a transition, whose duty `by` has; `prepare` makes what it needs of a loan."""

    by: str
    call: Callable[[Branch, Loan, Actor, str], Any]
    prepare: Callable[[Branch, Loan, str], Any] = lambda branch, loan, maker: None
    refusals: tuple[type[ServiceError], ...] = (WrongState,)  # where it does not start
    instead: str = ""  # the transition that the same call makes elsewhere


def step(service: Callable[..., Any], **values: Any) -> Callable[[Branch, Loan, Actor, str], Any]:
    """A call with the loan and the actor alone."""
    return lambda branch, loan, actor, reason: service(loan_id=loan.pk, actor=actor, **values)


def reasoned(service: Callable[..., Any], **values: Any) -> Callable[[Branch, Loan, Actor, str], Any]:
    """A call with a reason too."""
    return lambda branch, loan, actor, reason: service(loan_id=loan.pk, actor=actor, reason=reason, **values)


def assign(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    review.assign(loan_id=loan.pk, actor=actor, officer_id=branch.staff["officer"].pk, reason=reason)


def note(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    take_note(loan_id=loan.pk, actor=actor, text=reason)


def restructure(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    coming = loan.installments.filter(due_date__gt=business_date()).order_by("n").first()
    start = coming.due_date if coming else business_date()
    terms = {"from": start.isoformat(), "extra_terms": 3}
    propose_restructuring(loan_id=loan.pk, actor=actor, reason=reason, terms=terms)


def correct(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    kind = EventType.RECOVERY if loan.state.status == Status.WRITTEN_OFF else EventType.REPAYMENT
    event = loan.events.of_type(kind, EventType.PAY_OFF).standing().latest_first().first()
    wrong = event.pk if event else NOTHING
    correct_repayment(
        event_id=wrong, actor=actor, reason=reason, channel="bank", reference="B1", accept_overpayment=True
    )


def reverse_recovery(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    event = loan.events.of_type(EventType.RECOVERY).standing().first()
    reverse_repayment(event_id=event.pk if event else NOTHING, actor=actor, reason=reason)


def agree(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    facts = facts_of(loan.product, loan.terms_agreed, loan.submitted_on)
    amend.agree(loan_id=loan.pk, actor=actor, agreed=facts_hash(facts))


def change(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    facts = facts_of(loan.product, amend.wanted_terms(loan, D(500), None), loan.submitted_on)
    wanted = {"principal": D(500), "installments": 12, "purpose": "Seed", "agreed": facts_hash(facts)}
    amend.change_application(loan_id=loan.pk, actor=actor, **wanted)


def reverse(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    event = loan.events.of_type(*REVERSIBLE).standing().latest_first().first()
    reverse_repayment(event_id=event.pk if event else NOTHING, actor=actor, reason=reason)


def release_guarantor(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    release(security=Guarantor, record_id=Guarantor.objects.get().pk, actor=actor, reason=reason)


def set_aside(branch: Branch, loan: Loan, actor: Actor, reason: str) -> None:
    deactivate_document(document_id=Document.objects.get().pk, actor=actor, reason=reason)


def consented(branch: Branch, loan: Loan, maker: str) -> None:
    give_consent(actor=branch.borrower.actor, purpose="sharing", version=1, language="en", value_date=business_date())


def received(branch: Branch, loan: Loan, maker: str) -> None:
    if LoanState.objects.get(pk=loan.pk).status == Status.WRITTEN_OFF:
        record_recovery(loan_id=loan.pk, actor=branch.staff["cashier"].actor, channel="cash", amount=D(10))
    if LoanState.objects.get(pk=loan.pk).status in LOAN["record_repayment"].sources:
        pay(branch, loan, D(10))


def disbursed_in_part(branch: Branch, loan: Loan, maker: str) -> None:
    undo_disbursement(loan_id=loan.pk, actor=branch.staff["accountant"].actor, reason=WHY)
    Product.objects.filter(pk=loan.product_id).update(tranches_max=2)
    disburse(loan_id=loan.pk, actor=branch.staff["cashier"].actor, channel="cash", amount=D(400), value_date=begun())


def guaranteed(branch: Branch, loan: Loan, maker: str) -> None:
    Guarantor.objects.create(loan=loan, full_name="Neo Letuka", amount=D(100))


def documented(branch: Branch, loan: Loan, maker: str) -> None:
    Document.objects.create(
        loan=loan, borrower=branch.borrower, what="other", file_name="a.pdf", size=1, content_type="application/pdf"
    )


MONEY = {"channel": "cash", "amount": D(10)}
PAPER = {"what": "payslip", "file_name": "slip.pdf", "content": PDF}

RECIPES = {
    "start_review": Recipe("officer", step(review.start_review)),
    "assign": Recipe("manager", assign),
    "recommend": Recipe("officer", reasoned(review.recommend)),
    "approve": Recipe("approver", reasoned(review.approve)),
    "reject": Recipe("approver", reasoned(review.reject)),
    "request_info": Recipe("officer", reasoned(review.request_info)),
    "give_info": Recipe("officer", reasoned(review.give_info)),
    "answer_info": Recipe("borrower", reasoned(review.answer_info)),
    "withdraw": Recipe("borrower", reasoned(review.withdraw)),
    "amend": Recipe("officer", reasoned(amend.amend, principal=D(800))),
    "send_back": Recipe("approver", reasoned(review.send_back)),
    "return_for_changes": Recipe("officer", reasoned(review.return_for_changes)),
    "change": Recipe("borrower", change),
    "agree": Recipe("borrower", agree),
    "record_agreement": Recipe("officer", reasoned(amend.record_agreement)),
    "withdraw_for_borrower": Recipe("officer", reasoned(review.withdraw_for_borrower)),
    "propose_undoing_write_off": Recipe("officer", reasoned(propose_undoing_write_off)),
    "undo_approval": Recipe("approver", reasoned(review.undo_approval)),
    "disburse": Recipe("cashier", step(disburse, channel="cash")),
    "disburse_tranche": Recipe("cashier", step(disburse, channel="cash"), disbursed_in_part, instead="disburse"),
    "record_repayment": Recipe("cashier", step(record_repayment, **MONEY)),
    "pay_off": Recipe("cashier", step(pay_off, channel="cash")),
    "add_charge": Recipe("cashier", step(add_charge, name="Letter", kind="fee", amount=D(20))),
    "waive": Recipe("manager", reasoned(waive, component="interest", amount=D(1))),
    "credit_goodwill": Recipe("manager", reasoned(credit_goodwill, amount=D(5))),
    "refund": Recipe("cashier", step(refund, **MONEY)),
    "propose_restructuring": Recipe("officer", restructure),
    "propose_charge_off": Recipe("officer", reasoned(propose_charge_off)),
    "propose_write_off": Recipe("officer", reasoned(propose_write_off)),
    "decide_proposal": Recipe("approver", step(decide_proposal, agree=True), proposed),
    "record_recovery": Recipe("cashier", step(record_recovery, **MONEY)),
    "take_note": Recipe("officer", note),
    "ask_other_lenders": Recipe("officer", step(ask_other_lenders), consented),
    "add_guarantor": Recipe("officer", step(add_guarantor, full_name="Neo Letuka", amount=D(100))),
    "add_collateral": Recipe("officer", step(add_collateral, what="livestock", description="A cow", value=D(900))),
    "add_document": Recipe("officer", step(add_document, **PAPER)),
    "hand_in": Recipe("borrower", step(add_document, **PAPER)),
    "release_security": Recipe("officer", release_guarantor, guaranteed),
    "deactivate_document": Recipe("officer", set_aside, documented),
    "undo_disbursement": Recipe("accountant", reasoned(undo_disbursement)),
    "reverse": Recipe("accountant", reverse, received, refusals=(WrongState, NotFound)),  # nothing there to reverse
    "reverse_recovery": Recipe("accountant", reverse_recovery, received, refusals=(WrongState, NotFound)),
    "correct": Recipe("accountant", correct, received, refusals=(WrongState, NotFound)),
}


def pay(branch: Branch, loan: Loan, amount: Decimal) -> None:
    record_repayment(
        loan_id=loan.pk, actor=branch.staff["cashier"].actor, channel="cash", amount=amount, accept_overpayment=True
    )


def reach(branch: Branch, loan: Loan, status: Status, reviewer: str) -> None:
    """Brings an application just entered to `status`; `reviewer` reviews it and proposes what is proposed."""
    staff, at = {duty: account.actor for duty, account in branch.staff.items()}, {"loan_id": loan.pk}
    on: dict[str, Any] = {**at, "value_date": begun()}
    if status == Status.WITHDRAWN:
        review.withdraw(**on, actor=branch.borrower.actor)
    elif status == Status.REJECTED:
        review.reject(**on, actor=staff["approver"], reason=WHY)
    elif status != Status.SUBMITTED:
        review.start_review(**on, actor=staff[reviewer])
    if status == Status.INFO_REQUESTED:
        review.request_info(**on, actor=staff[reviewer], reason=WHY)
    if status not in REVIEWED_AND_AFTER:
        return
    review.recommend(**on, actor=staff[reviewer], reason=WHY)
    if status == Status.REVIEWED:
        return
    review.approve(**on, actor=staff["approver"])
    if status == Status.APPROVED:
        return
    disburse(**on, actor=staff["cashier"], channel="cash")
    if status == Status.CLOSED:
        pay_off(**at, actor=staff["cashier"], channel="cash")
    elif status == Status.OVERPAID:
        pay(branch, loan, D(5000))
    elif status == Status.CHARGED_OFF:
        propose_charge_off(**at, actor=staff[reviewer], reason=WHY)
        decide_proposal(**at, actor=staff["approver"], agree=True)
    elif status == Status.WRITTEN_OFF:
        pay(branch, loan, D(10))
        propose_write_off(**at, actor=staff[reviewer], reason=WHY)
        decide_proposal(**at, actor=staff["approver"], agree=True)


REVIEWED_AND_AFTER = (
    Status.REVIEWED,
    Status.APPROVED,
    Status.ACTIVE,
    Status.CLOSED,
    Status.OVERPAID,
    Status.CHARGED_OFF,
    Status.WRITTEN_OFF,
)
