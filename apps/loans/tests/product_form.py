"""What a manager's product form sends, with nothing unusual in it."""

from __future__ import annotations

PRODUCT_FORM = {
    "is_active": "on", "principal_min": 100, "principal_default": 1000, "principal_max": 5000,
    "installments_min": 1, "installments_default": 12, "installments_max": 24, "repay_every": 1,
    "frequency": "months", "rate": "2", "rate_per": "month", "interest_method": "flat",
    "interest_period": "same_as_repayment", "amortization": "equal_installments", "disbursement_fee_percent": 0,
    "schedule_type": "cumulative", "days_in_year": "actual", "days_in_month": "actual",
    "working_day_rule": "keep", "grace_principal": 0, "grace_interest_payment": 0, "grace_interest_free": 0,
    "savings_percent": 0, "allocation": "penalty_fee_interest_principal", "early_payment": "last_unpaid",
    "settlement_rebate": "none", "penalty_of": "principal", "penalty_after_days": 0, "penalty_grace_days": 0,
    "recalculation_rest": "daily", "recalculation_compounding": "none", "recalculation_payoff": "to_the_day",
    "penalty_every": "once", "cycle_min": 0, "tranches_max": 1,
}  # fmt: skip
