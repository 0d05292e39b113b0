"""The spreadsheets of groups and their members."""
