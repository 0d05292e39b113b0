"""`fold(terms, events, as_of)`: the loan's state from its facts.

Events are replayed by value date, then booking order, so a back-dated or undone one gives the state that
would have been had it been entered, or never entered, in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .allocation import allocate
from .charges import charge_amount, component, fees_at_disbursement
from .money import ZERO
from .schedule import Row, build_schedule
from .state import COMPONENTS, Installment, LoanState, Transaction
from .terms import MOVEMENTS, BadCase, Charge, Event, Fault, Terms


@dataclass(slots=True)
class _Replay:
    """The state while events are applied to it."""

    terms: Terms
    installments: list[Installment] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    charged: list[tuple[int, str, date, Decimal]] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    overpaid: Decimal = ZERO
    disbursed_on: date | None = None
    disbursed: Decimal = ZERO
    fees_at_disbursement: Decimal = ZERO
    closed_on: date | None = None

    def disburse(self, event: Event) -> None:
        self.disbursed_on, self.disbursed = event.date, event.amount
        self.plan(event.date, event.amount)
        self.transactions.append(
            Transaction(event.seq, event.date, "disbursement", event.amount, balance=self.principal_left())
        )

    def plan(self, start: date, principal: Decimal) -> None:
        self.rows = build_schedule(self.terms, start, principal)
        self.fees_at_disbursement = fees_at_disbursement(self.terms, self.rows)
        self.installments = [_installment(row) for row in self.rows]
        for charge in self.terms.charges:
            self.add_charge(charge)

    def add_charge(self, charge: Charge) -> None:
        if charge.timing == "disbursement":
            return
        if charge.timing == "each_installment":
            for row in self.rows:
                amount = charge_amount(charge, self.terms, row.principal, row.interest)
                self.owe(self.installments[row.n - 1], charge, row.due_date, amount)
            return
        principal = sum((r.principal for r in self.rows), ZERO)
        interest = sum((r.interest for r in self.rows), ZERO)
        due = charge.due_date or self.rows[0].due_date
        self.owe(self.bearing(due), charge, due, charge_amount(charge, self.terms, principal, interest))

    def owe(self, row: Installment, charge: Charge, due: date, amount: Decimal) -> None:
        row.due[component(charge)] += amount
        self.charged.append((row.n, component(charge), due, amount))

    def bearing(self, due: date) -> Installment:
        """The installment whose period (from, due] holds the date; one more where it lies past the last."""
        for row in self.installments:
            if due <= row.due_date:
                return row
        last = self.installments[-1]
        extra = Installment(last.n + 1, last.due_date, due, ZERO, dict.fromkeys(COMPONENTS, ZERO))
        self.installments.append(extra)
        return extra

    def receive(self, event: Event) -> None:
        amount = self.outstanding() if event.type == "pay_off" else event.amount
        due: dict[tuple[int, str], Decimal] = {}
        for n, kind, day, charged in self.charged:
            if day <= event.date:
                due[n, kind] = due.get((n, kind), ZERO) + charged
        split, left = allocate(self.installments, amount, event.date, self.terms.allocation, due)
        self.overpaid += left
        kind = "repayment" if event.type == "pay_off" else event.type
        self.transactions.append(Transaction(event.seq, event.date, kind, amount, split, left, self.principal_left()))

    def principal_left(self) -> Decimal:
        return sum((row.left("principal") for row in self.installments), ZERO)

    def outstanding(self) -> Decimal:
        return sum((row.outstanding for row in self.installments), ZERO)

    def apply(self, event: Event) -> None:
        if event.type == "disbursement":
            self.disburse(event)
        elif event.type == "add_charge" and event.charge:
            self.add_charge(event.charge)
        elif event.type in MOVEMENTS:
            self.receive(event)
        if self.disbursed_on and self.outstanding() <= 0:
            self.closed_on = self.closed_on or event.date
        else:
            self.closed_on = None


def fold(terms: Terms, events: list[Event], as_of: date) -> LoanState:
    """The state of a loan on `as_of` from its agreed terms and its facts.

    Events dated after `as_of` are left out. Without a disbursement the state is the schedule as applied for:
    the whole principal paid out on the day of application. Amounts are in the currency's units.

    Raises:
        BadCase: money moved on a loan that is not disbursed.
    """
    known = [e for e in events if e.date <= as_of]
    undone = {e.undoes for e in known if e.type == "undo"}
    standing = [e for e in known if e.type != "undo" and e.seq not in undone]
    replay = _replay(terms, standing)
    if replay.disbursed_on is None:
        replay.plan(terms.submitted_on, terms.principal)
    transactions = _in_booking_order(terms, known, undone, replay)
    return LoanState(
        status=_status(replay),
        as_of=as_of,
        disbursed_on=replay.disbursed_on,
        disbursed=replay.disbursed,
        fees_at_disbursement=replay.fees_at_disbursement,
        installments=replay.installments,
        transactions=transactions,
        overpaid=replay.overpaid,
        closed_on=replay.closed_on,
    )


def quote(terms: Terms, disbursed_on: date | None = None) -> LoanState:
    """The schedule as it would be booked if the loan were paid out in full on `disbursed_on`."""
    day = disbursed_on or terms.submitted_on
    return fold(terms, [Event(seq=1, type="disbursement", date=day, amount=terms.principal)], day)


def _replay(terms: Terms, events: list[Event]) -> _Replay:
    replay = _Replay(terms)
    for event in sorted(events, key=_order):
        if replay.disbursed_on is None and event.type != "disbursement":
            problem = "comes before the disbursement"
            raise BadCase([Fault(f"events[seq={event.seq}]", problem)])
        replay.apply(event)
    return replay


def _order(event: Event) -> tuple[date, bool, int]:
    # On one day the money is paid out before anything is received or charged on it.
    return event.date, event.type != "disbursement", event.seq


def _in_booking_order(terms: Terms, known: list[Event], undone: set[int | None], replay: _Replay) -> list[Transaction]:
    """All movements in booking order; an undone one keeps the split it had when it stood."""
    found = {t.seq: t for t in replay.transactions}
    for event in known:
        if event.seq in undone and event.type in ("disbursement", *MOVEMENTS):
            found[event.seq] = _as_it_stood(terms, known, event)
    return [found[seq] for seq in sorted(found)]


def _as_it_stood(terms: Terms, known: list[Event], event: Event) -> Transaction:
    until = [e for e in known if e.seq <= event.seq]
    undone_by_then = {e.undoes for e in until if e.type == "undo"}
    standing = [e for e in until if e.type != "undo" and e.seq not in undone_by_then]
    then = _replay(terms, standing)
    transaction = next(t for t in then.transactions if t.seq == event.seq)
    transaction.undone = True
    return transaction


def _status(replay: _Replay) -> str:
    if replay.disbursed_on is None:
        return "submitted"
    if replay.outstanding() > 0:
        return "active"
    return "overpaid" if replay.overpaid > 0 else "closed"


def _installment(row: Row) -> Installment:
    due = {"penalties": ZERO, "fees": ZERO, "interest": row.interest, "principal": row.principal}
    return Installment(row.n, row.start, row.due_date, row.balance, due)
