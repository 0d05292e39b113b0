"""Forms about groups."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.loans.groups.models import Membership
from apps.mfis.core.roles import Role
from apps.users.accounts.models import Account


class MemberForm(forms.Form):
    """A borrower who joins, and what they are in the group."""

    borrower = forms.ModelChoiceField(queryset=Account.objects.none())
    office = forms.ChoiceField(choices=Membership.Office.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        borrowers = Account.objects.filter(role=Role.BORROWER, is_active=True)
        free = borrowers.exclude(memberships__left_on__isnull=True, memberships__isnull=False)
        borrower = self.fields["borrower"]
        assert isinstance(borrower, forms.ModelChoiceField)  # noqa: S101 - as it is declared above
        borrower.queryset = free.order_by("full_name")
