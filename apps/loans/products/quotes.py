"""What a loan of a product would cost: its terms checked, and its schedule by the engine that would book it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from apps.loans.domain.cost import Cost, cost_of_credit
from apps.loans.domain.fold import quote
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.domain.terms import Terms
from apps.loans.domain.terms_parser import parse_terms
from apps.loans.domain.violations import InvalidTerms
from apps.loans.products.models import Product, PublicHoliday
from apps.mfis.core.errors import InvalidInput, Sentence


def quote_product(
    *, product: Product, principal: Decimal, installments: int, on: date, currency: str
) -> tuple[Terms, LoanSnapshot]:
    """The terms and schedule of a loan of `product` paid out `on`: the engine's own, as it would be booked.

    Raises:
        InvalidInput: amount or term outside the product's limits, naming them.
    """
    terms = parse_terms(checked_terms(product, principal, installments, on, currency))
    return terms, quote(terms, on)


def representative_costs(products: Collection[Product], on: date, currency: str) -> list[Cost | None]:
    """What the usual loan of each product costs if it is paid out `on`; None where it cannot be reckoned."""
    moved = any(product.working_day_rule != "keep" for product in products)
    holidays = holidays_from(on) if moved else []
    return [_usual_cost(product, on, currency, holidays) for product in products]


def _usual_cost(product: Product, on: date, currency: str, holidays: list[str]) -> Cost | None:
    usual = product.terms_json(
        principal=product.principal_default,
        installments=product.installments_default,
        submitted_on=on.isoformat(),
        currency=currency,
        holidays=holidays,
    )
    return cost_of_terms(json.dumps(usual, sort_keys=True), on)


@lru_cache(maxsize=512)
def cost_of_terms(terms: str, on: date) -> Cost | None:
    """The cost of a loan with these terms, a loan case form as JSON, paid out `on`; None where it cannot be reckoned.

    Kept, as a list of products is asked for by everybody, and the same terms on the same day cost the same.
    """
    try:
        parsed = parse_terms(json.loads(terms))
        return cost_of_credit(parsed, quote(parsed, on))
    except InvalidTerms:
        return None


def checked_terms(
    product: Product,
    principal: Decimal,
    installments: int,
    on: date,
    currency: str,
    rate: Decimal | None = None,
    meets_from: date | None = None,
) -> dict[str, Any]:
    """The loan case form of a loan applied for `on`.

    Raises:
        InvalidInput: amount, term or rate outside the product's limits, naming them.
    """
    errors = {
        field: [sentence]
        for field, sentence in (
            ("principal", _wrong_principal(product, principal)),
            ("installments", _wrong_installments(product, installments)),
            ("rate", _wrong_rate(product, rate)),
        )
        if sentence
    }
    if errors:
        field, sentences = next(iter(errors.items()))
        raise InvalidInput(sentences[0], field=field, errors=errors)
    return product.terms_json(
        principal=principal,
        installments=installments,
        submitted_on=on.isoformat(),
        currency=currency,
        rate=rate,
        holidays=_holidays(product, on),
        meets_from=meets_from.isoformat() if meets_from else None,
    )


def _wrong_principal(product: Product, principal: Decimal) -> str:
    if not principal.is_finite() or not product.principal_min <= principal <= product.principal_max:
        return Sentence(
            f"{product.name} is lent from {product.principal_min:,.2f} to {product.principal_max:,.2f}.",
            "principal_outside",
            product=product.name,
            minimum=f"{product.principal_min:.2f}",
            maximum=f"{product.principal_max:.2f}",
        )
    if principal != principal.quantize(Decimal("0.01")):
        return Sentence("An amount has at most two decimals.", "two_decimals")
    return ""


def _wrong_installments(product: Product, installments: int) -> str:
    if product.installments_min <= installments <= product.installments_max:
        return ""
    return Sentence(
        f"{product.name} is repaid in {product.installments_min} to {product.installments_max} installments.",
        "installments_outside",
        product=product.name,
        minimum=product.installments_min,
        maximum=product.installments_max,
    )


def _wrong_rate(product: Product, rate: Decimal | None) -> str:
    lowest, highest = product.rate_min or product.rate, product.rate_max or product.rate
    if rate is None or lowest <= rate <= highest:
        return ""
    return f"{product.name} costs from {lowest:g} to {highest:g} % a {product.rate_per}."


def _holidays(product: Product, on: date) -> list[str]:
    """The days from `on` that due dates are moved from, where the product moves any."""
    if product.working_day_rule == "keep":
        return []
    return holidays_from(on)


def holidays_from(on: date) -> list[str]:
    """The public holidays from `on`, in ISO's form."""
    days = PublicHoliday.objects.filter(is_active=True, day__gte=on).values_list("day", flat=True)
    return [day.isoformat() for day in days]
