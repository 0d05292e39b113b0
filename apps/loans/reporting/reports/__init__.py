"""The reports over books and portfolio, in the order of their tabs."""

from apps.loans.reporting.reports.books import BOOKS
from apps.loans.reporting.reports.portfolio import PORTFOLIO
from apps.loans.reporting.reports.report import Report

REPORTS: dict[str, Report] = BOOKS | PORTFOLIO

__all__ = ["REPORTS", "Report"]
