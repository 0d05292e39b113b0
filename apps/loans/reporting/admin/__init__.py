"""Back-office pages; importing them registers them."""

from apps.loans.reporting.admin import accounts, closings

__all__ = ["accounts", "closings"]
