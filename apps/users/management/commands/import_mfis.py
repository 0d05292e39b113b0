"""Imports MFIs, with their first admins, from a spreadsheet; the public admin's import does the same."""

from apps.users.operators.spreadsheets.mfis import MFIImport
from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports MFIs from an XLSX, XLS, ODS or CSV file."
    importer = MFIImport
