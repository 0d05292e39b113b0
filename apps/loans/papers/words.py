"""Money and dates in papers, as people in Lesotho write them, in the language of the paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

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


def money(amount: str | Decimal, currency: str = "LSL") -> str:
    return f"{'M' if currency == 'LSL' else currency} {Decimal(amount):,.2f}"


def day(value: str | date, language: str) -> str:
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{found.day} {MONTHS[language][found.month - 1]} {found.year}"
