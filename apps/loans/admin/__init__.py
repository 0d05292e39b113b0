"""The MFI's back-office pages about lending; importing them registers them."""

from apps.users.admin import staff

from . import (
    books,
    borrowers,
    bureau,
    complaints,
    dashboard,
    disputes,
    groups,
    histories,
    loans,
    notices,
    products,
    security,
    settings,
)

__all__ = [
    "books",
    "borrowers",
    "bureau",
    "complaints",
    "dashboard",
    "disputes",
    "groups",
    "histories",
    "loans",
    "notices",
    "products",
    "security",
    "settings",
    "staff",
]
