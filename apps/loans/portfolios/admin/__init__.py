"""Back-office pages; importing them registers them."""

from apps.loans.portfolios.admin import hand_over

__all__ = ["hand_over"]
