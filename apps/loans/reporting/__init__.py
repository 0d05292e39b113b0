"""Figures of the whole book: indicators, reports, snapshots, closing a period."""
