"""What each of a loan's actions asks for, shows and calls: one entry for each transition a person may make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from apps.loans.admin.forms import (
    AssignForm,
    ChargeForm,
    CollateralForm,
    DocumentForm,
    GoodwillForm,
    GuarantorForm,
    MoneyForm,
    NoteForm,
    ProposalForm,
    RestructureForm,
    ReverseForm,
    ReviewForm,
    WaiverForm,
)
from apps.loans.domain.money import spoken
from apps.loans.models import Loan
from apps.loans.models.event import EventType
from apps.loans.services import credit, documents, money, origination, security, servicing
from apps.loans.services.documents import MOST_BYTES
from apps.mfis.clock import business_date
from apps.users.admin.forms import OptionalReasonForm, ReasonForm
from apps.users.models import Account

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Ask:
    """A confirm page: its form, the call it makes with the form's values, more facts, and what it says when done."""

    form: forms.Form
    run: Callable[[dict[str, Any]], Any]
    facts: Facts
    done: str = ""


def _disburse(loan: Loan, by: Account, data: Any) -> Ask:
    net, fee = money.net_disbursement(loan, business_date())
    facts = [("Fee kept back", spoken(fee, loan.currency)), ("To hand over", spoken(net, loan.currency))]
    in_parts = loan.product.tranches_max > 1
    form = MoneyForm(data, with_amount=in_parts, initial={"amount": net + fee} if in_parts else {})
    return Ask(
        form,
        lambda v: money.disburse(loan_id=loan.pk, by=by, **v),
        facts,
        "Paid out: {net} handed over, {fee} kept back.",
    )


def _repayment(loan: Loan, by: Account, data: Any) -> Ask:
    state = loan.state
    due = "—"
    if state.oldest_due_date:
        due = f"{spoken(state.next_due_amount, loan.currency)} on {state.oldest_due_date:%-d %b %Y}"
    facts = [("Outstanding", spoken(state.total_outstanding, loan.currency)), ("Next due", due)]
    form = MoneyForm(data, initial={"amount": state.next_due_amount or Decimal("0.01")})
    return Ask(
        form,
        lambda v: money.record_repayment(loan_id=loan.pk, by=by, **v),
        facts,
        "Receipt {number} is booked; outstanding {outstanding}.",
    )


def _pay_off(loan: Loan, by: Account, data: Any) -> Ask:
    owed = servicing.payoff_amount(loan, business_date())
    return Ask(
        MoneyForm(data, with_amount=False),
        lambda v: servicing.pay_off(loan_id=loan.pk, by=by, **v),
        [("Settles it today", spoken(owed, loan.currency))],
        "Receipt {number}: {amount}; the loan is settled.",
    )


def _refund(loan: Loan, by: Account, data: Any) -> Ask:
    over = loan.state.overpaid
    return Ask(
        MoneyForm(data, initial={"amount": over}),
        lambda v: servicing.refund(loan_id=loan.pk, by=by, **v),
        [("Overpaid", spoken(over, loan.currency))],
        "{amount} is paid back, number {number}.",
    )


def _recovery(loan: Loan, by: Account, data: Any) -> Ask:
    return Ask(
        MoneyForm(data),
        lambda v: servicing.record_recovery(loan_id=loan.pk, by=by, **v),
        [],
        "Receipt {number}: {amount} recovered.",
    )


def _charge(loan: Loan, by: Account, data: Any) -> Ask:
    return Ask(ChargeForm(data), lambda v: servicing.add_charge(loan_id=loan.pk, by=by, **v), [], "Charged: {amount}.")


def _waive(loan: Loan, by: Account, data: Any) -> Ask:
    return Ask(WaiverForm(data), lambda v: servicing.waive(loan_id=loan.pk, by=by, **v), [], "Waived: {amount}.")


def _goodwill(loan: Loan, by: Account, data: Any) -> Ask:
    form = GoodwillForm(data)
    return Ask(form, lambda v: servicing.credit_goodwill(loan_id=loan.pk, by=by, **v), [], "Credited, number {number}.")


def _restructure(loan: Loan, by: Account, data: Any) -> Ask:
    open_rows = [row for row in loan.installments.order_by("n") if row.outstanding]
    start = next((row.due_date for row in open_rows if row.due_date >= business_date()), None)

    def run(values: dict[str, Any]) -> Any:
        return servicing.propose_restructuring(loan_id=loan.pk, by=by, terms=values["terms"], reason=values["reason"])

    return Ask(RestructureForm(data, initial={"start": start}), run, [], "The new terms wait for a second person.")


def _decide(loan: Loan, by: Account, data: Any) -> Ask:
    proposal = loan.events.filter(type=loan.state.proposal).order_by("-recorded_at").first()
    facts: Facts = []
    if proposal:
        facts = [("Proposal", proposal.get_type_display()), ("By", proposal.actor_name), ("Why", proposal.reason)]
        if proposal.type == EventType.RESTRUCTURE_PROPOSED:
            facts += _new_terms(loan, proposal)
        elif proposal.type == EventType.CHARGE_OFF_PROPOSED:
            facts.append(("Principal to charge off", spoken(loan.state.principal_outstanding, loan.currency)))
        else:
            facts.append(("To write off", spoken(servicing.payoff_amount(loan, business_date()), loan.currency)))
    return Ask(ProposalForm(data), lambda v: servicing.decide_proposal(loan_id=loan.pk, by=by, **v), facts, "Decided.")


def _new_terms(loan: Loan, proposal: Any) -> Facts:
    """The restructured schedule in a few words, from the engine itself."""
    then = servicing.preview_restructured(loan, proposal.payload["terms"], proposal.value_date)
    last = then.installments[-1]
    said = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in proposal.payload["terms"].items())
    return [
        ("New terms", said),
        ("Outstanding then", spoken(then.total_outstanding, loan.currency)),
        ("Last installment", f"no. {last.n} on {last.due_date:%-d %b %Y}"),
    ]


def _note(loan: Loan, by: Account, data: Any) -> Ask:
    return Ask(NoteForm(data), lambda v: servicing.take_note(loan_id=loan.pk, by=by, **v), [], "Noted.")


def _ask_other_lenders(loan: Loan, by: Account, data: Any) -> Ask:
    return Ask(
        OptionalReasonForm(data),
        lambda v: credit.ask_other_lenders(loan_id=loan.pk, by=by),
        [],
        "Asked; the answer stands on the loan's page.",
    )


def _assign(loan: Loan, by: Account, data: Any) -> Ask:
    def run(values: dict[str, Any]) -> Any:
        return origination.assign(loan_id=loan.pk, by=by, officer_id=values["officer"].pk, reason=values["reason"])

    return Ask(AssignForm(data), run, [])


def _document(loan: Loan, by: Account, data: Any, files: Any = None) -> Ask:
    def run(values: dict[str, Any]) -> Any:
        file = values["file"]
        return documents.add_document(
            loan_id=loan.pk, by=by, what=values["what"], file_name=file.name, content=file.read(MOST_BYTES + 1)
        )

    return Ask(DocumentForm(data, files), run, [], "The document is kept.")


def _undo_disbursement(loan: Loan, by: Account, data: Any) -> Ask:
    form = ReverseForm(data)
    return Ask(
        form, lambda v: money.undo_disbursement(loan_id=loan.pk, by=by, **v), [], "The pay-out {number} is undone."
    )


def _decision(name: str) -> Callable[[Loan, Account, Any], Ask]:
    """A step of the application: a reason, or none."""

    def ask(loan: Loan, by: Account, data: Any) -> Ask:
        service = getattr(origination, name)
        if name == "start_review":
            return Ask(OptionalReasonForm(data), lambda v: service(loan_id=loan.pk, by=by), [])
        form = OptionalReasonForm(data) if name == "approve" else ReasonForm(data)
        return Ask(form, lambda v: service(loan_id=loan.pk, by=by, **v), [])

    return ask


ACTIONS: dict[str, Callable[..., Ask]] = {
    **{
        name: _decision(name)
        for name in ("start_review", "request_info", "give_info", "approve", "reject", "undo_approval")
    },
    "recommend": lambda loan, by, data: Ask(
        ReviewForm(data), lambda v: origination.recommend(loan_id=loan.pk, by=by, **v), []
    ),
    "assign": _assign,
    "add_document": _document,
    "disburse": _disburse,
    "disburse_tranche": _disburse,
    "record_repayment": _repayment,
    "pay_off": _pay_off,
    "refund": _refund,
    "record_recovery": _recovery,
    "add_charge": _charge,
    "waive": _waive,
    "credit_goodwill": _goodwill,
    "propose_restructuring": _restructure,
    "propose_charge_off": lambda loan, by, data: Ask(
        ReasonForm(data),
        lambda v: servicing.propose_charge_off(loan_id=loan.pk, by=by, **v),
        [],
        "The charge-off waits for a second person.",
    ),
    "propose_write_off": lambda loan, by, data: Ask(
        ReasonForm(data),
        lambda v: servicing.propose_write_off(loan_id=loan.pk, by=by, **v),
        [],
        "The write-off waits for a second person.",
    ),
    "decide_proposal": _decide,
    "take_note": _note,
    "ask_other_lenders": _ask_other_lenders,
    "add_guarantor": lambda loan, by, data: Ask(
        GuarantorForm(data), lambda v: security.add_guarantor(loan_id=loan.pk, by=by, **v), [], "Entered."
    ),
    "add_collateral": lambda loan, by, data: Ask(
        CollateralForm(data), lambda v: security.add_collateral(loan_id=loan.pk, by=by, **v), [], "Entered."
    ),
    "undo_disbursement": _undo_disbursement,
}
