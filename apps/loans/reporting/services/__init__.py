"""Closing periods, and taking snapshots."""
