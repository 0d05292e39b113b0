from apps.loans.products.models.choices import ADVANCED
from apps.loans.products.models.policy import (
    PAYMENT_ACCOUNTS,
    POLICY_ID,
    AgeingPreset,
    Policy,
    PublicHoliday,
    ageing_rates,
    the_policy,
)
from apps.loans.products.models.product import Product

__all__ = [
    "ADVANCED",
    "PAYMENT_ACCOUNTS",
    "POLICY_ID",
    "AgeingPreset",
    "Policy",
    "Product",
    "PublicHoliday",
    "ageing_rates",
    "the_policy",
]
