"""What is filled in or handed in on the way to a loan."""

from apps.loans.applications.models.document import Document, DocumentContent
from apps.loans.applications.models.draft import ApplicationDraft

__all__ = ["ApplicationDraft", "Document", "DocumentContent"]
