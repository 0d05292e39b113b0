"""The MFI, its addresses and its schema: chosen by host name, opened, migrated, suspended."""
