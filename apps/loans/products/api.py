"""What this MFI lends, and what it costs."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from apps.loans.domain.calculator import state_json
from apps.loans.domain.cost import cost_json, cost_of_credit
from apps.loans.domain.money import Currency
from apps.loans.products.models import PAYMENT_ACCOUNTS, LoanPurpose, Product, the_policy
from apps.loans.products.quotes import quote_product, representative_costs
from apps.loans.products.schemas import PayToOut, ProductOut, PurposeOut, QuoteOut
from apps.loans.products.selectors import offered_product
from apps.mfis.core.api_types import REFUSED, Amount, amount_text
from apps.mfis.core.clock import business_date
from apps.mfis.tenancy.requests import TenantRequest
from apps.users.access.api.auth import ANY

router = Router(tags=["loans"])

Wanted = Annotated[Amount, Query()]

Term = Annotated[int, Query(ge=1, le=360)]


PLAIN_FIELDS = (
    "id",
    "name",
    "description",
    "installments_min",
    "installments_default",
    "installments_max",
    "repay_every",
    "frequency",
    "rate_per",
    "interest_method",
)


@router.get("/purposes", response={200: list[PurposeOut], **REFUSED}, auth=ANY)
def purposes(request: HttpRequest) -> Any:
    """What loans are for, to choose from in an application."""
    return list(LoanPurpose.objects.offered().values("id", "name", "name_st", "sector"))


@router.get("/products", response={200: list[ProductOut], **REFUSED}, auth=None)
def products(request: TenantRequest) -> Any:
    """What this MFI lends, each with what its usual loan costs if it is paid out today."""
    offered, currency = list(Product.objects.offered()), request.tenant.currency
    costs = representative_costs(offered, business_date(), currency)
    return [
        {
            **{name: getattr(product, name) for name in PLAIN_FIELDS},
            "currency": currency,
            "principal_min": amount_text(product.principal_min),
            "principal_default": amount_text(product.principal_default),
            "principal_max": amount_text(product.principal_max),
            "rate": f"{product.rate.normalize():f}",
            "representative": None if cost is None else cost_json(cost, Currency(currency)),
        }
        for product, cost in zip(offered, costs, strict=True)
    ]


@router.get("/pay-to", response={200: list[PayToOut], **REFUSED}, auth=ANY)
def pay_to(request: HttpRequest) -> Any:
    """Where this MFI's borrowers pay to, by channel; what the MFI has not filled in is left out."""
    policy = the_policy()
    accounts = {channel: getattr(policy, column) for channel, column in PAYMENT_ACCOUNTS.items()}
    return [{"channel": channel, "account": account} for channel, account in accounts.items() if account]


@router.get("/products/{uuid:product_id}/quote", response={200: QuoteOut, **REFUSED}, auth=None)
def quote(request: TenantRequest, product_id: UUID, principal: Wanted, installments: Term) -> Any:
    """Schedule and whole cost of a loan paid out today, by the engine that would book it."""
    product = offered_product(product_id)
    terms, state = quote_product(
        product=product,
        principal=principal,
        installments=installments,
        on=business_date(),
        currency=request.tenant.currency,
    )
    return {
        **cost_json(cost_of_credit(terms, state), terms.currency),
        "schedule": state_json(state, terms.currency)["installments"],
    }
