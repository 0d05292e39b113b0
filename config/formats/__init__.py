"""Dates and numbers by language."""
