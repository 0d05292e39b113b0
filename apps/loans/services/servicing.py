"""What happens to a running loan beside receipts: charges, waivers, refunds, pay-off, restructuring, write-off.

Restructuring and write-off are proposed by one person and decided by another; until then nothing changes.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.domain.reading import parse_charge, parse_reschedule
from apps.loans.domain.terms import BadCase
from apps.loans.models import Loan, LoanEvent
from apps.loans.models.event import EventType
from apps.loans.projection import fold_loan
from apps.loans.services.checks import check_amount, check_channel
from apps.loans.services.numbers import next_number
from apps.loans.services.recording import append_event, check_transition, check_value_date, lock_loan
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, WrongState
from apps.users.models import Account
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import Answer, once


def add_charge(
    *,
    loan_id: UUID,
    by: Account,
    name: str,
    kind: str,
    amount: Decimal,
    due_date: date | None = None,
    on: date | None = None,
    key: str = "",
) -> Answer:
    """Charges a fee or penalty of a flat amount, due on a day (by default at once).

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, kind or date.
    """
    body = {"loan": loan_id, "name": name, "kind": kind, "amount": amount, "due": due_date, "on": on}

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("add_charge", state, by)
        check_amount(amount)
        day = _day(on, state.disbursed_on, loan)
        charge = {
            "name": name.strip()[:60] or "Charge",
            "kind": kind,
            "timing": "due_date",
            "calculation": "flat",
            "amount": f"{amount:.2f}",
            "due_date": (due_date or day).isoformat(),
        }
        try:
            parse_charge(charge)
        except BadCase as error:
            raise InvalidInput(f"The charge's {error.faults[0]}.", field="kind") from None
        event = append_event(
            loan=loan,
            event_type=EventType.CHARGE,
            by=by,
            value_date=day,
            amount=amount,
            idempotency_key=key,
            reason=charge["name"],
            payload={"charge": charge},
        )
        return {"id": str(event.pk), "amount": f"{amount:.2f}"}

    return _once("add_charge", by, key, body, run)


def waive(
    *,
    loan_id: UUID,
    by: Account,
    component: str,
    amount: Decimal,
    reason: str,
    installment: int | None = None,
    on: date | None = None,
    key: str = "",
) -> Answer:
    """Gives up interest, fees or penalties that are outstanding: of one installment, or from the oldest on.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: more than is outstanding, or no reason.
    """
    body = {"loan": loan_id, "component": component, "amount": amount, "n": installment, "on": on, "reason": reason}
    if component not in ("interest", "fees", "penalties"):
        raise InvalidInput("Choose interest, fees or penalties.", field="component")

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("waive", state, by, reason=reason)
        check_amount(amount)
        payload: dict[str, Any] = {"installment": installment}
        kind = EventType.WAIVE_INTEREST
        if component != "interest":
            kind, payload["component"] = EventType.WAIVE_CHARGE, component
        event = append_event(
            loan=loan,
            event_type=kind,
            by=by,
            value_date=_day(on, state.disbursed_on, loan),
            amount=amount,
            reason=reason.strip()[:500],
            payload=payload,
            idempotency_key=key,
        )
        return {"id": str(event.pk), "amount": f"{amount:.2f}"}

    return _once("waive", by, key, body, run)


def refund(
    *,
    loan_id: UUID,
    by: Account,
    amount: Decimal,
    channel: str,
    reference: str = "",
    on: date | None = None,
    key: str = "",
) -> Answer:
    """Pays an overpayment back to the borrower.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: more than is overpaid, or no reference.
    """
    body = {"loan": loan_id, "amount": amount, "channel": channel, "reference": reference, "on": on}

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("refund", state, by)
        check_amount(amount)
        check_channel(channel, reference)
        event = append_event(
            loan=loan,
            event_type=EventType.REFUND,
            by=by,
            value_date=_day(on, state.disbursed_on, loan),
            amount=amount,
            channel=channel,
            reference=reference.strip(),
            number=next_number("P"),
            idempotency_key=key,
        )
        return {"id": str(event.pk), "number": event.number, "amount": f"{amount:.2f}"}

    return _once("refund", by, key, body, run)


def credit_goodwill(
    *, loan_id: UUID, by: Account, amount: Decimal, reason: str, on: date | None = None, key: str = ""
) -> Answer:
    """Credits the loan at the MFI's own cost.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, or no reason.
    """

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("credit_goodwill", state, by, reason=reason)
        check_amount(amount)
        event = append_event(
            loan=loan,
            event_type=EventType.GOODWILL,
            by=by,
            value_date=_day(on, state.disbursed_on, loan),
            amount=amount,
            reason=reason.strip()[:500],
            number=next_number("G"),
            idempotency_key=key,
        )
        return {"id": str(event.pk), "number": event.number}

    return _once("credit_goodwill", by, key, {"loan": loan_id, "amount": amount, "reason": reason, "on": on}, run)


def payoff_amount(loan: Loan, on: date) -> Decimal:
    """What settles the loan `on`, as `pay_off` would book it."""
    return fold_loan(loan, as_of=on).payoff


def pay_off(
    *,
    loan_id: UUID,
    by: Account,
    channel: str,
    reference: str = "",
    on: date | None = None,
    key: str = "",
    amount: Decimal | None = None,
) -> Answer:
    """Settles the loan by exactly what is owed on the day, less any rebate.

    `amount`, where given, is what was shown to the payer: another sum by now is refused.

    Raises:
        NotAllowed, WrongState: duty or state, or the sum has changed. InvalidInput: channel, reference, date.
    """
    body = {"loan": loan_id, "channel": channel, "reference": reference, "on": on, "amount": amount}

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("pay_off", state, by)
        check_channel(channel, reference)
        day = _day(on, state.disbursed_on, loan)
        owed = payoff_amount(loan, day)
        if owed <= 0:
            raise WrongState("Nothing is owed on this loan.")
        if amount is not None and amount != owed:
            raise WrongState(f"By now {owed:,.2f} settles this loan; show the payer the new sum.")
        later = loan.events.filter(value_date__gt=day, type=EventType.REPAYMENT, reversed_by__isnull=True).exists()
        if later:
            raise InvalidInput("There are receipts after this day; take a later one.", field="on")
        event = append_event(
            loan=loan,
            event_type=EventType.PAY_OFF,
            by=by,
            value_date=day,
            amount=owed,
            channel=channel,
            reference=reference.strip(),
            number=next_number("R"),
            idempotency_key=key,
        )
        return {"id": str(event.pk), "number": event.number, "amount": f"{owed:.2f}"}

    return _once("pay_off", by, key, body, run)


def propose_restructuring(
    *, loan_id: UUID, by: Account, terms: dict[str, Any], reason: str, on: date | None = None
) -> LoanEvent:
    """Proposes new terms from an installment onwards; see `Reschedule`. Nothing changes until a second person decides.

    Raises:
        NotAllowed, WrongState: duty, state, or another proposal waits. InvalidInput: terms that cannot be.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("propose_restructuring", state, by, reason=reason)
        _no_proposal(state.proposal)
        day = _day(on, state.disbursed_on, loan)
        _check_terms(terms)
        event = append_event(
            loan=loan,
            event_type=EventType.RESTRUCTURE_PROPOSED,
            by=by,
            value_date=day,
            reason=reason.strip()[:500],
            payload={"terms": terms},
        )
        preview_restructured(loan, terms, day)
        return event


def preview_restructured(loan: Loan, terms: dict[str, Any], on: date) -> Any:
    """The state the loan would have with the new terms: the engine's own.

    Raises:
        InvalidInput: the terms cannot be.
    """
    draft = LoanEvent(loan=loan, type=EventType.RESTRUCTURED, value_date=on, payload={"terms": terms})
    try:
        return fold_loan(loan, events=[*loan.events.order_by("recorded_at", "id"), draft], as_of=None)
    except BadCase as error:
        raise InvalidInput(f"This is not possible: {error.faults[0].problem}.", field="terms") from None


def _check_terms(terms: dict[str, Any]) -> None:
    try:
        parse_reschedule(terms)
    except BadCase as error:
        raise InvalidInput(f"The new terms: {error.faults[0].problem}.", field="terms") from None


def propose_write_off(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Proposes to write off all that is outstanding.

    Raises:
        NotAllowed, WrongState: duty, state, or another proposal waits. InvalidInput: no reason.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("propose_write_off", state, by, reason=reason)
        _no_proposal(state.proposal)
        return append_event(
            loan=loan,
            event_type=EventType.WRITE_OFF_PROPOSED,
            by=by,
            reason=reason.strip()[:500],
            value_date=_day(on, state.disbursed_on, loan),
        )


def propose_charge_off(*, loan_id: UUID, by: Account, reason: str, on: date | None = None) -> LoanEvent:
    """Proposes to take the loan's principal out of the portfolio; the borrower still owes it, and it is collected.

    Raises:
        NotAllowed, WrongState: duty, state, or another proposal waits. InvalidInput: no reason.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("propose_charge_off", state, by, reason=reason)
        _no_proposal(state.proposal)
        return append_event(
            loan=loan,
            event_type=EventType.CHARGE_OFF_PROPOSED,
            by=by,
            reason=reason.strip()[:500],
            value_date=_day(on, state.disbursed_on, loan),
        )


def decide_proposal(*, loan_id: UUID, by: Account, agree: bool, reason: str = "", on: date | None = None) -> LoanEvent:
    """Decides on the waiting proposal; never by the person who made it.

    A write-off or charge-off takes what is outstanding on the day of decision; a restructuring takes effect on the
    proposed day.

    Raises:
        NotAllowed: duty, or own proposal. WrongState: nothing waits. InvalidInput: no reason to decline.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("decide_proposal", state, by)
        proposal = loan.events.filter(type=state.proposal).order_by("-recorded_at", "-id").first()
        if not state.proposal or proposal is None:
            raise WrongState("Nothing waits for a decision on this loan.")
        if proposal.actor_id == by.pk:
            raise NotAllowed("You proposed this; a second person decides.")
        day = _day(on, state.disbursed_on, loan)
        if not agree:
            if not reason.strip():
                raise InvalidInput("Give a reason; it stays with the record.", field="reason")
            return append_event(
                loan=loan, event_type=EventType.PROPOSAL_DECLINED, by=by, value_date=day, reason=reason.strip()[:500]
            )
        if proposal.type == EventType.WRITE_OFF_PROPOSED:
            owed = fold_loan(loan, as_of=day).payoff
            return append_event(
                loan=loan,
                event_type=EventType.WRITTEN_OFF,
                by=by,
                value_date=day,
                reason=reason.strip()[:500],
                amount=owed,
                number=next_number("W"),
            )
        if proposal.type == EventType.CHARGE_OFF_PROPOSED:
            return append_event(
                loan=loan,
                event_type=EventType.CHARGED_OFF,
                by=by,
                value_date=day,
                reason=reason.strip()[:500],
                amount=fold_loan(loan, as_of=day).outstanding("principal"),
                number=next_number("W"),
            )
        return append_event(
            loan=loan,
            event_type=EventType.RESTRUCTURED,
            by=by,
            value_date=proposal.value_date,
            reason=reason.strip()[:500],
            payload=proposal.payload,
        )


def record_recovery(
    *,
    loan_id: UUID,
    by: Account,
    amount: Decimal,
    channel: str,
    reference: str = "",
    on: date | None = None,
    key: str = "",
) -> Answer:
    """Books money received on a loan that was written off.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, channel, reference, date.
    """
    body = {"loan": loan_id, "amount": amount, "channel": channel, "reference": reference, "on": on}

    def run() -> Answer:
        loan, state = lock_loan(loan_id)
        check_transition("record_recovery", state, by)
        check_amount(amount)
        check_channel(channel, reference)
        day = on or business_date()
        check_value_date(day, not_before=state.closed_on or loan.submitted_on)
        event = append_event(
            loan=loan,
            event_type=EventType.RECOVERY,
            by=by,
            value_date=day,
            amount=amount,
            channel=channel,
            reference=reference.strip(),
            number=next_number("R"),
            idempotency_key=key,
        )
        return {"id": str(event.pk), "number": event.number, "amount": f"{amount:.2f}"}

    return _once("record_recovery", by, key, body, run)


def take_note(
    *, loan_id: UUID, by: Account, text: str, promised_on: date | None = None, amount: Decimal | None = None
) -> LoanEvent:
    """Writes down what was said, or a promise to pay `amount` on a day.

    Raises:
        NotAllowed: duty. InvalidInput: nothing said.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("take_note", state, by, reason=text)
        kind = EventType.PROMISE if promised_on else EventType.NOTE
        payload = {"promised_on": promised_on.isoformat()} if promised_on else {}
        return append_event(
            loan=loan,
            event_type=kind,
            by=by,
            value_date=business_date(),
            reason=text.strip()[:500],
            payload=payload,
            amount=amount,
        )


def _no_proposal(waiting: str) -> None:
    if waiting:
        raise WrongState(f"“{EventType(waiting).label}” still waits for a decision on this loan.")


def _day(on: date | None, disbursed_on: date | None, loan: Loan) -> date:
    day = on or business_date()
    check_value_date(day, not_before=disbursed_on or loan.submitted_on)
    return day


def _once(name: str, by: Account, key: str, body: dict[str, Any], run: Any) -> Answer:
    return once(actor=actor_of(by), key=key, name=name, body=body, run=run)
