"""What is asked about a colleague, and about a token."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.forms import show_service_error
from apps.mfis.core.roles import Duty, Role
from apps.users.access.models import ApiToken
from apps.users.accounts.identity import any_phone
from apps.users.accounts.models import Account, Branch, Employer
from apps.users.accounts.services.people import Person, clean_person
from apps.users.staff.services import clean_duties

SENT_FIRST = "Leave it empty the first time: the code is sent to the phone or e-mail on record."


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]
    """A colleague's name, address and duties."""

    duties = forms.MultipleChoiceField(choices=Duty.choices, widget=forms.CheckboxSelectMultiple, required=False)

    class Meta:
        model = Account
        fields = ["full_name", "email", "phone", "branch", "duties"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch = self.fields.get("branch")
        if isinstance(branch, forms.ModelChoiceField):
            branch.queryset = Branch.objects.open()
            if self.instance._state.adding and branch.queryset.count() == 1:
                branch.initial = branch.queryset.get()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        try:
            if self.instance._state.adding:
                person = Person(values["full_name"], values.get("phone") or "", values.get("email") or "")
                clean_person(person, today=business_date())
            if "duties" in self.fields:
                clean_duties(values.get("duties", []), Role.MFI_ADMIN)
        except ServiceError as error:
            show_service_error(self, error)
        return values


class ContactForm(forms.Form):
    """How a person shall be reached, and who says so beside the one who asks."""

    phone = forms.CharField(required=False, max_length=20, help_text="8 digits, like 5812 3456.")
    email = forms.EmailField(label="E-mail", required=False)
    by = forms.ChoiceField(
        label="Confirmed by",
        choices=[("second", "A second person, later"), ("code", "The borrower, with a code sent to them now")],
        initial="second",
        widget=forms.RadioSelect,
    )
    code = forms.CharField(label="The borrower's code", required=False, max_length=12, help_text=SENT_FIRST)
    reason = forms.CharField(label="Why", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, by_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_code:
            del self.fields["by"], self.fields["code"]


class ContactDecisionForm(forms.Form):
    """Whether it is done."""

    decision = forms.ChoiceField(
        choices=[("confirm", "Confirm: I have made sure that it is the person"), ("refuse", "Refuse")],
        widget=forms.RadioSelect,
    )


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """A token's name, and how long it is good for."""

    days = forms.TypedChoiceField(
        label="Good for", coerce=int, choices=[(30, "30 days"), (90, "90 days"), (365, "a year")]
    )

    class Meta:
        model = ApiToken
        fields = ["name"]


class ListedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A record that is known by a short code: in capitals, and no other's."""

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        other = self._meta.model._default_manager.filter(code=code).exclude(pk=self.instance.pk).first()
        if other:
            raise forms.ValidationError(f"{other} has the code {code}; choose another.")
        return code


class BranchForm(ListedForm):
    """A branch's particulars."""

    class Meta:
        model = Branch
        fields = ["name", "code", "district", "address", "is_active"]


class EmployerForm(ListedForm):
    """An employer's particulars."""

    class Meta:
        model = Employer
        fields = ["name", "code", "contact_name", "phone", "email", "pay_day", "address", "is_active"]

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data.get("phone") or "")
        return any_phone(phone) if phone else ""
