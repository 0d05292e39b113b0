"""Products, loans, the facts about loans, the books, and what is computed from them."""

from .arrival import Arrival
from .bureau import BureauFile, BureauReply
from .dispute import Dispute
from .document import Document, DocumentContent
from .draft import ApplicationDraft
from .event import LoanEvent
from .group import Group, Membership
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
    "ApplicationDraft",
    "Arrival",
    "BooksCheck",
    "BureauFile",
    "BureauReply",
    "ChainHead",
    "Collateral",
    "DayEnd",
    "Dispute",
    "Document",
    "DocumentContent",
    "Earning",
    "GLAccount",
    "Group",
    "Guarantor",
    "Installment",
    "JournalEntry",
    "JournalLine",
    "Loan",
    "LoanEvent",
    "LoanState",
    "ManualJournal",
    "Membership",
    "NumberSequence",
    "PaymentNotice",
    "PeriodClosing",
    "Policy",
    "Product",
    "PublicHoliday",
]
