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
from apps.loans.products.models.purpose import USUAL_PURPOSES, LoanPurpose, usual_purpose_id

__all__ = [
    "ADVANCED",
    "PAYMENT_ACCOUNTS",
    "POLICY_ID",
    "USUAL_PURPOSES",
    "AgeingPreset",
    "LoanPurpose",
    "Policy",
    "Product",
    "PublicHoliday",
    "ageing_rates",
    "the_policy",
    "usual_purpose_id",
]
