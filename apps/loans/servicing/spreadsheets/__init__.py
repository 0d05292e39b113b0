"""The spreadsheets of what borrowers pay."""
