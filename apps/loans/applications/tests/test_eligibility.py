"""Who may apply for what."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.products.models import Product
from apps.mfis.core.errors import InvalidInput, WrongState
from tests.factories import Branch

Maker = Callable[..., Loan]


pytestmark = pytest.mark.django_db


def test_a_borrower_has_one_application_at_a_time(apply: Maker) -> None:
    apply()
    with pytest.raises(WrongState):
        apply()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"principal": Decimal(99)}, "principal"),
        ({"principal": Decimal("50000.01")}, "principal"),
        ({"installments": 37}, "installments"),
    ],
)
def test_limits_of_the_product(apply: Maker, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        apply(**values)
    assert field in refused.value.errors


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"cycle_min": 1}, "have repaid 1 loan"),
        ({"exposure_max": Decimal(900)}, "up to 900.00 is possible"),
        ({"affordability_percent": Decimal(30)}, "net monthly income is needed"),
    ],
)
def test_a_product_is_not_for_everybody(
    alpha: Branch, apply: Callable[..., Loan], setting: dict[str, object], said: str
) -> None:
    with tenant_context(alpha.mfi):
        Product.objects.filter(pk=alpha.product.pk).update(**setting)
        with pytest.raises(InvalidInput, match=said):
            apply()
