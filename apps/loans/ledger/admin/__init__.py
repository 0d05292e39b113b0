"""Back-office pages; importing them registers them."""

from apps.loans.ledger.admin import journal, manual, mappings

__all__ = ["journal", "manual", "mappings"]
