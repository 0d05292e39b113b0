"""Tests of hand-overs and of what is seen."""
