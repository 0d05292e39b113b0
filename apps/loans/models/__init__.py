"""Products, loans, the facts about loans, and what is computed from them."""

from .event import LoanEvent
from .loan import Loan
from .number import NumberSequence
from .payment_notice import PaymentNotice
from .product import Product
from .projection import Installment, LoanState

__all__ = ["Installment", "Loan", "LoanEvent", "LoanState", "NumberSequence", "PaymentNotice", "Product"]
