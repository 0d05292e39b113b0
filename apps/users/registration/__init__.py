"""Registration: a borrower opens an account at an MFI, and agrees to how its data is kept."""
