"""Receipts that are taken together."""
