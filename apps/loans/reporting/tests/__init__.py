"""Tests of reports, closings and the pages of the books."""
