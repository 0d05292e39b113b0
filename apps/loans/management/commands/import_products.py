"""Imports products of one or several MFIs from a spreadsheet, as the pages of imports do."""

from apps.users.spreadsheets.command import ImportCommand


class Command(ImportCommand):
    help = "Imports products from an XLSX, XLS, ODS or CSV file."
    kind_name = "products"
