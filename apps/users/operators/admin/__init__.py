"""Pages of Letsema's own site; importing them registers them."""

from apps.users.back_office import files
from apps.users.operators.admin import conflicts, dashboard, jobs, mfis, nodes, people
from apps.users.staff import admin as staff

__all__ = ["conflicts", "dashboard", "files", "jobs", "mfis", "nodes", "people", "staff"]
