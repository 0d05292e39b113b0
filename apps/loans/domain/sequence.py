"""Whether events can have happened in the order they are told."""

from __future__ import annotations

from .terms import BEGINS, MOVEMENTS, Event, Terms
from .violations import Violation

AFTER_DISBURSEMENT = (*MOVEMENTS, "waive_charge", "waive_interest", "refund", "write_off", "recovery")


def check_sequence(terms: Terms, events: list[Event], path: str = "$") -> list[Violation]:
    """What is impossible in `events`, by JSON path: numbers twice, undoing nothing, money before the loan."""
    violations: list[Violation] = []
    known: dict[int, Event] = {}
    undone: set[int | None] = set()
    for i, event in enumerate(events):
        where = f"{path}.events[{i}]"
        if event.seq in known:
            violations.append(Violation(f"{where}.seq", f"{event.seq} stands twice"))
        if event.type == "undo":
            violations.extend(_undoing(event, known, undone, where))
            undone.add(event.undoes)
        known[event.seq] = event
    standing = [e for e in events if e.seq not in undone and e.type != "undo"]
    first = min((e.date for e in standing if e.type in BEGINS), default=None)
    lent = min((e.take_on.disbursed_on if e.take_on else e.date for e in standing if e.type in BEGINS), default=None)
    for i, event in enumerate(events):
        if event.seq in undone or event.type not in AFTER_DISBURSEMENT:
            continue
        if first is None:
            violations.append(Violation(f"{path}.events[{i}]", "money moves on a loan that was never disbursed"))
        elif event.date < first:
            violations.append(
                Violation(f"{path}.events[{i}].date", f"{event.date} is before the disbursement on {first}")
            )
    if terms.first_due_date and lent and terms.first_due_date <= lent:
        violations.append(Violation(f"{path}.terms.first_due_date", f"is not after the disbursement on {lent}"))
    return violations


def _undoing(event: Event, known: dict[int, Event], undone: set[int | None], where: str) -> list[Violation]:
    target = known.get(event.undoes or 0)
    if target is None:
        return [Violation(f"{where}.undoes", f"no earlier event has seq {event.undoes}")]
    if target.type == "undo" or target.seq in undone:
        return [Violation(f"{where}.undoes", f"event {event.undoes} is undone already, or is an undo itself")]
    return []
