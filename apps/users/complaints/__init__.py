"""Complaints of borrowers, and the thirty days in which they are answered."""
