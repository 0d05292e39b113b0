"""The spreadsheets of what an MFI lends and keeps: products, public holidays."""
