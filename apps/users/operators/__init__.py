"""Letsema's own site: institutions, everybody in them, nodes."""
