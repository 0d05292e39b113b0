"""Which MFIs' schemas stand in this node's database."""

from __future__ import annotations

from django.conf import settings

from apps.mfis.core.database import PUBLIC, fetch_all

ANNOUNCED = """
    SELECT DISTINCT r.schema_name FROM public.mfis_schemaready r JOIN pg_namespace n ON n.nspname = r.schema_name
     WHERE r.node = %s ORDER BY 1
"""

KNOWN = """
    SELECT m.schema_name, n.nspname IS NOT NULL FROM public.mfis_mfi m
      LEFT JOIN pg_namespace n ON n.nspname = m.schema_name ORDER BY 1
"""


def schemas_here() -> list[str]:
    """The public schema, and every MFI's that this node has made and told of."""
    return [PUBLIC, *(name for (name,) in fetch_all(ANNOUNCED, [settings.NODE]))]


def schemas_known() -> dict[str, bool]:
    """The schema of every MFI that is known here, and whether it stands in this database."""
    return {name: bool(stands) for name, stands in fetch_all(KNOWN)}
