"""`fold(terms, events, as_of)`: the loan's state from its facts.

Events are replayed by value date, then booking order, so a back-dated or undone one gives the state that
would have been had it been entered, or never entered, in order.
"""

from __future__ import annotations

from datetime import date

from .replay import Replay
from .snapshot import LoanSnapshot, Transaction
from .terms import BEGINS, MOVEMENTS, Event, Terms
from .violations import InvalidTerms, Violation

# What asks for something that must be there.
RESTING = ("waive_charge", "waive_interest", "refund", "write_off", "recovery", "reschedule")
# What stands in the list of transactions, undone or not.
SHOWN = ("disbursement", "take_on", *MOVEMENTS, "waive_charge", "waive_interest", "refund", "write_off", "recovery")


def fold(terms: Terms, events: list[Event], as_of: date) -> LoanSnapshot:
    """The state of a loan on `as_of` from its agreed terms and its facts.

    Events dated after `as_of` are left out. Without a disbursement the state is the schedule as applied for:
    the whole principal paid out on the day of application. Amounts are in the currency's units.

    No fact is refused because of a later one, nor lost: see `Replay`. It is refused where it could not be when it was
    booked.

    Raises:
        InvalidTerms: the events cannot have happened: money moved before the loan was paid out, a refund of more than
            was overpaid, a waiver of more than is owed, a recovery of more than was given up, a restructured
            installment that does not exist.
    """
    known = [e for e in events if e.date <= as_of]
    undone = {e.undoes for e in known if e.type == "undo"}
    standing = [e for e in known if e.type != "undo" and e.seq not in undone]
    disbursed = any(e.type in BEGINS for e in standing)
    _check_history(known, standing)
    replay = _replay(terms, standing, as_of) if disbursed else _as_applied_for(terms, standing)
    for seq in {s.seq for s in replay.shortfalls}:
        _check_when_booked(terms, known, seq)
    transactions = _in_booking_order(terms, known, undone, replay) if disbursed or undone else []
    return LoanSnapshot(
        status=replay.status if disbursed else "submitted",
        as_of=as_of,
        disbursed_on=replay.disbursed_on if disbursed else None,
        disbursed=replay.disbursed if disbursed else terms.principal * 0,
        fees_at_disbursement=replay.fees_at_disbursement,
        installments=replay.installments,
        transactions=transactions,
        overpaid=replay.overpaid,
        closed_on=replay.closed_on,
        settled_by=replay.payoff(as_of) if disbursed else None,
        charges=replay.charges,
        written_off=replay.written_off,
        waived=replay.waived,
        recovered=replay.recovered,
        savings=replay.savings,
        tranches=replay.tranches,
        chargeable=replay.chargeable,
        brought=replay.brought,
    )


def quote(terms: Terms, disbursed_on: date | None = None) -> LoanSnapshot:
    """The schedule as it would be booked if the loan were paid out in full on `disbursed_on`."""
    day = disbursed_on or terms.submitted_on
    return fold(terms, [Event(seq=1, type="disbursement", date=day, amount=terms.principal)], day)


def _as_applied_for(terms: Terms, standing: list[Event]) -> Replay:
    for event in standing:
        if event.type in SHOWN:
            raise InvalidTerms.at(f"events[seq={event.seq}]", "comes before the disbursement")
    day = terms.submitted_on
    return _replay(terms, [Event(seq=0, type="disbursement", date=day, amount=terms.principal)], day, pay_down=False)


def _replay(terms: Terms, events: list[Event], as_of: date, *, pay_down: bool = True) -> Replay:
    ordered = sorted(events, key=lambda e: (e.date, e.seq))
    first = next(e for e in ordered if e.type in BEGINS)
    ordered.remove(first)
    if first.type == "take_on":
        _check_goes_on(first, ordered)
    early = next((e for e in ordered if e.date < first.date and e.type in SHOWN), None)
    if early:
        raise InvalidTerms.at(f"events[seq={early.seq}]", "comes before the disbursement")
    replay = Replay(terms, pay_down=pay_down and terms.down_payment_auto)
    for event in [first, *ordered]:
        replay.advance(event.date)
        replay.apply(event)
    replay.advance(as_of)
    return replay


def _check_history(known: list[Event], standing: list[Event]) -> None:
    """Refuses to change what was taken on with a loan's history: the books hold what it came to on that day."""
    marker = next((e for e in standing if e.type == "cut_over"), None)
    if marker is None:
        return
    for event in known:
        where = f"events[seq={event.seq}]"
        if event.seq > marker.seq and event.date < marker.date and event.type != "undo":
            raise InvalidTerms.at(f"{where}.date", f"{event.date} is before {marker.date}, when the loan was taken on")
        if event.seq > marker.seq and event.type == "undo" and (event.undoes or 0) < marker.seq:
            raise InvalidTerms.at(f"{where}.undoes", "was booked in the other system before the loan was taken on")


def _check_goes_on(taken: Event, events: list[Event]) -> None:
    """Refuses what is dated before the day on which the loan was taken on: its figures say what happened until then."""
    for event in events:
        where = f"events[seq={event.seq}]"
        if event.date < taken.date:
            raise InvalidTerms.at(f"{where}.date", f"{event.date} is before {taken.date}, when the loan was taken on")
        if event.charge and event.charge.due_date and event.charge.due_date < taken.date:
            due = event.charge.due_date
            raise InvalidTerms.at(
                f"{where}.charge.due_date", f"{due} is before {taken.date}, when the loan was taken on"
            )
        if event.type in BEGINS:
            raise InvalidTerms.at(where, f"a loan that was taken on is paid out already; {event.type} is not possible")


def _in_booking_order(terms: Terms, known: list[Event], undone: set[int | None], replay: Replay) -> list[Transaction]:
    """All movements in booking order; an undone one keeps the split it had when it stood."""
    by_seq: dict[int, list[Transaction]] = {}
    for transaction in replay.transactions:
        by_seq.setdefault(transaction.seq, []).append(transaction)
    for event in known:
        if event.seq in undone and event.type in SHOWN:
            by_seq[event.seq] = _as_it_stood(terms, known, event)
    return [transaction for seq in sorted(by_seq) for transaction in by_seq[seq]]


def _as_it_stood(terms: Terms, known: list[Event], event: Event) -> list[Transaction]:
    transactions = [t for t in _check_when_booked(terms, known, event.seq).transactions if t.seq == event.seq]
    for transaction in transactions:
        transaction.undone = True
    return transactions


def check_bookings(terms: Terms, events: list[Event]) -> None:
    """Refuses facts that asked for more than there was when they were booked, though later ones made up for it.

    Raises:
        InvalidTerms: naming the first such fact.
    """
    for event in events:
        if event.type in RESTING:
            _check_when_booked(terms, events, event.seq)


def _check_when_booked(terms: Terms, events: list[Event], seq: int) -> Replay:
    """The state when the fact `seq` was booked, with all that was known then.

    Raises:
        InvalidTerms: it asked for more than there was.
    """
    until = [e for e in events if e.seq <= seq]
    undone_by_then = {e.undoes for e in until if e.type == "undo"}
    standing = [e for e in until if e.type != "undo" and e.seq not in undone_by_then]
    then = _replay(terms, standing, max(e.date for e in standing))
    if short := [Violation(s.path, s.problem) for s in then.shortfalls if s.seq == seq]:
        raise InvalidTerms(short)
    return then
