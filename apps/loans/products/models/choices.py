"""What may be chosen for a product, as the engine and the database name it."""

from __future__ import annotations

from django.db import models

from apps.loans.domain.terms import ALLOCATIONS


class InterestMethod(models.TextChoices):
    DECLINING = "declining_balance", "Declining balance"
    FLAT = "flat", "Flat"


class Amortization(models.TextChoices):
    EQUAL_INSTALLMENTS = "equal_installments", "Equal installments"
    EQUAL_PRINCIPAL = "equal_principal", "Equal principal"
    BULLET = "bullet", "Interest only, principal at the end"


class InterestPeriod(models.TextChoices):
    SAME = "same_as_repayment", "By installment"
    DAILY = "daily", "By day"


class Frequency(models.TextChoices):
    DAYS = "days", "Days"
    WEEKS = "weeks", "Weeks"
    MONTHS = "months", "Months"


RATE_PER = [("year", "Year"), ("month", "Month")]

DAYS_IN_YEAR = [("actual", "Actual"), ("360", "360"), ("364", "364"), ("365", "365")]

DAYS_IN_MONTH = [("actual", "Actual"), ("30", "30")]

SCHEDULE_TYPES = [("cumulative", "Cumulative"), ("progressive", "Progressive")]

WORKING_DAY_RULES = [("keep", "Stays"), ("next", "Next working day"), ("previous", "Working day before")]

EARLY_PAYMENTS = [
    ("last_unpaid", "Makes the last installment less"),
    ("reduce_amount", "Makes the installments less"),
    ("reduce_installments", "Makes the term shorter"),
    ("next_installments", "Counts for the next installments"),
]

RESTS = [("daily", "Every day"), ("same_as_repayment", "At each due date")]

COMPOUNDING = [("none", "No"), ("interest", "Yes")]

PAYOFFS = [("to_the_day", "To the day"), ("to_the_rest_date", "To the next due date")]

REBATES = [("none", "None"), ("actuarial", "Actuarial"), ("rule_of_78", "Rule of 78")]

PENALTY_OF = [("principal", "Overdue principal"), ("principal_and_interest", "Overdue principal and interest")]

PENALTY_EVERY = [("once", "Once"), ("month", "Every month")]

ADVANCED = "advanced"

ALLOCATION = [
    (ALLOCATIONS[0], "Penalties, fees, interest, principal"),
    (ALLOCATIONS[1], "When due as before; paid early, principal first"),
    (ALLOCATIONS[2], "Penalties, interest, principal, fees"),
    (ADVANCED, "In an order of our own"),
]
