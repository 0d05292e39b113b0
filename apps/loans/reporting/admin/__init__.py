"""Back-office pages; importing them registers them."""

from apps.loans.reporting.admin import accounts, closings, proposed_closings

__all__ = ["accounts", "closings", "proposed_closings"]
