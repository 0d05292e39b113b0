"""Pages of Letsema's own site; importing them registers them."""

from apps.users.admin import staff

from . import dashboard, mfis, nodes, people

__all__ = ["dashboard", "mfis", "nodes", "people", "staff"]
