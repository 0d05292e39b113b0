"""What borrowers are handed: key facts, receipts, statements, their data, as PDF and JSON."""
