"""Collecting: what a group's members bring to their meeting."""
