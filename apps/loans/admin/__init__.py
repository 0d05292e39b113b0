"""The MFI's back-office pages about lending; importing them registers them."""

from apps.users.admin import staff

from . import books, borrowers, dashboard, groups, loans, notices, products, security, settings

__all__ = ["books", "borrowers", "dashboard", "groups", "loans", "notices", "products", "security", "settings", "staff"]
