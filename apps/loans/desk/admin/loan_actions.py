"""What each of a loan's actions asks for, shows and calls: one entry for each transition a person may make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from apps.loans.applications.forms import AmendForm, ApproveForm, AssignForm, DocumentForm, ReviewForm
from apps.loans.applications.services import amend, documents, review
from apps.loans.applications.services.amend import Wanted
from apps.loans.applications.services.documents import MAXIMUM_BYTES
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import PARTS, fold_loan
from apps.loans.book.selectors.disbursement import net_disbursement
from apps.loans.book.selectors.proposals import proposal_label, waiting_proposal
from apps.loans.desk.selectors import loan_cost
from apps.loans.domain.cost import KeptBack
from apps.loans.domain.money import format_money
from apps.loans.histories.services import inquiries
from apps.loans.security.forms import CollateralForm, GuarantorForm
from apps.loans.security.services import add_collateral, add_guarantor
from apps.loans.servicing.forms import (
    ChargeForm,
    GoodwillForm,
    MoneyForm,
    NoteForm,
    ProposalForm,
    ReceiptForm,
    RestructureForm,
    ReverseForm,
    WaiverForm,
)
from apps.loans.servicing.services.change_of_terms import preview_restructured, propose_restructuring
from apps.loans.servicing.services.charges import add_charge, waive
from apps.loans.servicing.services.credits import credit_goodwill, refund
from apps.loans.servicing.services.notes import take_note
from apps.loans.servicing.services.pay_out import PayOut, disburse, undo_disbursement
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import pay_off, payoff_amount, record_repayment
from apps.loans.servicing.services.write_off import (
    propose_charge_off,
    propose_undoing_write_off,
    propose_write_off,
    record_recovery,
)
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.users.back_office.forms import OptionalReasonForm, ReasonForm

Facts = list[tuple[str, str]]
Posted = QueryDict | None
Files: TypeAlias = "MultiValueDict[str, UploadedFile[Any]] | None"


# Of the agreed cost, what whoever pays out goes through with the borrower.
TOLD_AT_PAY_OUT = ("Paid back in all", "Costs in all", "APR", "EIR", "Installments")


@dataclass(frozen=True, slots=True)
class Ask:
    """A confirm page: its form, the call it makes with the form's values, more facts, and what it says when done."""

    form: forms.Form
    run: Callable[[dict[str, Any]], object]
    facts: Facts = field(default_factory=list)
    done: str | Callable[[Any], str] = ""


class Asking(Protocol):
    """Makes the confirm page of one transition of a loan."""

    def __call__(self, loan: Loan, actor: Actor, data: Posted, files: Files = None, /) -> Ask: ...


def _simple(form: type[forms.Form], command: Callable[..., object], done: str = "") -> Asking:
    """A page whose form's fields are the command's own arguments."""

    def ask(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
        return Ask(form(data), lambda values: command(loan_id=loan.pk, actor=actor, **values), [], done)

    return ask


def _disburse(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
    net, kept = net_disbursement(loan, business_date())
    in_parts = loan.product.tranches_max > 1
    form = MoneyForm(data, with_amount=in_parts, initial={"amount": net + kept.total} if in_parts else {})
    facts = [*_kept_back(kept, loan.currency), ("To hand over", format_money(net, loan.currency))]
    facts += [fact for fact in loan_cost(loan) if fact[0] in TOLD_AT_PAY_OUT]
    return Ask(
        form, lambda v: disburse(loan_id=loan.pk, actor=actor, **v), facts, lambda out: _paid_out(out, loan.currency)
    )


def _paid_out(out: PayOut, currency: str) -> str:
    """What is said once it is done."""
    kept = _kept_back(KeptBack(out.fee, out.savings, out.down_payment), currency)
    said = ", ".join(f"{label.lower()} {amount}" for label, amount in kept)
    return f"Paid out: {format_money(out.net, currency)} handed over, {said}."


def _kept_back(kept: KeptBack, currency: str) -> Facts:
    """What is kept back of a pay-out; the fee is told where there is none, too."""
    named = (("Savings kept back", kept.savings), ("Down payment kept back", kept.down_payment))
    fee = ("Fee kept back", format_money(kept.fee, currency))
    return [fee, *((label, format_money(amount, currency)) for label, amount in named if amount)]


def _repayment(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
    state = loan.state
    due = "—"
    if state.oldest_due_date:
        due = f"{format_money(state.next_due_amount, loan.currency)} on {state.oldest_due_date:%-d %b %Y}"
    facts = [("Outstanding", format_money(state.total_outstanding, loan.currency)), ("Next due", due)]
    form = ReceiptForm(data, initial={"amount": state.next_due_amount or Decimal("0.01")})
    return Ask(
        form,
        lambda v: record_repayment(loan_id=loan.pk, actor=actor, **v),
        facts,
        "Receipt {number} is booked; outstanding {outstanding}.",
    )


def _pay_off(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
    return Ask(
        MoneyForm(data, with_amount=False),
        lambda v: pay_off(loan_id=loan.pk, actor=actor, **v),
        _settlement(loan),
        "Receipt {number}: {amount}; the loan is settled.",
    )


def _settlement(loan: Loan) -> Facts:
    """What settles the loan today, and of what that is made: all that is outstanding, less what is given back."""
    folded = fold_loan(loan, as_of=business_date())
    parts = {part: folded.outstanding(part) for part in PARTS}
    given_back = folded.total_outstanding - folded.overpaid - folded.payoff
    to_come = sum((row.left("interest") for row in folded.installments if row.due_date > folded.as_of), Decimal(0))
    back = "nothing; the interest still to come is asked for" if to_come > 0 else "nothing"
    amounts = [(part.capitalize(), amount) for part, amount in parts.items() if amount]
    if folded.overpaid:
        amounts.append(("Overpaid before", folded.overpaid))
    return [
        ("Settles it today", format_money(folded.payoff, loan.currency)),
        *((label, format_money(amount, loan.currency)) for label, amount in amounts),
        ("Given back for settling now", format_money(given_back, loan.currency) if given_back > 0 else back),
    ]


def _refund(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
    over = loan.state.overpaid
    return Ask(
        MoneyForm(data, initial={"amount": over}),
        lambda v: refund(loan_id=loan.pk, actor=actor, **v),
        [("Overpaid", format_money(over, loan.currency))],
        "{amount} is paid back, number {number}.",
    )


def _restructure(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
    open_rows = [row for row in loan.installments.order_by("n") if row.outstanding]
    start = next((row.due_date for row in open_rows if row.due_date >= business_date()), None)

    def run(values: dict[str, Any]) -> Any:
        wanted = {name: values[name] for name in ("terms", "reason", "idempotency_key")}
        return propose_restructuring(loan_id=loan.pk, actor=actor, **wanted)

    return Ask(RestructureForm(data, initial={"start": start}), run, [], "The new terms wait for a second person.")


def _decide(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
    proposal = waiting_proposal(loan)
    facts: Facts = []
    if proposal:
        facts = [("Proposal", proposal_label(proposal)), ("By", proposal.actor_name), ("Why", proposal.reason or "—")]
        if proposal.type == EventType.STEP_PROPOSED:
            facts += _step(loan, proposal)
        elif proposal.type == EventType.RESTRUCTURE_PROPOSED:
            facts += _new_terms(loan, proposal)
        elif proposal.type == EventType.CHARGE_OFF_PROPOSED:
            facts.append(("Principal to charge off", format_money(loan.state.principal_outstanding, loan.currency)))
        elif proposal.type == EventType.WRITE_OFF_PROPOSED:
            facts.append(("To write off", format_money(payoff_amount(loan, business_date()), loan.currency)))
    return Ask(ProposalForm(data), lambda v: decide_proposal(loan_id=loan.pk, actor=actor, **v), facts, "Decided.")


def _step(loan: Loan, proposal: LoanEvent) -> Facts:
    """What a step that waits would book, and why it waits."""
    facts = [("Amount", format_money(proposal.amount, loan.currency))] if proposal.amount else []
    detail = proposal.payload["detail"]
    named = {"day": "On", "channel": "By", "reference": "Reference", "component": "Of", "installment": "Installment"}
    facts += [(label, str(detail[name])) for name, label in named.items() if detail.get(name)]
    if proposal.payload.get("of"):
        of = LoanEvent.objects.get(pk=proposal.payload["of"])
        facts.append(("Takes back", f"{of.get_type_display()} {of.number} of {of.value_date:%-d %b %Y}"))
    return [*facts, ("Needs a second person", proposal.payload["why"])]


def _new_terms(loan: Loan, proposal: Any) -> Facts:
    """The restructured schedule in a few words, from the engine itself."""
    then = preview_restructured(loan, proposal.payload["terms"], proposal.value_date)
    last = then.installments[-1]
    said = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in proposal.payload["terms"].items())
    return [
        ("New terms", said),
        ("Outstanding then", format_money(then.total_outstanding, loan.currency)),
        ("Last installment", f"no. {last.n} on {last.due_date:%-d %b %Y}"),
    ]


def _assign(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
    def run(values: dict[str, Any]) -> Any:
        return review.assign(loan_id=loan.pk, actor=actor, officer_id=values["officer"].pk, reason=values["reason"])

    return Ask(AssignForm(data), run, [])


def _document(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
    def run(values: dict[str, Any]) -> Any:
        file = values["file"]
        return documents.add_document(
            loan_id=loan.pk, actor=actor, what=values["what"], file_name=file.name, content=file.read(MAXIMUM_BYTES + 1)
        )

    return Ask(DocumentForm(data, files), run, [], "The document is kept.")


def _as_it_stands(form: type[forms.Form], command: Callable[..., object], done: str = "") -> Asking:
    """A page that shows the application's amount, term and purpose, to be changed."""

    def ask(loan: Loan, actor: Actor, data: Posted, files: Files = None) -> Ask:
        initial = Wanted.of(loan)._asdict()
        return Ask(form(data, initial=initial), lambda v: command(loan_id=loan.pk, actor=actor, **v), [], done)

    return ask


WAITS = "The {} waits for a second person."
ACTIONS: dict[str, Asking] = {
    "start_review": _simple(OptionalReasonForm, review.start_review),
    "assign": _assign,
    "recommend": _simple(ReviewForm, review.recommend),
    "amend": _as_it_stands(AmendForm, amend.amend, "Changed; the borrower agrees to the new key facts."),
    "approve": _as_it_stands(ApproveForm, review.approve),
    "send_back": _simple(ReasonForm, review.send_back),
    "return_for_changes": _simple(ReasonForm, review.return_for_changes, "Returned; the borrower is told."),
    "record_agreement": _simple(ReasonForm, amend.record_agreement, "Kept, with your name."),
    "withdraw_for_borrower": _simple(ReasonForm, review.withdraw_for_borrower, "The application is withdrawn."),
    "reject": _simple(ReasonForm, review.reject),
    "request_info": _simple(ReasonForm, review.request_info),
    "give_info": _simple(ReasonForm, review.give_info),
    "undo_approval": _simple(ReasonForm, review.undo_approval),
    "add_document": _document,
    "disburse": _disburse,
    "disburse_tranche": _disburse,
    "record_repayment": _repayment,
    "pay_off": _pay_off,
    "refund": _refund,
    "record_recovery": _simple(MoneyForm, record_recovery, "Receipt {number}: {amount} recovered."),
    "add_charge": _simple(ChargeForm, add_charge, "Charged: {amount}."),
    "waive": _simple(WaiverForm, waive, "Waived: {amount}."),
    "credit_goodwill": _simple(GoodwillForm, credit_goodwill, "Credited, number {number}."),
    "propose_restructuring": _restructure,
    "propose_charge_off": _simple(ReasonForm, propose_charge_off, WAITS.format("charge-off")),
    "propose_write_off": _simple(ReasonForm, propose_write_off, WAITS.format("write-off")),
    "propose_undoing_write_off": _simple(ReasonForm, propose_undoing_write_off, WAITS.format("proposal")),
    "decide_proposal": _decide,
    "take_note": _simple(NoteForm, take_note, "Noted."),
    "ask_other_lenders": _simple(
        OptionalReasonForm, inquiries.ask_other_lenders, "Asked; the answer stands on the loan's page."
    ),
    "add_guarantor": _simple(GuarantorForm, add_guarantor, "Entered."),
    "add_collateral": _simple(CollateralForm, add_collateral, "Entered."),
    "undo_disbursement": _simple(ReverseForm, undo_disbursement, "The pay-out {number} is undone."),
}
