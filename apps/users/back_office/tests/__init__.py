"""Tests of what back-office pages share."""
