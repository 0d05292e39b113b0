"""What the lenders of the demonstration offer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.loans.products.models import Product
from apps.loans.products.services import create_product
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account

BUSINESS: dict[str, Any] = {
    "name": "Business loan",
    "description": "For stock and tools, repaid monthly.",
    "rate": Decimal(24),
    "rate_per": "year",
    "interest_method": "declining_balance",
    "principal_min": Decimal(1000),
    "principal_default": Decimal(6000),
    "principal_max": Decimal(30000),
    "installments_min": 3,
    "installments_default": 12,
    "installments_max": 24,
}

SALARY: dict[str, Any] = {
    "name": "Salary loan",
    "description": "For people paid monthly; the same amount each month.",
    "rate": Decimal(2),
    "rate_per": "month",
    "interest_method": "flat",
    "principal_min": Decimal(500),
    "principal_default": Decimal(3000),
    "principal_max": Decimal(15000),
    "installments_min": 1,
    "installments_default": 6,
    "installments_max": 12,
}

MARKET: dict[str, Any] = {
    "name": "Market loan",
    "description": "Small and short, repaid weekly.",
    "rate": Decimal(25),
    "rate_per": "year",
    "interest_method": "declining_balance",
    "amortization": "equal_principal",
    "frequency": "weeks",
    "principal_min": Decimal(200),
    "principal_default": Decimal(1000),
    "principal_max": Decimal(5000),
    "installments_min": 4,
    "installments_default": 12,
    "installments_max": 26,
}


def make_products(mfi: MFI, manager: Account) -> list[Product]:
    """What a lender of this licence would offer: a money lender takes no fee."""
    fee = Decimal(0 if mfi.is_money_lender else 3)
    products = ({**BUSINESS, "disbursement_fee_percent": fee}, SALARY, MARKET)
    return [create_product(actor=manager.actor, mfi=mfi, **values) for values in products]
