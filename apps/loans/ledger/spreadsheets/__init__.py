"""The spreadsheets of the books: chart of accounts, opening balances, journals by hand."""
