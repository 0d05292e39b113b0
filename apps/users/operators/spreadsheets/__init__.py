"""The spreadsheets that operators import: MFIs, and their people."""
