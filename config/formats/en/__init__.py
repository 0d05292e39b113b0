"""Dates and numbers as they are written in English."""
