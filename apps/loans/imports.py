"""The spreadsheets of lending, made known to the engine."""

from apps.loans.products.spreadsheets.holidays import HolidayKind
from apps.loans.products.spreadsheets.products import ProductKind
from apps.users.spreadsheets.kinds import register

register(ProductKind())
register(HolidayKind())
