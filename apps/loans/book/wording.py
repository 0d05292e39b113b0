"""Money, dates and movements in what borrowers read, as people in Lesotho write them, in the reader's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.loans.book.models import EventType

MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "st": (
        "Pherekhong",
        "Hlakola",
        "Hlakubele",
        "'Mesa",
        "Motšeanong",
        "Phupjane",
        "Phupu",
        "Phato",
        "Loetse",
        "Mphalane",
        "Pulungoana",
        "Tšitoe",
    ),
}

# What borrowers call otherwise than whoever books it, and what is no event but told of in histories.
MOVEMENTS = {kind.value: str(kind.label) for kind in EventType} | {
    EventType.DISBURSED.value: _("Paid out"),
    EventType.TAKEN_ON.value: _("Balance brought forward"),
    "down_payment": _("Down payment"),
    "closed": _("Closed"),
}


def money(amount: str | Decimal, currency: str = "LSL") -> str:
    """M 1,250.00; other currencies by their code."""
    return f"{'M' if currency == 'LSL' else currency} {Decimal(amount):,.2f}"


def day(value: str | date, language: str) -> str:
    """2 Mar 2026, with the month's name in `language`."""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{on.day} {MONTHS[language][on.month - 1]} {on.year}"


def movement(kind: str) -> str:
    """What moved money, as borrowers call it, in the active language."""
    return gettext(MOVEMENTS.get(kind) or kind.replace("_", " ").capitalize())
