"""The spreadsheets of lending, made known to the engine."""

from apps.loans.groups.spreadsheets.groups import GroupKind
from apps.loans.ledger.spreadsheets.chart import AccountKind
from apps.loans.ledger.spreadsheets.journals import JournalKind
from apps.loans.ledger.spreadsheets.opening import OpeningKind
from apps.loans.products.spreadsheets.holidays import HolidayKind
from apps.loans.products.spreadsheets.products import ProductKind
from apps.loans.security.spreadsheets.collateral import CollateralKind
from apps.loans.security.spreadsheets.guarantors import GuarantorKind
from apps.loans.servicing.spreadsheets.loan_book import LoanBookKind
from apps.loans.servicing.spreadsheets.loan_histories import LoanHistoryKind
from apps.loans.servicing.spreadsheets.repayments import RepaymentKind
from apps.users.spreadsheets.kinds import register

register(ProductKind())
register(HolidayKind())
register(AccountKind())
register(OpeningKind())
register(JournalKind())
register(GroupKind())
register(GuarantorKind())
register(CollateralKind())
register(LoanBookKind())
register(LoanHistoryKind())
register(RepaymentKind())
