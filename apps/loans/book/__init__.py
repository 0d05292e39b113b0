"""The loan book: loans, the facts about them, what may be done to them, and where they stand."""
