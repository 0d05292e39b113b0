"""Making and migrating the schema of an MFI."""
