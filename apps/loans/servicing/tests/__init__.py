"""Tests of what happens to a running loan."""
