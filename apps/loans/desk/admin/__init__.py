"""Back-office pages; importing them registers them."""

from apps.loans.desk.admin import borrowers, dashboard, groups, loans

__all__ = ["borrowers", "dashboard", "groups", "loans"]
