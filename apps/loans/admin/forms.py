"""Forms of the loan's actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from apps.loans.models import Collateral, Document, Group, Membership, Product
from apps.loans.models.event import Channel
from apps.loans.models.policy import the_policy
from apps.mfis.clock import business_date
from apps.users.admin.forms import DateInput
from apps.users.models import Account
from apps.users.roles import Action, Role


class MoneyForm(forms.Form):
    """A movement of money. The hidden key makes a form that is sent twice count once."""

    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    channel = forms.ChoiceField(choices=Channel.choices)
    reference = forms.CharField(
        required=False, max_length=60, help_text="The wallet's or bank's own reference; not needed for cash."
    )
    on = forms.DateField(label="Value date", widget=DateInput(), help_text="The day the money moved.")
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, with_amount: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"on": business_date(), "key": str(uuid4()), **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        if not with_amount:
            del self.fields["amount"]
        else:
            self.fields["amount"].widget.attrs |= {"autofocus": True, "inputmode": "decimal"}


class ReverseForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid4())}
        super().__init__(*args, **kwargs)


class ApplicationForm(forms.Form):
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
    purpose = forms.CharField(required=False, max_length=200)
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
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, borrower: Account | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid4()), "borrower": borrower, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["group_id"].queryset = Group.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if self.data.get("then") == "draft":
            for name in ("product_id", "principal", "installments"):
                self.fields[name].required = False
        people = Account.objects.filter(role=Role.BORROWER, is_active=True)
        # From a borrower's own page the choice is made; a list of thousands would be no choice.
        self.fields["borrower"].queryset = people.filter(pk=borrower.pk) if borrower else people  # type: ignore[attr-defined]
        self.fields["product_id"].queryset = Product.objects.filter(is_active=True)  # type: ignore[attr-defined]


class BorrowerForm(forms.Form):
    """A borrower's particulars; the service checks them, so every door refuses the same."""

    full_name = forms.CharField(label="Full name", max_length=150)
    phone = forms.CharField(required=False, max_length=20, help_text="8 digits, like 5812 3456.")
    email = forms.EmailField(label="E-mail", required=False)
    national_id = forms.CharField(label="National ID", required=False, max_length=24)
    date_of_birth = forms.DateField(required=False, widget=DateInput())
    district = forms.ChoiceField(required=False)
    village = forms.CharField(label="Village or town", required=False, max_length=80)
    employer = forms.CharField(required=False, max_length=120)
    net_monthly_income = forms.DecimalField(required=False, max_digits=12, decimal_places=2, min_value=Decimal(0))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from apps.mfis.places import District

        super().__init__(*args, **kwargs)
        self.fields["district"].choices = [("", "—"), *District.choices]  # type: ignore[attr-defined]


class Keyed(forms.Form):
    """A form whose hidden key makes it count once, however often it is sent."""

    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid4()), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


def _money() -> forms.DecimalField:
    return forms.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))


def _reason() -> forms.CharField:
    return forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ChargeForm(Keyed):
    name = forms.CharField(label="For what", max_length=60)
    kind = forms.ChoiceField(choices=[("fee", "Fee"), ("penalty", "Penalty")])
    amount = _money()
    due_date = forms.DateField(label="Due on", required=False, widget=DateInput(), help_text="Empty: at once.")


class WaiverForm(Keyed):
    component = forms.ChoiceField(
        label="What", choices=[("penalties", "Penalties"), ("fees", "Fees"), ("interest", "Interest")]
    )
    amount = _money()
    installment = forms.IntegerField(
        label="Of installment no.", required=False, min_value=1, help_text="Empty: from the oldest on."
    )
    reason = _reason()


class GoodwillForm(Keyed):
    amount = _money()
    reason = _reason()


class RestructureForm(forms.Form):
    """New terms from an installment onwards; exactly one of the four."""

    start = forms.DateField(label="From the installment due on", widget=DateInput())
    new_due_date = forms.DateField(label="Move it to", required=False, widget=DateInput())
    extra_terms = forms.IntegerField(label="Installments more", required=False, min_value=1, max_value=120)
    grace_principal = forms.IntegerField(
        label="Installments without principal", required=False, min_value=1, max_value=60
    )
    new_interest_rate = forms.DecimalField(label="New rate (% a year)", required=False, min_value=Decimal(0))
    reason = _reason()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = [n for n in ("new_due_date", "extra_terms", "grace_principal", "new_interest_rate") if values.get(n)]
        if len(given) != 1 and not self.errors:
            self.add_error(None, "Change one thing: the date, the number, the grace, or the rate.")
        elif given and values.get("start"):
            value = values[given[0]]
            values["terms"] = {
                "from": values["start"].isoformat(),
                given[0]: value.isoformat()
                if given[0] == "new_due_date"
                else f"{value}"
                if given[0] == "new_interest_rate"
                else value,
            }
        return values


class ProposalForm(forms.Form):
    agree = forms.TypedChoiceField(
        label="Decision",
        choices=[("yes", "Agree"), ("no", "Decline")],
        coerce=lambda v: v == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="Needed to decline."
    )


class GuarantorForm(forms.Form):
    full_name = forms.CharField(label="Full name", max_length=150)
    phone = forms.CharField(required=False, max_length=16)
    relation = forms.CharField(label="Relation to the borrower", required=False, max_length=60)
    amount = _money()


class CollateralForm(forms.Form):
    what = forms.ChoiceField(label="Kind", choices=Collateral.Kind.choices)
    description = forms.CharField(max_length=200, help_text="So that it is known again: make, colour, ear mark.")
    serial = forms.CharField(label="Registration or serial no.", required=False, max_length=60)
    value = forms.DecimalField(label="Estimated value", max_digits=12, decimal_places=2, min_value=Decimal("0.01"))


class NoteForm(forms.Form):
    text = _reason()
    promised_on = forms.DateField(label="Promised to pay on", required=False, widget=DateInput())
    amount = forms.DecimalField(
        label="Promised amount", required=False, max_digits=12, decimal_places=2, min_value=Decimal("0.01")
    )


class CorrectionForm(Keyed):
    """The receipt as it should have been."""

    on = forms.DateField(label="Received on", widget=DateInput())
    amount = _money()
    loan_number = forms.CharField(label="On loan", max_length=16)
    reason = _reason()


class ReviewForm(forms.Form):
    """The end of a review: what was gone through, and what was found."""

    checked = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    reason = _reason()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = the_policy().review_checklist
        self.fields["checked"].choices = [(item, item) for item in wanted]  # type: ignore[attr-defined]
        self.fields["reason"].label = "What you found"
        if not wanted:
            del self.fields["checked"]


class AssignForm(forms.Form):
    officer = forms.ModelChoiceField(queryset=Account.objects.none())
    reason = forms.CharField(required=False, max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = [a.pk for a in Account.objects.filter(role=Role.MFI_ADMIN, is_active=True) if a.may(Action.REVIEW)]
        self.fields["officer"].queryset = Account.objects.filter(pk__in=able)  # type: ignore[attr-defined]


class DocumentForm(forms.Form):
    what = forms.ChoiceField(label="Kind", choices=Document.Kind.choices)
    file = forms.FileField(help_text="PDF, JPEG or PNG, at most 5 MB.", max_length=255)


class MemberForm(forms.Form):
    borrower = forms.ModelChoiceField(queryset=Account.objects.none())
    office = forms.ChoiceField(choices=Membership.Office.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Account.objects.filter(role=Role.BORROWER, is_active=True).exclude(
            memberships__left_on__isnull=True, memberships__isnull=False
        )
        self.fields["borrower"].queryset = free.order_by("full_name")  # type: ignore[attr-defined]


class CollectionForm(Keyed):
    """What each member brought to a meeting; the amounts expected stand there already."""

    channel = forms.ChoiceField(choices=Channel.choices)
    reference = forms.CharField(required=False, max_length=60, help_text="Not needed for cash.")
    on = forms.DateField(label="Day", widget=DateInput())

    def __init__(self, *args: Any, lines: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"loan_{line.loan.pk}"] = forms.DecimalField(
                label=f"{line.member}, {line.loan.number}",
                required=False,
                max_digits=12,
                decimal_places=2,
                min_value=Decimal(0),
                initial=line.expected or None,
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """Each line with its field."""
        return [(line, self[f"loan_{line.loan.pk}"]) for line in self.lines]

    def amounts(self) -> dict[Any, Decimal]:
        """The amount brought for each loan, where anything was."""
        found = {line.loan.pk: self.cleaned_data.get(f"loan_{line.loan.pk}") for line in self.lines}
        return {loan: amount for loan, amount in found.items() if amount}


class ConsentForm(forms.Form):
    language = forms.ChoiceField(choices=[("en", "English"), ("st", "Sesotho")], help_text="In which it was read.")
