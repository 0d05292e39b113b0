"""MFIs, and what is kept in the public schema about all of them."""

from apps.mfis.tenancy.models.directory import DirectoryEntry
from apps.mfis.tenancy.models.mfi import MFI, Domain, Licence, MFILogo, tenant_id
from apps.mfis.tenancy.models.portfolio_snapshot import PortfolioSnapshot
from apps.mfis.tenancy.models.rendered_ddl import RenderedDDL
from apps.mfis.tenancy.models.schema_ready import SchemaReady

__all__ = [
    "MFI",
    "DirectoryEntry",
    "Domain",
    "Licence",
    "MFILogo",
    "PortfolioSnapshot",
    "RenderedDDL",
    "SchemaReady",
    "tenant_id",
]
