"""Which tables travel: facts alone. Everything else is computed from them on each node, or stays where it is."""

from __future__ import annotations

from functools import lru_cache

from django.apps import apps
from django.conf import settings

from apps.mfis.core.tables import OWN_APPS, Kind

PUBLICATION = "letsema"


@lru_cache
def fact_tables(*, public: bool) -> tuple[str, ...]:
    """The tables of facts of the public schema, or of an MFI's, by name."""
    installed = settings.SHARED_APPS if public else settings.TENANT_APPS
    labels = {name.rsplit(".", 1)[-1] for name in installed} & set(OWN_APPS)
    models = [m for label in labels for m in apps.get_app_config(label).get_models()]
    return tuple(sorted(m._meta.db_table for m in models if getattr(m, "kind", None) == Kind.FACT))


def schema_tables(schema: str) -> set[tuple[str, str]]:
    """(schema, table) of every fact table of a schema."""
    return {(schema, table) for table in fact_tables(public=schema == "public")}
