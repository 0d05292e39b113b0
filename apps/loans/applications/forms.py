"""Forms of an application and its review."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from apps.loans.applications.models import Document
from apps.loans.groups.models import Group
from apps.loans.products.models import LoanPurpose, Product, the_policy
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account
from apps.users.accounts.reach import within_reach
from apps.users.back_office.forms import KeyedForm, OptionalReasonForm, amount_field, reason_field


def _choose_among(form: forms.Form, name: str, records: QuerySet[Any]) -> None:
    """Offers `records` in a field that was declared without any."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as it is declared
    field.queryset = records


class ApplicationForm(KeyedForm):
    """An application entered at the branch for a borrower."""

    borrower = forms.ModelChoiceField(queryset=Account.objects.none())
    product_id = forms.ModelChoiceField(label="Product", queryset=Product.objects.none())
    principal = forms.DecimalField(label="Amount", max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    installments = forms.IntegerField(min_value=1, max_value=360)
    rate = forms.DecimalField(
        label="Rate (%)",
        required=False,
        max_digits=7,
        decimal_places=4,
        min_value=Decimal(0),
        help_text="Empty: the product's usual rate.",
    )
    listed_purpose_id = forms.ModelChoiceField(
        label="Purpose", queryset=LoanPurpose.objects.none(), required=False, empty_label="None of these"
    )
    purpose = forms.CharField(label="More about the purpose", required=False, max_length=200)
    group_id = forms.ModelChoiceField(
        label="In the group",
        queryset=Group.objects.none(),
        required=False,
        empty_label="None",
        help_text="It then falls due at the group's meetings, and the members answer for it together.",
    )
    then = forms.TypedChoiceField(
        label="What next",
        choices=[("submit", "Hand it in"), ("draft", "Keep it as a draft")],
        initial="submit",
        required=False,
        empty_value="submit",
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, borrower: Account | None = None, seen_by: Account | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"borrower": borrower, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        _choose_among(self, "group_id", Group.objects.filter(is_active=True))
        if self.data.get("then") == "draft":
            for name in ("product_id", "principal", "installments"):
                self.fields[name].required = False
        people = within_reach(Account.objects.filter(role=Role.BORROWER, is_active=True), seen_by, "profile__")
        # From a borrower's own page the choice is made; a list of thousands would be no choice.
        _choose_among(self, "borrower", people.filter(pk=borrower.pk) if borrower else people)
        _choose_among(self, "product_id", Product.objects.offered())
        _choose_among(self, "listed_purpose_id", LoanPurpose.objects.offered())


class ReviewForm(forms.Form):
    """The end of a review: what was gone through, and what was found."""

    checked = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "What you found"
        checked = self.fields["checked"]
        assert isinstance(checked, forms.MultipleChoiceField)  # noqa: S101 - as it is declared above
        checked.choices = [(item, item) for item in the_policy().review_checklist]
        if not checked.choices:
            del self.fields["checked"]


class AmendForm(forms.Form):
    """What an application asks for, to be changed."""

    principal = amount_field(label="Amount")
    installments = forms.IntegerField(min_value=1, max_value=360)
    purpose = forms.CharField(required=False, max_length=200)
    reason = reason_field()


class ApproveForm(OptionalReasonForm):
    """An approval: of all that is asked for, or of less."""

    principal = forms.DecimalField(
        label="Amount",
        required=False,
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text="As asked for, or less.",
    )
    installments = forms.IntegerField(required=False, min_value=1, max_value=360, help_text="As asked for, or fewer.")

    field_order = ["principal", "installments", "reason"]


class AssignForm(forms.Form):
    """Who goes on with an application."""

    officer = forms.ModelChoiceField(queryset=Account.objects.none())
    reason = forms.CharField(required=False, max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = [a.pk for a in Account.objects.filter(role=Role.MFI_ADMIN, is_active=True) if a.may(Action.REVIEW)]
        _choose_among(self, "officer", Account.objects.filter(pk__in=able))


class DocumentForm(forms.Form):
    """A document to keep with a loan."""

    what = forms.ChoiceField(label="Kind", choices=Document.Kind.choices)
    file = forms.FileField(help_text="PDF, JPEG or PNG, at most 5 MB.", max_length=255)
