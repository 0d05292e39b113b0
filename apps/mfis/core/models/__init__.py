"""Commands and revisions. Their tables stand in every schema, so their app label is that of accounts."""

from apps.mfis.core.models.command import Command
from apps.mfis.core.models.revision import Revision

__all__ = ["Command", "Revision"]
