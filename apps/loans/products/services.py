"""Defining what is lent."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from apps.loans.products.doubts import doubts
from apps.loans.products.models import Product
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, Unsure
from apps.mfis.core.roles import Action
from apps.mfis.tenancy.models import MFI


@command(Action.MANAGE_PRODUCTS)
def save_product(*, product: Product, actor: Actor, mfi: MFI, confirmed: bool = False) -> Product:
    """Saves a new or changed product; a change raises its version, and booked loans keep their terms.

    Raises:
        NotAllowed: duty. InvalidInput: limits out of order, or a price the licence does not allow. Unsure: a name that
            another product has, or an unusual rate, and it is not `confirmed`.
    """
    try:
        product.full_clean()
        product.check_licence(money_lender=mfi.is_money_lender)
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None
    asked = {} if confirmed else doubts(product)
    if asked:
        field, sentence = next(iter(asked.items()))
        raise Unsure(sentence, field=field, errors={name: [words] for name, words in asked.items()})
    if product._state.adding:
        product.save(force_insert=True)
    else:
        kept = Product.objects.select_for_update().get(pk=product.pk)
        product.version = kept.version + 1
        product.save()
    return product


@command(Action.MANAGE_PRODUCTS)
def create_product(*, actor: Actor, mfi: MFI, confirmed: bool = False, **values: Any) -> Product:
    """A new product from plain values; see `save_product`."""
    return save_product(product=Product(**values), actor=actor, mfi=mfi, confirmed=confirmed)
