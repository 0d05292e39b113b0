"""What Letsema's own pages ask: a new MFI, a changed one, where a home goes, which side of a conflict stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django_tenants.utils import tenant_context

from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.forms import show_service_error
from apps.mfis.nodes.models import Conflict, Decision
from apps.mfis.tenancy.models import MFI
from apps.mfis.tenancy.services.provisioning import EDITABLE, check_colour
from apps.users.accounts.models import Account
from apps.users.back_office.forms import ReasonForm
from apps.users.operators.services import check_mfi

MERGE = "merge "  # a decision of the form alone; the side that stands for both follows


class OnboardForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new MFI and who will run it. What the service would refuse stands beside its field."""

    admin_name = forms.CharField(label="First admin's name", max_length=150)
    admin_email = forms.EmailField(
        label="First admin's e-mail", help_text="The invitation goes there, and is shown to nobody else."
    )

    class Meta:
        model = MFI
        fields = ["name", "subdomain", *(f for f in EDITABLE if f != "name")]
        widgets = {"brand_colour": forms.TextInput(attrs={"type": "color"})}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            try:
                check_mfi(**values)
            except InvalidInput as error:
                show_service_error(self, error)
        return values


class ChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """The particulars of an MFI that may change, and its logo."""

    logo_file = forms.FileField(
        label="Logo", required=False, help_text="PNG or JPEG, at most 64 kB; square looks best."
    )

    class Meta:
        model = MFI
        fields = list(EDITABLE)
        widgets = {"brand_colour": forms.TextInput(attrs={"type": "color"})}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "brand_colour" in values:
            try:
                check_colour(values["brand_colour"])
            except InvalidInput as error:
                show_service_error(self, error)
        return values


class MoveForm(forms.Form):
    """Where a home goes. By force only from a node that cannot reach the old home."""

    to = forms.ChoiceField(label="To node")
    reason = forms.CharField(max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, letters: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(letter, letter) for letter in letters]  # type: ignore[attr-defined]


class DecisionForm(ReasonForm):
    """Which of two values stands."""

    decision = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, conflict: Conflict, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict = conflict
        self.fields["decision"].choices = _choices(conflict)  # type: ignore[attr-defined]
        self.order_fields(["decision", "reason"])


def standing_account(conflict: Conflict, decision: str) -> UUID | None:
    """The account that stands for both where the form's decision merges two; else None."""
    if not decision.startswith(MERGE):
        return None
    side = conflict.kept if decision.removeprefix(MERGE) == Decision.KEPT else conflict.discarded
    return UUID(side["row"])


def _choices(conflict: Conflict) -> list[tuple[str, str]]:
    kept, discarded = conflict.kept, conflict.discarded
    if conflict.what == Conflict.What.SAME_COLUMN:
        return [
            (Decision.KEPT, f"Keep “{kept.get('value')}”, of {kept.get('by') or 'unknown'}"),
            (Decision.DISCARDED, f"Take “{discarded.get('value')}”, of {discarded.get('by') or 'unknown'}"),
        ]
    if conflict.what == Conflict.What.SAME_PERSON:
        return [
            (f"{MERGE}{Decision.KEPT}", f"One person: {_name(conflict, 'kept')} stands for both"),
            (f"{MERGE}{Decision.DISCARDED}", f"One person: {_name(conflict, 'discarded')} stands for both"),
            (Decision.SETTLED, "Two people: the number was wrong, and is put right by hand"),
        ]
    return [(Decision.SETTLED, "Settled: the people concerned have been told")]


def _name(conflict: Conflict, side: str) -> str:
    mfi = MFI.objects.filter(schema_name=conflict.schema_name).first()
    if mfi is None:
        return side
    with tenant_context(mfi):
        account = Account.objects.filter(pk=getattr(conflict, side)["row"]).first()
    return f"{account.full_name} ({account.phone or account.email or 'no phone'})" if account else side
