"""Where Django looks for the models of this app; each stands in its room, and is imported from there."""

from apps.mfis.core.models import Command, Revision
from apps.users.access.models import ApiToken, CallCount, ContactChange, Invitation, Scope, SignIn
from apps.users.accounts.models import Account, BorrowerAssignment, BorrowerProfile, Branch, Employer, OneTimeCode
from apps.users.complaints.models import Complaint
from apps.users.consents.models import Consent
from apps.users.duplicates.models import DuplicatePair, Merge
from apps.users.exporting.models import ExportedFile
from apps.users.messaging.models import Message
from apps.users.spreadsheets.models import ImportMapping, ImportRow, ImportRun

__all__ = [
    "Account",
    "ApiToken",
    "BorrowerAssignment",
    "BorrowerProfile",
    "Branch",
    "CallCount",
    "Command",
    "Complaint",
    "Consent",
    "ContactChange",
    "DuplicatePair",
    "Employer",
    "ExportedFile",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "Invitation",
    "Merge",
    "Message",
    "OneTimeCode",
    "Revision",
    "Scope",
    "SignIn",
]
