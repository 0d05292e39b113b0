"""The tables of accounts."""

from apps.users.accounts.models.account import Account
from apps.users.accounts.models.assignment import Assignment, BorrowerAssignment
from apps.users.accounts.models.branch import HEAD_OFFICE_ID, Branch
from apps.users.accounts.models.employer import Employer
from apps.users.accounts.models.one_time_code import OneTimeCode
from apps.users.accounts.models.profile import BorrowerProfile

__all__ = [
    "HEAD_OFFICE_ID",
    "Account",
    "Assignment",
    "BorrowerAssignment",
    "BorrowerProfile",
    "Branch",
    "Employer",
    "OneTimeCode",
]
