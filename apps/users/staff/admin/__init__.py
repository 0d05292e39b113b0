"""Pages about colleagues and their tokens; importing them registers them."""

from apps.users.staff.admin import branches, colleagues, contacts, tokens

__all__ = ["branches", "colleagues", "contacts", "tokens"]
