"""Pages about colleagues and their tokens; importing them registers them."""

from apps.users.staff.admin import colleagues, contacts, tokens

__all__ = ["colleagues", "contacts", "tokens"]
