"""The people who work at an MFI or at Letsema, and their duties."""
