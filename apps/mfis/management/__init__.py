"""Commands for MFIs' schemas and for nodes."""
