"""Imports collateral of one or several MFIs from a spreadsheet, as the pages of imports do."""

from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports collateral from an XLSX, XLS, ODS or CSV file."
    kind_name = "collateral"
