"""What a loan's facts say before they are folded: what stands, what is agreed, and the form the engine takes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.workflow import AMENDING, ENGINE_EVENTS
from apps.loans.domain.terms import Event, EventKind
from apps.loans.domain.terms_parser import parse_charge, parse_restructuring, parse_take_on


def engine_events(events: Iterable[LoanEvent]) -> list[Event]:
    """What the engine folds, in its own form, numbered in booking order; the rest tells of decisions and of talks."""
    return [taken for _, taken in numbered(events)]


def numbered(events: Iterable[LoanEvent]) -> list[tuple[LoanEvent, Event]]:
    """The same, each beside the fact that it is the form of."""
    taken: list[tuple[LoanEvent, Event]] = []
    seq_of: dict[UUID, int] = {}
    for event in events:
        if event.type not in ENGINE_EVENTS or (event.type == EventType.REVERSAL and event.reverses_id not in seq_of):
            continue
        seq_of[event.pk] = len(taken) + 1
        form = Event(
            seq=seq_of[event.pk],
            type=_kind(event),
            date=event.value_date,
            amount=event.amount or Decimal(0),
            undoes=seq_of.get(event.reverses_id) if event.reverses_id else None,
            **_details(event),
        )
        taken.append((event, form))
    return taken


def _kind(event: LoanEvent) -> EventKind:
    """What the engine calls it: a loan is taken on by its figures, or with its whole history up to the cut-over."""
    if event.type == EventType.TAKEN_ON and "take_on" not in event.payload:
        return "cut_over"
    return cast(EventKind, str(event.type))


def _details(event: LoanEvent) -> dict[str, Any]:
    """What a charge, a waiver or a restructuring says beyond its amount; checked when it was booked."""
    payload = event.payload
    if event.type == EventType.CHARGE:
        return {"charge": parse_charge(payload["charge"])}
    if event.type in (EventType.WAIVE_CHARGE, EventType.WAIVE_INTEREST):
        return {"component": payload.get("component"), "installment": payload.get("installment")}
    if event.type == EventType.RESTRUCTURED:
        return {"terms": parse_restructuring(payload["terms"])}
    if event.type == EventType.TAKEN_ON and "take_on" in payload:
        return {"take_on": parse_take_on(payload["take_on"])}
    return {}


def amended_application(events: list[LoanEvent]) -> dict[str, Any] | None:
    """What the last standing change of the application says: `terms` and `purpose`; None where nothing changed it."""
    changes = (e.payload for e in reversed(standing(events)) if e.type in AMENDING and "terms" in e.payload)
    payload = next(changes, None)
    return {name: payload[name] for name in ("terms", "purpose")} if payload else None


def agreed(loan: Loan, events: list[LoanEvent]) -> dict[str, Any]:
    """What is agreed by these events: `terms` in the loan case form, and `purpose`."""
    return amended_application(events) or {"terms": loan.asked_terms, "purpose": loan.asked_purpose}


def charge_off(events: list[LoanEvent]) -> LoanEvent | None:
    """The charge-off that stands, if there is one."""
    return next((e for e in standing(events) if e.type == EventType.CHARGED_OFF), None)


def standing(events: list[LoanEvent]) -> list[LoanEvent]:
    """Those that none of them takes back, without the reversals themselves."""
    reversed_ids = {event.reverses_id for event in events if event.type == EventType.REVERSAL}
    return [event for event in events if event.pk not in reversed_ids and event.type != EventType.REVERSAL]
