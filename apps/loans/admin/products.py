"""Products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from apps.loans.admin.fields import ChargesField, LinesField
from apps.loans.domain.money import spoken
from apps.loans.domain.rates import apr, eir
from apps.loans.domain.reading import DUE_TYPES, PAYS
from apps.loans.domain.terms import BadCase
from apps.loans.models import Product
from apps.loans.models.product import ADVANCED
from apps.loans.services.origination import quote_product
from apps.loans.services.products import save_product
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import ServiceError
from apps.users.admin.base import LetsemaAdmin, pill
from apps.users.admin.sites import tenant_site
from apps.users.roles import Action

USUAL_ORDER = [f"{due}:{component}" for due in DUE_TYPES for component in PAYS]


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]
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

    def drafted(self) -> Product:
        """The product as it is filled in, saved or not."""
        own = {f.name for f in Product._meta.fields}
        values = {name: value for name, value in self.cleaned_data.items() if name in own}
        return Product(**values, allocation_rules=self.own_allocation(self.cleaned_data))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            draft = self.drafted()
            try:
                draft.check_licence(money_lender=connection.tenant.is_money_lender)
            except ValidationError as error:
                self.add_error(None, error)
        return values


class ProductAdmin(LetsemaAdmin):
    form = ProductForm
    view_action = Action.VIEW_BOOKS
    add_action = change_action = Action.MANAGE_PRODUCTS
    add_label = "Define a product"
    list_display = ("name", "amounts", "installments_spoken", "price", "interest_method", "state", "version")
    list_filter = ("is_active",)
    fieldsets = [
        ("Product", {"fields": ["name", "description", "is_active"]}),
        (
            "Limits",
            {
                "fields": [
                    "principal_min",
                    "principal_default",
                    "principal_max",
                    "installments_min",
                    "installments_default",
                    "installments_max",
                    "repay_every",
                    "frequency",
                ]
            },
        ),
        (
            "Price",
            {
                "fields": [
                    "rate",
                    "rate_min",
                    "rate_max",
                    "rate_per",
                    "interest_method",
                    "interest_period",
                    "amortization",
                    "disbursement_fee_percent",
                    "charges",
                ],
                "description": "A change makes a new version; loans already applied for keep their terms.",
            },
        ),
        (
            "Schedule",
            {
                "fields": [
                    "schedule_type",
                    "days_in_year",
                    "days_in_month",
                    "due_day",
                    "working_day_rule",
                    "grace_principal",
                    "grace_interest_payment",
                    "grace_interest_free",
                    "installment_multiple",
                    "fixed_principal_percent",
                    "tranches_max",
                    "down_payment_percent",
                    "savings_percent",
                ]
            },
        ),
        (
            "Paid early and paid late",
            {
                "fields": [
                    "allocation",
                    "allocation_order",
                    "allocation_processing",
                    "allocation_future",
                    "allocation_goodwill",
                    "recalculate_interest",
                    "early_payment",
                    "recalculation_rest",
                    "recalculation_compounding",
                    "recalculation_payoff",
                    "settlement_rebate",
                    "penalty_percent",
                    "penalty_of",
                    "penalty_after_days",
                    "penalty_grace_days",
                    "penalty_every",
                    "in_duplum",
                ]
            },
        ),
        ("Who may have it", {"fields": ["cycle_min", "exposure_max", "affordability_percent"]}),
    ]

    def amounts(self, product: Product) -> str:
        return f"{spoken(product.principal_min)} – {spoken(product.principal_max)}"

    def installments_spoken(self, product: Product) -> str:
        every = f"{product.repay_every} " if product.repay_every > 1 else ""
        unit = product.get_frequency_display().lower()
        return f"{product.installments_min}–{product.installments_max}, every {every}{unit if every else unit[:-1]}"

    installments_spoken.short_description = "installments"  # type: ignore[attr-defined]

    def price(self, product: Product) -> str:
        fee = f" + {product.disbursement_fee_percent.normalize():f} % fee" if product.disbursement_fee_percent else ""
        return f"{product.rate.normalize():f} % a {product.rate_per}{fee}"

    def state(self, product: Product) -> str:
        return pill("active", "Offered") if product.is_active else pill("closed", "Not offered")

    def save_model(self, request: Any, obj: Product, form: Any, change: bool) -> None:
        save_product(product=obj, by=request.user, mfi=request.tenant)

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.quote_view)
        return [path("quote/", view, name="loans_product_quote"), *super().get_urls()]

    def quote_view(self, request: Any) -> HttpResponse:
        """What the usual loan of the product in the form would cost, before anything is saved."""
        if request.method != "POST" or not self._may(request, Action.MANAGE_PRODUCTS):
            raise PermissionDenied
        form = ProductForm(request.POST)
        form.fields["name"].required = False
        if form.is_valid():
            quote = _quote(form.drafted())
        else:
            said = [f"{form[n].label if n in form.fields else ''} {e[0]}".strip() for n, e in form.errors.items()]
            quote = {"error": " ".join(said)}
        return TemplateResponse(request, "admin/product_quote.html", {"quote": quote})

    def changeform_view(
        self,
        request: Any,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        product = self.get_object(request, object_id) if object_id else None
        more = {"quote": _quote(product)} if product else {}
        return super().changeform_view(request, object_id, form_url, {**more, **(extra_context or {})})

    change_form_template = "admin/product.html"


def _quote(product: Product) -> dict[str, Any]:
    """What the usual loan of this product would cost: the engine's own figures."""
    try:
        terms, state = quote_product(
            product=product,
            principal=product.principal_default,
            installments=product.installments_default,
            on=business_date(),
            currency=connection.tenant.currency,
        )
    except ServiceError as error:
        return {"error": error.message}
    except BadCase as error:
        return {"error": str(error)}
    interest = sum((i.due["interest"] for i in state.installments), Decimal(0))
    return {
        "state": state,
        "apr": apr(terms, state),
        "eir": eir(terms, state),
        "interest": interest,
        "amount": product.principal_default,
        "charges": state.due("fees") + state.fees_at_disbursement,
        "total": state.total_due + state.fees_at_disbursement,
        "net": product.principal_default - state.fees_at_disbursement - state.savings,
    }


tenant_site.register(Product, ProductAdmin)
