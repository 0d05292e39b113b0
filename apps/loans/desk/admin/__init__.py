"""Back-office pages; importing them registers them."""

from apps.loans.desk.admin import borrowers, dashboard, groups, loans, quality, search

__all__ = ["borrowers", "dashboard", "groups", "loans", "quality", "search"]
