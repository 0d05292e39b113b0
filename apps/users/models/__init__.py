"""Accounts of one schema, who they are, how they get in, and the record of every change."""

from .access import ApiToken, Invitation
from .account import Account
from .command import Command
from .profile import BorrowerProfile
from .revision import Revision

__all__ = ["Account", "ApiToken", "BorrowerProfile", "Command", "Invitation", "Revision"]
