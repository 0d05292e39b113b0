"""Imports the staff of one or several MFIs from a spreadsheet, as the pages of imports do."""

from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports staff from an XLSX, XLS, ODS or CSV file, and invites them."
    kind_name = "staff"
