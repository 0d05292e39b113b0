"""Imports groups with their members of one or several MFIs from a spreadsheet, as the pages of imports do."""

from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports groups with their members from an XLSX, XLS, ODS or CSV file."
    kind_name = "groups"
