"""The MFI's back-office pages; importing them registers them."""

import apps.loans.applications.admin
import apps.loans.bureau.admin
import apps.loans.collections.admin
import apps.loans.desk.admin
import apps.loans.histories.admin
import apps.loans.ledger.admin
import apps.loans.portfolios.admin
import apps.loans.products.admin
import apps.loans.recording.admin
import apps.loans.reporting.admin
import apps.loans.security.admin
import apps.loans.servicing.admin
import apps.users.back_office.files
import apps.users.complaints.admin
import apps.users.duplicates.admin
import apps.users.spreadsheets.admin
import apps.users.staff.admin  # noqa: F401
