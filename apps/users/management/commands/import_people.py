"""Imports people of one or several MFIs from a spreadsheet, as the pages of imports do."""

from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports people from an XLSX, XLS, ODS or CSV file."
    kind_name = "people"
