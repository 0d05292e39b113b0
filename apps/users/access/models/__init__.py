"""The tables of tokens, invitations, changed contacts, sign-ins and counted calls."""

from apps.users.access.models.api_token import ApiToken, Scope
from apps.users.access.models.call_count import CallCount
from apps.users.access.models.contact_change import ContactChange
from apps.users.access.models.invitation import Invitation
from apps.users.access.models.sign_in import SignIn

__all__ = ["ApiToken", "CallCount", "ContactChange", "Invitation", "Scope", "SignIn"]
