"""What the loan book asks the database in SQL."""
