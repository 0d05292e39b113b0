"""API routes about people and MFIs."""
