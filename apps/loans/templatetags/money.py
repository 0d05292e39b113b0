"""Money in templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from apps.loans.book.wording import movement
from apps.loans.domain.money import format_money

register = template.Library()


@register.filter
def money(amount: Decimal | str | None, currency: str = "LSL") -> str:
    """M 1,250.00; a dash for none, and for what a template did not find, which is an empty text."""
    return "—" if amount is None or amount == "" else format_money(Decimal(amount), currency)


@register.filter
def plain(amount: Decimal | str | None) -> str:
    """1,250.00, for columns whose head names the currency."""
    return "—" if amount is None or amount == "" else f"{Decimal(amount):,.2f}"


@register.filter
def component(row: Any, name: str) -> Decimal:
    """What falls due of one component of an installment."""
    return Decimal(row.due[name])


register.filter("movement", movement)


@register.filter
def part(transaction: Any, name: str) -> Decimal:
    """What a movement paid of one component."""
    return Decimal(transaction.split[name])


@register.filter
def percent(share: Decimal | str | None) -> str:
    """13.39 %, from a ratio of one."""
    return "—" if share is None or share == "" else f"{Decimal(share) * 100:,.2f} %"
