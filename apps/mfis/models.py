"""Where Django looks for the models of this app; each stands in its room, and is imported from there."""

from apps.mfis.nodes.models import ClusterCheck, ClusterNode, Conflict, ConflictDecision, DiscardedFact, HomeHere
from apps.mfis.tenancy.models import (
    DirectoryEntry,
    Domain,
    Licence,
    MFILogo,
    PortfolioSnapshot,
    RenderedDDL,
    SchemaReady,
)
from apps.mfis.work.models import Health, Job, WorkNote

__all__ = [
    "ClusterCheck",
    "ClusterNode",
    "Conflict",
    "ConflictDecision",
    "DirectoryEntry",
    "DiscardedFact",
    "Domain",
    "Health",
    "HomeHere",
    "Job",
    "Licence",
    "MFILogo",
    "PortfolioSnapshot",
    "RenderedDDL",
    "SchemaReady",
    "WorkNote",
]
