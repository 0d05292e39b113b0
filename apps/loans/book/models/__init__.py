"""Loans, what happened to them, and where they stand."""

from apps.loans.book.models.arrival import Arrival
from apps.loans.book.models.chain import ChainHead
from apps.loans.book.models.event import COLLECTED_AMOUNT, COLLECTS, LENT, RECEIPTS, Channel, EventType, LoanEvent
from apps.loans.book.models.loan import AGREED_PRINCIPAL, Loan
from apps.loans.book.models.number import NumberSequence
from apps.loans.book.models.portfolio import LoanAssignment, LoanPortfolio
from apps.loans.book.models.position import Allocation, InstallmentPosition, Position, PositionCoverage
from apps.loans.book.models.state import AccrualState, Installment, LoanState, Status
from apps.loans.book.models.transfer import Transfer

__all__ = [
    "AGREED_PRINCIPAL",
    "COLLECTED_AMOUNT",
    "COLLECTS",
    "LENT",
    "RECEIPTS",
    "AccrualState",
    "Allocation",
    "Arrival",
    "ChainHead",
    "Channel",
    "EventType",
    "Installment",
    "InstallmentPosition",
    "Loan",
    "LoanAssignment",
    "LoanEvent",
    "LoanPortfolio",
    "LoanState",
    "NumberSequence",
    "Position",
    "PositionCoverage",
    "Status",
    "Transfer",
]
