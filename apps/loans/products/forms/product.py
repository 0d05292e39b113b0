"""The form of a product, with the order of receipts in lines instead of JSON."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.loans.domain.terms import DUE_TYPES, PAYS
from apps.loans.products.doubts import doubts
from apps.loans.products.forms.fields import ChargesField, LinesField
from apps.loans.products.models import ADVANCED, Product
from apps.mfis.core.database import connection
from apps.mfis.core.forms import CONFIRMED

USUAL_ORDER = [f"{due}:{component}" for due in DUE_TYPES for component in PAYS]


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is lent and on which terms; the engine's own reading judges whether it can be computed."""

    charges = ChargesField(required=False, help_text="Known from the start. A row without a name is none.")
    allocation_order = LinesField(
        label="Our own order",
        required=False,
        rows=12,
        help_text="Where receipts pay in an order of our own: one line for each of past_due, due and in_advance with "
        "each of penalty, fee, interest and principal, like past_due:penalty.",
    )
    allocation_goodwill = LinesField(
        label="Order for goodwill credits", required=False, rows=4, help_text="Empty: as for receipts."
    )
    allocation_processing = forms.ChoiceField(
        label="In that order",
        required=False,
        choices=[
            ("horizontal", "One installment after the other"),
            ("vertical", "One component over all installments"),
        ],
    )
    allocation_future = forms.ChoiceField(
        label="Paid in advance goes to",
        required=False,
        choices=[
            ("next", "The next installment"),
            ("last", "The last installment"),
            ("reamortization", "All installments to come, evenly"),
        ],
    )

    confirmed = forms.BooleanField(
        label=CONFIRMED, required=False, help_text="Where something above is asked about when you save."
    )

    class Meta:
        model = Product
        exclude = ["version", "allocation_rules"]  # noqa: DJ006 - every other field is the manager's to set

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = self.instance.allocation_rules or {}
        usual = rules.get("rules", {}).get("default", {})
        self.fields["allocation_order"].initial = usual.get("order") or USUAL_ORDER
        self.fields["allocation_goodwill"].initial = rules.get("rules", {}).get("goodwill_credit", {}).get("order", [])
        self.fields["allocation_processing"].initial = rules.get("processing", "horizontal")
        self.fields["allocation_future"].initial = usual.get("future", "next")

    def own_allocation(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """The order that was filled in, in the form of docs/loan-engine.md."""
        if values.get("allocation") != ADVANCED:
            return None
        future = values.get("allocation_future") or "next"
        rules = {"default": {"order": values.get("allocation_order"), "future": future}}
        if values.get("allocation_goodwill"):
            rules["goodwill_credit"] = {"order": values["allocation_goodwill"], "future": future}
        return {"processing": values.get("allocation_processing") or "horizontal", "rules": rules}

    def _post_clean(self) -> None:
        self.instance.allocation_rules = self.own_allocation(self.cleaned_data)
        super()._post_clean()  # type: ignore[misc]

    def draft(self) -> Product:
        """The product as it is filled in, saved or not."""
        own = {f.name for f in Product._meta.fields}
        values = {name: value for name, value in self.cleaned_data.items() if name in own}
        return Product(**values, allocation_rules=self.own_allocation(self.cleaned_data))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            try:
                self.draft().check_licence(money_lender=connection.tenant.is_money_lender)
            except ValidationError as error:
                self.add_error(None, error)
        if not self.errors and not values.get("confirmed"):
            for field, sentence in doubts(self._meant()).items():
                self.add_error(field, sentence)
        return values

    def _meant(self) -> Product:
        """The product as it is filled in, with the key of the one that is changed."""
        product = self.draft()
        product.pk, product._state.adding = self.instance.pk, self.instance._state.adding
        return product
