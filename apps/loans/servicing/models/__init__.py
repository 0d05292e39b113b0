"""Reported payments, and the days that were ended."""

from apps.loans.servicing.models.day_end import DayEnd
from apps.loans.servicing.models.payment_notice import PaymentNotice

__all__ = ["DayEnd", "PaymentNotice"]
