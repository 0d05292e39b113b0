"""What in a product is lawful and yet seldom meant: asked about before it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from apps.loans.products.models import Product
from apps.mfis.core.folding import fold

UNUSUAL_RATE = Decimal(120)  # percent a year: above it a rate is mostly typed wrongly


def doubts(product: Product) -> dict[str, str]:
    """What to ask about, by field; nothing that stands in the saved product already."""
    kept = None if product._state.adding else Product.objects.filter(pk=product.pk).first()
    found = [*_same_name(product, kept), *_unusual_rate(product, kept)]
    return dict(found)


def _same_name(product: Product, kept: Product | None) -> Iterator[tuple[str, str]]:
    name = fold(product.name)
    if kept and fold(kept.name) == name:
        return
    others = Product.objects.exclude(pk=product.pk).values_list("name", flat=True)
    same = next((other for other in others if fold(other) == name), None)
    if same:
        yield "name", f"There is a product “{same}” already; people would not know them apart. Is another one meant?"


def _unusual_rate(product: Product, kept: Product | None) -> Iterator[tuple[str, str]]:
    for field in ("rate", "rate_max"):
        rate = getattr(product, field)
        if rate is None or (kept and getattr(kept, field) == rate and kept.rate_per == product.rate_per):
            continue
        a_year = rate * product.periods_in_year
        if a_year > UNUSUAL_RATE:
            yield (
                field,
                f"{rate.normalize():f} % a {product.rate_per} is {a_year.normalize():f} % a year. Is it meant so?",
            )
