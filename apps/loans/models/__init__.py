"""Products, loans, the facts about loans, the books, and what is computed from them."""

from .event import LoanEvent
from .ledger import AccountMapping, GLAccount, JournalEntry, JournalLine, ManualJournal, PeriodClosing
from .loan import Loan
from .number import NumberSequence
from .payment_notice import PaymentNotice
from .policy import AgeingPreset, BooksCheck, ChainHead, DayEnd, Policy, PublicHoliday
from .product import Product
from .projection import Earning, Installment, LoanState
from .security import Collateral, Guarantor

__all__ = [
    "AccountMapping",
    "AgeingPreset",
    "BooksCheck",
    "ChainHead",
    "Collateral",
    "DayEnd",
    "Earning",
    "GLAccount",
    "Guarantor",
    "Installment",
    "JournalEntry",
    "JournalLine",
    "Loan",
    "LoanEvent",
    "LoanState",
    "ManualJournal",
    "NumberSequence",
    "PaymentNotice",
    "PeriodClosing",
    "Policy",
    "Product",
    "PublicHoliday",
]
