"""Pages and answers that show several rooms at once: the loan, the borrower, the dashboard."""
