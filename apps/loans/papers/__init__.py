"""What borrowers are handed: key facts before they sign, receipts, statements. In English and Sesotho."""
