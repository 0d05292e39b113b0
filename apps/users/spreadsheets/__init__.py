"""Bringing rows in: reading a file, rehearsing it, running it."""
