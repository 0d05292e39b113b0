"""The MFI (tenant), its domains, and what Letsema admins see across all of them."""

from .base import Fact, Kind, NodeLocal, Projection, Revisioned, new_id
from .cluster import ClusterCheck, ClusterNode, Conflict, ConflictDecision, DiscardedFact, HomeHere, SchemaReady
from .ddl import RenderedDDL
from .directory import DirectoryEntry
from .mfi import MFI, Domain, MFILogo
from .snapshot import PortfolioSnapshot

__all__ = [
    "MFI",
    "ClusterCheck",
    "ClusterNode",
    "Conflict",
    "ConflictDecision",
    "DirectoryEntry",
    "DiscardedFact",
    "Domain",
    "Fact",
    "HomeHere",
    "Kind",
    "MFILogo",
    "NodeLocal",
    "PortfolioSnapshot",
    "Projection",
    "RenderedDDL",
    "Revisioned",
    "SchemaReady",
    "new_id",
]
