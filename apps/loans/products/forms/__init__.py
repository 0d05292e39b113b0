"""How a manager fills in a product."""

from apps.loans.products.forms.fields import ChargesField, LinesField
from apps.loans.products.forms.product import ProductForm

__all__ = ["ChargesField", "LinesField", "ProductForm"]
