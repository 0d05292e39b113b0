"""Products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from apps.loans.domain.money import spoken
from apps.loans.domain.rates import apr, eir
from apps.loans.domain.terms import BadCase
from apps.loans.models import Product
from apps.loans.services.origination import quote_product
from apps.loans.services.products import save_product
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import ServiceError
from apps.users.admin.base import LetsemaAdmin, pill
from apps.users.admin.sites import tenant_site
from apps.users.roles import Action


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Product
        exclude = ["version"]  # noqa: DJ006 - every other field is the manager's to set

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            draft = Product(**values)
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
        ("Limits", {"fields": ["principal_min", "principal_default", "principal_max", "installments_min",
                               "installments_default", "installments_max", "repay_every", "frequency"]}),
        ("Price", {"fields": ["rate", "rate_min", "rate_max", "rate_per", "interest_method", "interest_period",
                              "amortization", "disbursement_fee_percent", "charges"],
                   "description": "A change makes a new version; loans already applied for keep their terms."}),
        ("Schedule", {"fields": ["schedule_type", "days_in_year", "days_in_month", "due_day", "working_day_rule",
                                 "grace_principal", "grace_interest_payment", "grace_interest_free",
                                 "installment_multiple", "fixed_principal_percent", "tranches_max",
                                 "down_payment_percent", "savings_percent"]}),
        ("Paid early and paid late", {"fields": ["allocation", "recalculate_interest", "early_payment",
                                                 "settlement_rebate", "penalty_percent", "penalty_of",
                                                 "penalty_after_days", "penalty_every", "in_duplum"]}),
        ("Who may have it", {"fields": ["cycle_min", "exposure_max", "affordability_percent"]}),
    ]  # fmt: skip

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
            quote = _quote(Product(**{**form.cleaned_data, "name": form.cleaned_data["name"] or "Draft"}))
        else:
            said = [f"{form[n].label if n in form.fields else ''} {e[0]}".strip() for n, e in form.errors.items()]
            quote = {"error": " ".join(said)}
        return TemplateResponse(request, "admin/product_quote.html", {"quote": quote})

    def changeform_view(self, request: Any, object_id: str | None = None, form_url: str = "",
                        extra_context: dict[str, Any] | None = None) -> Any:  # fmt: skip
        product = self.get_object(request, object_id) if object_id else None
        more = {"quote": _quote(product)} if product else {}
        return super().changeform_view(request, object_id, form_url, {**more, **(extra_context or {})})

    change_form_template = "admin/product.html"


def _quote(product: Product) -> dict[str, Any]:
    """What the usual loan of this product would cost: the engine's own figures."""
    try:
        terms, state = quote_product(
            product=product, principal=product.principal_default, installments=product.installments_default,
            on=business_date(), currency=connection.tenant.currency,
        )  # fmt: skip
    except ServiceError as error:
        return {"error": error.message}
    except BadCase as error:
        return {"error": str(error)}
    interest = sum((i.due["interest"] for i in state.installments), Decimal(0))
    return {"state": state, "apr": apr(terms, state), "eir": eir(terms, state), "interest": interest,
            "amount": product.principal_default, "charges": state.due("fees") + state.fees_at_disbursement,
            "total": state.total_due + state.fees_at_disbursement,
            "net": product.principal_default - state.fees_at_disbursement - state.savings}  # fmt: skip


tenant_site.register(Product, ProductAdmin)
