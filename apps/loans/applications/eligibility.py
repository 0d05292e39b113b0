"""Whom a product is for: loans repaid before, what is owed, what can be afforded."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from apps.loans.book.models import LoanState, Status
from apps.loans.domain.fold import quote
from apps.loans.domain.terms import Terms
from apps.loans.products.models import Product
from apps.mfis.core.errors import InvalidInput, Sentence
from apps.users.accounts.models import Account

ZERO = Decimal(0)

PERIODS_A_MONTH = {"months": Decimal(1), "weeks": Decimal(52) / 12, "days": Decimal(365) / 12}


def check_eligible(
    product: Product,
    borrower: Account,
    terms: Terms,
    *,
    leaving_out: UUID | None = None,
    other_installments: Decimal = ZERO,
) -> None:
    """Refuses a borrower whom the product is not for: too few loans repaid, too much owed, too little earned.

    `leaving_out` is a loan that is not counted as owed: the application itself. `other_installments` are what goes to
    other lenders a month, as far as it is known.

    Raises:
        InvalidInput: naming the limit and what stands against it.
    """
    own = LoanState.objects.of_borrower(borrower.pk).exclude(pk=leaving_out)
    _check_cycle(product, own)
    _check_exposure(product, own, terms)
    if product.affordability_percent is not None:
        _check_affordable(product.affordability_percent, borrower, terms, other_installments)


def _check_cycle(product: Product, own: QuerySet[LoanState]) -> None:
    """Some products are for those who have repaid before."""
    if not product.cycle_min:
        return
    repaid = own.filter(status=Status.CLOSED).count()
    if repaid < product.cycle_min:
        text = f"{product.name} is for those who have repaid {product.cycle_min} loan(s) here; this is {repaid}."
        raise InvalidInput(
            Sentence(text, "repaid_too_few", product=product.name, minimum=product.cycle_min, repaid=repaid),
            field="product_id",
        )


def _check_exposure(product: Product, own: QuerySet[LoanState], terms: Terms) -> None:
    """What one borrower owes in all may be limited."""
    if product.exposure_max is None:
        return
    owed = own.aggregate(owed=Sum("principal_outstanding", default=ZERO))["owed"]
    if owed + terms.principal > product.exposure_max:
        room = max(product.exposure_max - owed, ZERO)
        text = (
            f"At most {product.exposure_max:,.2f} may be owed in all and {owed:,.2f} is; up to {room:,.2f} is possible."
        )
        values = {"maximum": f"{product.exposure_max:.2f}", "owed": f"{owed:.2f}", "room": f"{room:.2f}"}
        raise InvalidInput(Sentence(text, "owed_too_much", **values), field="principal")


def _check_affordable(percent: Decimal, borrower: Account, terms: Terms, other_installments: Decimal) -> None:
    """The dearest month, with what goes to other lenders, against the share of net pay that may go into it."""
    profile = getattr(borrower, "profile", None)
    income = profile.net_monthly_income if profile else None
    if not income:
        text = "The net monthly income is needed for this product; enter it first."
        raise InvalidInput(Sentence(text, "income_needed"), field="product_id")
    dearest = max(row.total_due for row in quote(terms).installments) * PERIODS_A_MONTH[terms.frequency]
    dearest /= terms.repay_every
    maximum = income * percent / 100
    if dearest + other_installments > maximum:
        with_others = f", with {other_installments:,.2f} at other lenders" if other_installments else ""
        text = (
            f"The installments come to {dearest:,.2f} a month{with_others}; at most {maximum:,.2f} "
            f"({percent:g} % of net pay) may go into them. Take less, or longer."
        )
        asked = {"monthly": f"{dearest:.2f}", "others": f"{other_installments:.2f}"}
        limit = {"maximum": f"{maximum:.2f}", "percent": f"{percent:g}"}
        raise InvalidInput(Sentence(text, "not_affordable", **asked, **limit), field="principal")
