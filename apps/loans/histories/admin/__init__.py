"""Back-office pages; importing them registers them."""

from apps.loans.histories.admin import disputes, histories

__all__ = ["disputes", "histories"]
