"""Imports people of one or several MFIs from a spreadsheet; the public admin's import does the same."""

from apps.users.operators.spreadsheets.people import PeopleImport
from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports people from an XLSX, XLS, ODS or CSV file."
    importer = PeopleImport
