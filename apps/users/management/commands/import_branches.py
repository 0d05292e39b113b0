"""Imports branches of one or several MFIs from a spreadsheet, as the pages of imports do."""

from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports branches from an XLSX, XLS, ODS or CSV file."
    kind_name = "branches"
