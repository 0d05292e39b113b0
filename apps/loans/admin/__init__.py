"""The MFI's back-office pages about lending; importing them registers them."""

from apps.users.admin import staff

from . import borrowers, dashboard, loans, notices, products

__all__ = ["borrowers", "dashboard", "loans", "notices", "products", "staff"]
