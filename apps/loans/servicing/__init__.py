"""A running loan: pay-out, receipts, corrections, charges, new terms, write-off, the day end."""
