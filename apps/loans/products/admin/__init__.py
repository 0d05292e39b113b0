"""Back-office pages; importing them registers them."""

from apps.loans.products.admin import products, settings

__all__ = ["products", "settings"]
