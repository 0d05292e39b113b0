"""Where Django looks for the models of this app; each stands in its room, and is imported from there."""

from apps.loans.applications.models import ApplicationDraft, Document, DocumentContent
from apps.loans.book.models import (
    AccrualState,
    Allocation,
    Arrival,
    ChainHead,
    Channel,
    EventType,
    Installment,
    InstallmentPosition,
    Loan,
    LoanAssignment,
    LoanEvent,
    LoanPortfolio,
    LoanState,
    NumberSequence,
    Position,
    PositionCoverage,
    Status,
    Transfer,
)
from apps.loans.bureau.models import BureauFile, BureauReply
from apps.loans.collections.models import Promise
from apps.loans.groups.models import Group, Membership
from apps.loans.histories.models import Dispute
from apps.loans.ledger.models import (
    AccountMapping,
    BooksCheck,
    ClosingProposal,
    GLAccount,
    JournalEntry,
    JournalLine,
    ManualJournal,
    MoneyHeld,
    PeriodClosing,
)
from apps.loans.products.models import AgeingPreset, LoanPurpose, Policy, Product, PublicHoliday
from apps.loans.reporting.models import KeptFigures
from apps.loans.security.models import Collateral, Guarantor
from apps.loans.servicing.models import DayEnd, PaymentNotice

__all__ = [
    "AccountMapping",
    "AccrualState",
    "AgeingPreset",
    "Allocation",
    "ApplicationDraft",
    "Arrival",
    "BooksCheck",
    "BureauFile",
    "BureauReply",
    "ChainHead",
    "Channel",
    "ClosingProposal",
    "Collateral",
    "DayEnd",
    "Dispute",
    "Document",
    "DocumentContent",
    "EventType",
    "GLAccount",
    "Group",
    "Guarantor",
    "Installment",
    "InstallmentPosition",
    "JournalEntry",
    "JournalLine",
    "KeptFigures",
    "Loan",
    "LoanAssignment",
    "LoanEvent",
    "LoanPortfolio",
    "LoanPurpose",
    "LoanState",
    "ManualJournal",
    "Membership",
    "MoneyHeld",
    "NumberSequence",
    "PaymentNotice",
    "PeriodClosing",
    "Policy",
    "Position",
    "PositionCoverage",
    "Product",
    "Promise",
    "PublicHoliday",
    "Status",
    "Transfer",
]
