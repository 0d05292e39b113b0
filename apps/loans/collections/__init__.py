"""Collecting: what a group's members bring to their meeting, and what was promised."""
