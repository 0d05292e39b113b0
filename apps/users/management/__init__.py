"""Commands that open MFIs and bring in people."""
