"""Pages of Letsema's own site; importing them registers them."""

from apps.users.admin import staff

from . import dashboard, mfis, people

__all__ = ["dashboard", "mfis", "people", "staff"]
