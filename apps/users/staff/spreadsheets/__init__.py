"""The spreadsheets of the people who work at an MFI, and where."""
