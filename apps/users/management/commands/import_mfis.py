"""Imports MFIs, with their first admins, from a spreadsheet; the public admin's import does the same."""

from apps.users.imports.mfis import MFIImport
from apps.users.management.commands._import import ImportCommand


class Command(ImportCommand):
    help = "Imports MFIs from an XLSX or CSV file."
    importer = MFIImport
