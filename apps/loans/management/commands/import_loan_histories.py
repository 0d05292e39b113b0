"""Imports what was repaid before the cut-over from a spreadsheet, as the pages of imports do."""

from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports repayments of the time before the cut-over from an XLSX, XLS, ODS or CSV file."
    kind_name = "loan_histories"
