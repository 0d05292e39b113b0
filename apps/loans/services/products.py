"""Defining what is lent."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from apps.loans.models import Product
from apps.mfis.acting import acting
from apps.mfis.errors import InvalidInput, NotAllowed
from apps.mfis.models import MFI
from apps.users.models import Account
from apps.users.roles import Action
from apps.users.services.accounts import actor_of


def save_product(*, product: Product, by: Account, mfi: MFI) -> Product:
    """Saves a new or changed product; a change raises its version, and booked loans keep their terms.

    Raises:
        NotAllowed: not a manager. InvalidInput: limits out of order, or a price the licence does not allow.
    """
    if not by.may(Action.MANAGE_PRODUCTS):
        raise NotAllowed("Only a manager changes products.")
    try:
        product.full_clean()
        product.check_licence(money_lender=mfi.is_money_lender)
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None
    with acting(actor_of(by)):
        if product._state.adding:
            product.save(force_insert=True)
        else:
            kept = Product.objects.select_for_update().get(pk=product.pk)
            product.version = kept.version + 1
            product.save()
    return product


def create_product(*, by: Account, mfi: MFI, **values: Any) -> Product:
    """A new product from plain values; see `save_product`."""
    return save_product(product=Product(**values), by=by, mfi=mfi)
