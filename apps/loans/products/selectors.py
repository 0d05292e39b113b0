"""What is on offer."""

from __future__ import annotations

from uuid import UUID

from apps.loans.products.models import Product
from apps.mfis.core.errors import NotFound


def offered_product(product_id: UUID) -> Product:
    """The product, if it may be applied for.

    Raises:
        NotFound: no such product, or it is not offered any more.
    """
    product = Product.objects.offered().filter(pk=product_id).first()
    if product is None:
        raise NotFound("This product is not on offer.")
    return product
