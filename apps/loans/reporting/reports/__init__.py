"""The reports over books and portfolio, in the order of their tabs."""

from apps.loans.reporting.reports.books import BOOKS
from apps.loans.reporting.reports.portfolio import PORTFOLIO
from apps.loans.reporting.reports.report import EXPORTS, Report, export

REPORTS: dict[str, Report] = BOOKS | PORTFOLIO

__all__ = ["EXPORTS", "REPORTS", "Report", "export"]
