"""API routes about lending."""
