"""The lowest app: what everything is built on, and the institutions themselves (MFIs)."""
