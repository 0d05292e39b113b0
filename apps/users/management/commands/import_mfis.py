"""Imports MFIs, with their first admins, from a spreadsheet, as the pages of imports do."""

from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports MFIs from an XLSX, XLS, ODS or CSV file."
    kind_name = "mfis"
