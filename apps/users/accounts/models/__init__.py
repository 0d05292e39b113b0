"""The tables of accounts."""

from apps.users.accounts.models.account import Account
from apps.users.accounts.models.one_time_code import OneTimeCode
from apps.users.accounts.models.profile import BorrowerProfile

__all__ = ["Account", "BorrowerProfile", "OneTimeCode"]
