"""Accounts of one schema, who they are, how they get in, and the record of every change."""

from .access import ApiToken, Invitation, Scope
from .account import Account
from .calls import CallCount
from .code import OneTimeCode
from .command import Command
from .complaint import Complaint
from .consent import Consent
from .message import Message
from .profile import BorrowerProfile
from .revision import Revision
from .sign_in import SignIn

__all__ = [
    "Account",
    "ApiToken",
    "BorrowerProfile",
    "CallCount",
    "Command",
    "Complaint",
    "Consent",
    "Invitation",
    "Message",
    "OneTimeCode",
    "Revision",
    "Scope",
    "SignIn",
]
