"""Products."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, Value, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from apps.loans.domain.cost import cost_json, cost_of_credit
from apps.loans.domain.money import format_money
from apps.loans.domain.violations import InvalidTerms
from apps.loans.products.cost_words import percent, staff_facts
from apps.loans.products.forms import ProductForm
from apps.loans.products.models import Product
from apps.loans.products.quotes import quote_product, representative_costs
from apps.loans.products.services import save_product
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, status_badge
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import tenant_site
from apps.users.spreadsheets.admin import ImportsRows

# What the price shows, made comparable: percent a year.
A_YEAR = F("rate") * Case(When(rate_per="month", then=Value(12)), default=Value(1))


@admin.register(Product, site=tenant_site)
class ProductAdmin(ImportsRows, LetsemaAdmin):
    """What the MFI lends; its page quotes the usual loan by the engine that would book it."""

    import_kinds = ("products",)
    form = ProductForm
    view_action = Action.VIEW_BOOKS
    add_action = change_action = Action.MANAGE_PRODUCTS
    add_label = "Define a product"
    list_display = ("name", "amounts", "installments_range", "price", "apr", "interest_method", "state", "version")
    list_filter = ("is_active",)
    fieldsets = [
        ("Product", {"fields": ["name", "description", "is_active", "confirmed"]}),
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

    @admin.display(ordering="principal_max")
    def amounts(self, product: Product) -> str:
        return f"{format_money(product.principal_min)} – {format_money(product.principal_max)}"

    @admin.display(description="installments", ordering="installments_max")
    def installments_range(self, product: Product) -> str:
        every = f"{product.repay_every} " if product.repay_every > 1 else ""
        unit = product.get_frequency_display().lower()
        return f"{product.installments_min}–{product.installments_max}, every {every}{unit if every else unit[:-1]}"

    @admin.display(ordering=A_YEAR)
    def price(self, product: Product) -> str:
        fee = f" + {product.disbursement_fee_percent.normalize():f} % fee" if product.disbursement_fee_percent else ""
        return f"{product.rate.normalize():f} % a {product.rate_per}{fee}"

    @admin.display(description="APR of the usual loan")
    def apr(self, product: Product) -> str:
        """What the price comes to with all fees: a rate a month alone hides it."""
        (cost,) = representative_costs([product], business_date(), connection.tenant.currency)
        return percent(None if cost is None or cost.apr is None else f"{cost.apr:f}")

    @admin.display(ordering="is_active")
    def state(self, product: Product) -> str:
        return status_badge("active", "Offered") if product.is_active else status_badge("closed", "Not offered")

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        # What is seldom meant was asked about by the form.
        save_product(product=obj, actor=staff_of(request).actor, mfi=connection.tenant, confirmed=True)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.quote_view)
        return [path("quote/", view, name="loans_product_quote"), *super().get_urls()]

    def quote_view(self, request: HttpRequest) -> HttpResponse:
        """What the usual loan of the product in the form would cost, before anything is saved."""
        if request.method != "POST" or not self._may(request, Action.MANAGE_PRODUCTS):
            raise PermissionDenied
        filled_in = request.POST.copy()
        filled_in["confirmed"] = "on"  # nothing is saved here, so nothing is asked
        form = ProductForm(filled_in)
        form.fields["name"].required = False
        if form.is_valid():
            quote = _quote(form.draft())
        else:
            faults = [f"{form[n].label if n in form.fields else ''} {e[0]}".strip() for n, e in form.errors.items()]
            quote = {"error": " ".join(faults)}
        return TemplateResponse(request, "admin/product_quote.html", {"quote": quote})

    def changeform_view(
        self,
        request: HttpRequest,
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
    except InvalidTerms as error:
        return {"error": "; ".join(violation.problem for violation in error.violations)}
    figures = cost_json(cost_of_credit(terms, state), terms.currency)
    return {"state": state, "amount": product.principal_default, "cost": staff_facts(figures, terms.currency.code)}
